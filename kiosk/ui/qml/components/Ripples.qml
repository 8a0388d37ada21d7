import QtQuick
import QtQuick.Shapes
import ".."

// Wide still circles around the call button, so that the eye finds it from across the room. Not Rectangles with a radius: Qt's
// software renderer keeps a picture of each one's corners, 29 MB for these at 1280x800.
Item {
    id: ripples

    property real centreX
    property real centreY

    anchors.fill: parent
    clip: true

    Repeater {
        model: 4
        Shape {
            id: ring
            required property int index
            readonly property real reach: Math.hypot(ripples.width, ripples.height) * (1.26 - 0.29 * index)
            x: ripples.centreX - reach / 2; y: ripples.centreY - reach / 2
            width: reach; height: reach
            preferredRendererType: Shape.CurveRenderer
            opacity: 0.6
            ShapePath {
                strokeWidth: -1
                fillColor: ring.index % 2 ? Theme.ground : Theme.groundDeep
                PathAngleArc { centerX: ring.reach / 2; centerY: ring.reach / 2; radiusX: ring.reach / 2; radiusY: ring.reach / 2; sweepAngle: 360 }
            }
        }
    }
}
