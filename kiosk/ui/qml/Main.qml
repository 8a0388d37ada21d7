import QtQuick
import "."
import "components"
import "screens"

// The whole window: the ground, the agent's picture, and one screen at a time over them.
Rectangle {
    id: main

    required property QtObject vm
    required property real diagonalMm
    required property bool softwareScene
    required property bool reducedMotion
    readonly property bool portrait: height > width

    color: Theme.ground
    focus: true

    Binding { target: Theme; property: "pxPerMm"; value: Math.hypot(main.width, main.height) / main.diagonalMm }
    Binding { target: Theme; property: "shortSide"; value: Math.min(main.width, main.height) }
    Binding { target: Theme; property: "reducedMotion"; value: main.reducedMotion }

    Stage { main: main; vm: main.vm }

    Idle { main: main; vm: main.vm }
    Connecting { main: main; vm: main.vm }
    InCall { main: main; vm: main.vm }
    ThankYou { main: main; vm: main.vm }
    Busy { main: main; vm: main.vm }
    Offline { main: main; vm: main.vm }
    OutOfService { main: main; vm: main.vm }

    // The keyboard's twin of the real button and of the round controls.
    Shortcut { sequences: ["Space", "Return", "Enter", "F1"]; autoRepeat: false; onActivated: main.vm.press() }
    Shortcut { sequences: ["Escape"]; autoRepeat: false; onActivated: main.vm.end() }
    Shortcut { sequences: ["M"]; autoRepeat: false; onActivated: main.vm.toggleMute() }
}
