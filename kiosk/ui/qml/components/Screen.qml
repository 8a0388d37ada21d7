import QtQuick
import ".."

// What all screens share: shown while the view model says so, a wide margin, a lower third for what can be touched.
Item {
    id: screen

    required property Item main
    required property QtObject vm
    property string name
    readonly property bool current: vm.screen === name
    readonly property bool portrait: main.portrait
    readonly property real margin: Math.max(width, height) * 0.06
    readonly property real upper: height * (portrait ? 0.66 : 0.64)

    anchors.fill: parent
    opacity: current ? 1 : 0
    // What comes settles; what goes is gone at once, so that no words lie on the next screen's.
    visible: current
    enabled: current
    objectName: name

    Behavior on opacity { NumberAnimation { duration: Theme.quick; easing.type: Easing.OutCubic } }
}
