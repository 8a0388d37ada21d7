import QtQuick
import ".."
import "../components"

// Everyone is helping someone: what happens next, and a way out.
Screen {
    id: screen
    name: "busy"

    readonly property bool empty: vm.reason === "no_agents"

    Column {
        anchors { horizontalCenter: parent.horizontalCenter; verticalCenter: parent.top; verticalCenterOffset: dock.y / 2 }
        width: parent.width - 2 * screen.margin
        spacing: Theme.gap * 1.2

        Row {
            anchors.horizontalCenter: parent.horizontalCenter
            spacing: Theme.gap
            visible: !screen.empty
            Repeater {
                model: 3
                Portrait { width: Math.round(Theme.target * 0.8); height: width; radius: width / 2 }
            }
        }
        Words {
            width: parent.width
            size: Theme.title * 1.15
            strong: true
            text: screen.empty ? qsTr("Nobody is at their desk just now.") : qsTr("Everyone is helping someone.")
        }
        Words {
            width: parent.width
            color: Theme.inkSoft
            text: screen.empty ? qsTr("Stay here and you are connected as soon as someone comes. Or ask at the desk.")
                : qsTr("Stay here: you are connected the moment someone is free.")
        }
    }
    Dock {
        id: dock
        RoundControl {
            objectName: "leaveControl"
            word: qsTr("Stop waiting")
            icon: "cross"
            disc: Theme.groundDeep
            drawing: Theme.ink
            onUsed: screen.vm.end()
        }
    }
}
