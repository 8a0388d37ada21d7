import QtQuick
import ".."

// A person before their picture is there: their initials, or a silhouette while nobody is known yet.
Rectangle {
    id: portrait

    property string initials

    color: Theme.accent

    Words {
        anchors.centerIn: parent
        visible: portrait.initials !== ""
        text: portrait.initials
        color: Theme.accentInk
        font.pixelSize: Math.min(portrait.height * 0.36, portrait.width * 0.28)
        font.letterSpacing: 0
    }
    Icon {
        anchors.centerIn: parent
        visible: portrait.initials === ""
        width: Math.min(parent.width, parent.height); height: width
        color: Theme.accentInk
        filled: true
        path: portrait.radius > 0 ? paths.person : paths.bust
    }
}
