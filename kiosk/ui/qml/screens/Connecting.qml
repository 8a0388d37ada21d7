import QtQuick
import ".."
import "../components"

// The agent's portrait (drawn by Stage) and who is coming.
Screen {
    id: screen
    name: "connecting"

    Column {
        y: parent.height * (screen.portrait ? 0.5 : 0.505)
        anchors.horizontalCenter: parent.horizontalCenter
        width: parent.width - 2 * screen.margin
        spacing: Theme.gap * 0.5

        Words {
            width: parent.width
            size: Theme.title
            strong: true
            text: screen.vm.agentName ? qsTr("%1 is on the way.").arg(screen.vm.agentName) : qsTr("One moment.")
        }
        Words {
            width: parent.width
            color: Theme.inkSoft
            text: screen.vm.agentName ? screen.vm.agentRole : qsTr("We are fetching someone for you.")
        }
    }
    Dock {
        RoundControl {
            objectName: "cancelControl"
            word: qsTr("Cancel")
            icon: "cross"
            disc: Theme.groundDeep
            drawing: Theme.ink
            onUsed: screen.vm.end()
        }
    }
}
