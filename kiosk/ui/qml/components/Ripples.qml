import QtQuick
import ".."

// Wide still circles around the call button, so that the eye finds it from across the room.
Item {
    id: ripples

    property real centreX
    property real centreY

    anchors.fill: parent
    clip: true

    Repeater {
        model: 4
        Rectangle {
            required property int index
            readonly property real reach: Math.hypot(ripples.width, ripples.height) * (1.26 - 0.29 * index)
            x: ripples.centreX - reach / 2; y: ripples.centreY - reach / 2
            width: reach; height: reach; radius: reach / 2
            color: index % 2 ? Theme.ground : Theme.groundDeep
            opacity: 0.6
        }
    }
}
