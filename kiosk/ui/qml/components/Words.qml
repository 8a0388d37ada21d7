import QtQuick
import ".."

// A sentence in one of the five sizes.
Text {
    property int size: Theme.body
    property bool strong: false

    color: Theme.ink
    textFormat: Text.PlainText
    wrapMode: Text.WordWrap
    horizontalAlignment: Text.AlignHCenter
    lineHeight: 1.12
    font { family: Theme.family; pixelSize: size; weight: strong ? Font.DemiBold : Font.Normal; letterSpacing: size > 60 ? -size * 0.018 : 0 }
}
