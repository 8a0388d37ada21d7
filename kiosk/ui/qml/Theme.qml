pragma Singleton
import QtQuick

// Sizes in millimetres of the real screen, colours and motion: the one place for each.
QtObject {
    // Set by Main from the window and the screen's declared diagonal.
    property real pxPerMm: 4
    property real shortSide: 800
    property bool reducedMotion: false

    // Warm neutral ground, near-black text. Every pair of text and ground is 7:1 or more; a test computes it.
    readonly property color ground: "#F5F0E7"
    readonly property color groundDeep: "#EBE3D5"
    readonly property color line: "#D8CDBA"
    readonly property color ink: "#1C1814"
    readonly property color inkSoft: "#4A433A"
    // The brand's one accent, and what is written on it.
    readonly property color accent: "#17404A"
    readonly property color accentInk: "#FFFFFF"
    // The colour of the real button's cap.
    readonly property color signal: "#0F5F33"
    readonly property color signalInk: "#FFFFFF"
    // Only for ending a call.
    readonly property color end: "#9E1B1B"
    readonly property color endInk: "#FFFFFF"
    // Over a picture.
    readonly property color night: "#14110E"
    readonly property color nightInk: "#FFFFFF"
    readonly property color nightInkSoft: "#EFE8DC"
    readonly property real scrim: 0.78

    readonly property string family: {
        const families = Qt.fontFamilies();
        return ["Inter", "Noto Sans", "DejaVu Sans"].find(name => families.includes(name)) ?? "sans-serif";
    }
    // Height of a capital letter as a part of the font's size, in Inter and in Noto Sans.
    readonly property real capHeight: 0.72

    // Five sizes, each the height of a capital letter in mm, in font pixels. The bounds keep small windows legible
    // and words inside small screens.
    readonly property int display: size(18, 0.075, 0.18)
    readonly property int title: size(11, 0.048, 0.115)
    readonly property int body: size(7, 0.032, 0.075)
    readonly property int label: size(5.5, 0.027, 0.058)
    readonly property int fine: size(4.8, 0.024, 0.051)

    // What a finger meets: 26 mm across, never under 20 where the screen can hold it.
    readonly property real target: mm(26, 0.09, 0.2)
    readonly property real bigTarget: mm(38, 0.16, 0.27)
    readonly property real gap: mm(5, 0.02, 0.04)

    readonly property int quick: reducedMotion ? 0 : 160
    readonly property int settle: reducedMotion ? 0 : 250

    function mm(length: real, least: real, most: real): real {
        return Math.max(shortSide * least, Math.min(length * pxPerMm, shortSide * most));
    }
    function size(cap: real, least: real, most: real): int {
        return Math.round(Math.max(11, mm(cap / capHeight, least, most)));
    }
}
