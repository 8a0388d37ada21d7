import QtQuick
import ".."

// The screen's twin of the real button, in the real button's colour, with a ring that breathes while it invites.
Item {
    id: button

    property string word
    property bool breathing: false
    property bool pointing: false
    // 0 to 1 and back, in steps: ten a second look calm and cost next to nothing.
    property real breath: 0.5
    signal used()

    width: Theme.bigTarget * 1.5; height: width

    Accessible.role: Accessible.Button
    Accessible.name: word
    Accessible.onPressAction: used()

    Timer {
        property int step: 0
        interval: 100
        repeat: true
        running: button.breathing && !Theme.reducedMotion
        onTriggered: {
            step = (step + 1) % 40;
            button.breath = 0.5 - 0.5 * Math.cos(step / 40 * 2 * Math.PI);
        }
    }
    Rectangle {
        anchors.centerIn: parent
        width: Theme.bigTarget * (1.22 + 0.24 * button.breath); height: width; radius: width / 2
        color: "transparent"
        border { width: Theme.bigTarget * 0.035; color: Theme.signal }
        opacity: 0.75 - 0.6 * button.breath
    }
    Rectangle {
        anchors.centerIn: parent
        width: Theme.bigTarget * 1.14; height: width; radius: width / 2
        color: Theme.ground
        border { width: Theme.bigTarget * 0.035; color: Theme.signal }
    }
    Rectangle {
        anchors.centerIn: parent
        width: Theme.bigTarget; height: width; radius: width / 2
        color: Theme.signal
        scale: touch.pressed ? 0.95 : 1
        Behavior on scale { NumberAnimation { duration: Theme.quick; easing.type: Easing.OutCubic } }

        Icon {
            anchors.centerIn: parent
            width: parent.width * 0.5; height: width
            color: Theme.signalInk
            thickness: 1.7
            path: paths.talk
        }
    }
    Icon {
        visible: button.pointing
        anchors { horizontalCenter: parent.horizontalCenter; top: parent.bottom; topMargin: -Theme.bigTarget * 0.02 + Theme.bigTarget * 0.05 * button.breath }
        width: Theme.bigTarget * 0.3; height: width
        color: Theme.signal
        thickness: 2.6
        path: paths.down
    }
    MouseArea {
        id: touch
        anchors.centerIn: parent
        width: Theme.bigTarget * 1.2; height: width
        // As with the real button, going down is what counts.
        onPressed: button.used()
    }
}
