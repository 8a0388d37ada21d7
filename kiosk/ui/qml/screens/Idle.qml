import QtQuick
import ".."
import "../components"

// One thing to do, seen from across the room.
Screen {
    id: screen
    name: "idle"

    Ripples { centreX: button.x + button.width / 2; centreY: button.y + button.height / 2 }

    Column {
        anchors { horizontalCenter: parent.horizontalCenter; verticalCenter: parent.top; verticalCenterOffset: (button.y + button.height * 0.1) / 2 }
        width: parent.width - 2 * screen.margin
        spacing: Theme.gap

        Words {
            width: parent.width
            size: Theme.display
            strong: true
            lineHeight: 1.04
            text: screen.vm.hasButton ? qsTr("Press the green button.") : qsTr("Touch the green button.")
        }
        Words {
            width: parent.width
            size: Theme.title
            color: Theme.inkSoft
            text: qsTr("Someone is here to help.")
        }
    }
    CallButton {
        id: button
        objectName: "callButton"
        anchors { horizontalCenter: parent.horizontalCenter; bottom: parent.bottom; bottomMargin: parent.height * (screen.portrait ? 0.1 : 0.045) + (pointing ? Theme.bigTarget * 0.12 : 0) }
        word: qsTr("Call")
        breathing: screen.visible
        pointing: screen.vm.hasButton
        onUsed: screen.vm.press()
    }
}
