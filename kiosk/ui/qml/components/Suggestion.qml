import QtQuick
import ".."

// Something that helps now: a drawing and a sentence.
Rectangle {
    id: suggestion

    property string icon
    property string text
    property real least: 0
    readonly property real natural: Math.max(drawing.height, words.height) + Theme.gap * 2.4

    radius: Theme.gap
    color: Theme.groundDeep
    implicitHeight: Math.max(natural, least)

    Icon {
        id: drawing
        anchors { left: parent.left; leftMargin: Theme.gap * 1.4; verticalCenter: parent.verticalCenter }
        width: Theme.body * 1.7; height: width
        color: Theme.accent
        path: paths[suggestion.icon]
    }
    Words {
        id: words
        anchors { left: drawing.right; leftMargin: Theme.gap * 1.2; right: parent.right; rightMargin: Theme.gap * 1.2; verticalCenter: parent.verticalCenter }
        horizontalAlignment: Text.AlignLeft
        size: Theme.label
        text: suggestion.text
    }
}
