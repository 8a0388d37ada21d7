import QtQuick
import ".."

// A large round control with its word below it; the word and the picture say it, the colour only helps.
Item {
    id: control

    property string word
    property string icon
    property color disc: Theme.accent
    property color drawing: Theme.accentInk
    property color wordColor: Theme.ink
    property bool ringed: false
    signal used()

    // Wide enough for most words, so that a word that changes moves nothing.
    width: Math.max(Theme.target * 1.35, label.implicitWidth)
    height: Theme.target + label.height + Theme.gap * 0.6

    Accessible.role: Accessible.Button
    Accessible.name: word
    Accessible.onPressAction: used()

    Rectangle {
        id: circle
        width: Theme.target; height: width; radius: width / 2
        anchors.horizontalCenter: parent.horizontalCenter
        color: control.disc
        border { width: control.ringed ? Math.max(2, width * 0.035) : 0; color: Theme.ground }
        scale: touch.pressed ? 0.94 : 1
        Behavior on scale { NumberAnimation { duration: Theme.quick; easing.type: Easing.OutCubic } }

        Icon {
            id: drawn
            anchors.centerIn: parent
            width: parent.width * 0.52; height: width
            color: control.drawing
            path: paths[control.icon]
        }
    }
    Words {
        id: label
        anchors { top: circle.bottom; topMargin: Theme.gap * 0.6; horizontalCenter: parent.horizontalCenter }
        wrapMode: Text.NoWrap
        size: Theme.label
        strong: true
        color: control.wordColor
        text: control.word
    }
    MouseArea {
        id: touch
        anchors.fill: parent
        onClicked: control.used()
    }
}
