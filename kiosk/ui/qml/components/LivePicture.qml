import QtQuick
import ".."

// A live picture, filled by kiosk/ui/video.py; which surface draws it depends on whether there is a graphics processor.
Item {
    id: picture

    property bool software: true
    property bool mirrored: false
    property bool live: false
    readonly property Item surface: loader.item

    visible: live

    Loader {
        id: loader
        anchors.fill: parent
        source: picture.software ? "PaintedPicture.qml" : "SinkPicture.qml"
        onLoaded: {
            item.mirrored = Qt.binding(() => picture.mirrored);
        }
    }
}
