import QtQuick
import ".."

// A person before their picture is there: their initials, or a silhouette while nobody is known yet.
Rectangle {
    id: portrait

    property string initials

    color: Theme.accent
    clip: true

    Words {
        anchors.centerIn: parent
        visible: portrait.initials !== ""
        text: portrait.initials
        color: Theme.accentInk
        font.pixelSize: portrait.height * 0.36
        font.letterSpacing: 0
    }
    Item {
        visible: portrait.initials === ""
        anchors.fill: parent
        Rectangle {
            anchors { horizontalCenter: parent.horizontalCenter }
            y: parent.height * 0.2
            width: parent.height * 0.3; height: width; radius: width / 2
            color: Theme.accentInk
            opacity: 0.9
        }
        Rectangle {
            anchors.horizontalCenter: parent.horizontalCenter
            y: parent.height * 0.57
            width: parent.height * 0.62; height: width; radius: width / 2
            color: Theme.accentInk
            opacity: 0.9
        }
    }
}
