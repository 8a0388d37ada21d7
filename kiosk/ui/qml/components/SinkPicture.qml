import QtQuick
import QtMultimedia

VideoOutput {
    property bool mirrored: false
    fillMode: VideoOutput.PreserveAspectCrop
    transform: Scale { xScale: mirrored ? -1 : 1; origin.x: width / 2 }
}
