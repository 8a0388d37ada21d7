import QtQuick
import QtQuick.Shapes

// A line drawing in a box of 24 by 24, drawn at any size.
Item {
    id: icon

    property color color: "black"
    property string path
    property real thickness: 2
    property bool filled: false

    Shape {
        width: 24; height: 24
        scale: icon.width / 24
        transformOrigin: Item.TopLeft
        antialiasing: true
        preferredRendererType: Shape.CurveRenderer

        ShapePath {
            strokeColor: icon.color
            strokeWidth: icon.filled ? -1 : icon.thickness
            fillColor: icon.filled ? icon.color : "transparent"
            capStyle: ShapePath.RoundCap
            joinStyle: ShapePath.RoundJoin
            PathSvg { path: icon.path }
        }
    }

    readonly property var paths: ({
        // A head and shoulders that fit into a circle of the box's width.
        person: "M12 4.6 a3.7 3.7 0 0 1 0.01 7.4 a3.7 3.7 0 0 1 -0.01 -7.4 z M4.6 19.6 C5.2 11.9 18.8 11.9 19.4 19.6 A10.6 10.6 0 0 1 4.6 19.6 z",
        // The same with shoulders down to the box's edge.
        bust: "M12 4.4 a4.1 4.1 0 0 1 0.01 8.2 a4.1 4.1 0 0 1 -0.01 -8.2 z M3.4 24 C3.6 12.2 20.4 12.2 20.6 24 z",
        mic: "M12 3 a3 3 0 0 1 3 3 v5 a3 3 0 0 1 -6 0 v-5 a3 3 0 0 1 3 -3 z M5.5 11 a6.5 6.5 0 0 0 13 0 M12 17.5 v3.5 M8.5 21 h7",
        micOff: "M12 3 a3 3 0 0 1 3 3 v5 a3 3 0 0 1 -6 0 v-5 a3 3 0 0 1 3 -3 z M5.5 11 a6.5 6.5 0 0 0 13 0 M12 17.5 v3.5 M8.5 21 h7 M4 3 l16 18",
        hangUp: "M3 14.5 c0 -7 18 -7 18 0 v1.2 a1 1 0 0 1 -1.2 1 l-3.6 -0.8 a1 1 0 0 1 -0.8 -1 v-1.9 c-2.2 -0.8 -4.6 -0.8 -6.8 0 v1.9 a1 1 0 0 1 -0.8 1 l-3.6 0.8 a1 1 0 0 1 -1.2 -1 z",
        cross: "M6 6 l12 12 M18 6 l-12 12",
        down: "M5 9 l7 7 l7 -7",
        talk: "M8 4 h8 a5 5 0 0 1 5 5 v2 a5 5 0 0 1 -5 5 h-3.5 l-4.5 4 v-4 a5 5 0 0 1 -5 -5 v-2 a5 5 0 0 1 5 -5 z M8.2 10 h0.01 M12 10 h0.01 M15.8 10 h0.01",
        desk: "M12 3.5 a3 3 0 0 1 0.01 6 a3 3 0 0 1 -0.01 -6 z M6.5 15 a5.5 5 0 0 1 11 0 M3 15.5 h18 M5 15.5 v5 M19 15.5 v5",
        clock: "M12 3.5 a8.5 8.5 0 0 1 0.01 17 a8.5 8.5 0 0 1 -0.01 -17 z M12 7.5 v5 l3.2 2"
    })
}
