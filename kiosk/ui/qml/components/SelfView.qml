import QtQuick
import ".."

// The customer as in a looking-glass, framed like a photograph. The frame's corners cover the picture's.
Item {
    id: self

    property bool software: true
    readonly property real frame: Math.max(6, Theme.gap * 0.35)
    readonly property real rounding: frame * 2.6

    Rectangle { anchors.fill: parent; radius: self.rounding; color: Theme.accent }
    LivePicture {
        objectName: "selfPicture"
        anchors { fill: parent; margins: self.rounding * 0.3 }
        software: self.software
        mirrored: true
    }
    Rectangle {
        anchors.fill: parent
        radius: self.rounding
        color: "transparent"
        border { width: self.frame; color: Theme.ground }
    }
}
