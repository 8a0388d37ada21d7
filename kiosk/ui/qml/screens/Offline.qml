import QtQuick
import ".."
import "../components"

// No distributor: the words of a good host, and two things that help now.
Screen {
    id: screen
    name: "offline"

    Column {
        anchors.centerIn: parent
        anchors.verticalCenterOffset: -Theme.fine
        width: parent.width - 2 * screen.margin
        spacing: Theme.gap * 1.4

        Words {
            width: parent.width
            size: Theme.title * 1.15
            strong: true
            text: qsTr("We can't reach our team right now.")
        }
        Words {
            width: parent.width
            color: Theme.inkSoft
            text: qsTr("This screen keeps trying, and will be ready again by itself.")
        }
        Item { width: 1; height: Theme.gap * 0.4 }
        Flow {
            id: help
            readonly property real column: screen.portrait ? parent.width : (parent.width - spacing) / 2
            width: parent.width
            spacing: Theme.gap * 1.2
            Suggestion { id: desk; width: help.column; least: screen.portrait ? 0 : later.natural; icon: "desk"; text: qsTr("Someone at the desk is glad to help you in person.") }
            Suggestion { id: later; width: help.column; least: screen.portrait ? 0 : desk.natural; icon: "clock"; text: qsTr("Or come back in a few minutes.") }
        }
    }
    Code { text: screen.vm.code }
}
