import QtQuick
import Kiosk.Ui

PaintedSurface {
    property bool mirrored: false
    objectName: mirrored ? "paintedMirrored" : "painted"
}
