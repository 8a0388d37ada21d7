import QtQuick
import ".."
import "../components"

// The end of a call, in words that fit how it ended; a press begins the next one.
Screen {
    id: screen
    name: "thank_you"

    readonly property bool lost: vm.reason === "lost"

    Ripples { centreX: button.x + button.width / 2; centreY: button.y + button.height / 2 }

    Column {
        anchors { horizontalCenter: parent.horizontalCenter; verticalCenter: parent.top; verticalCenterOffset: (button.y + button.height * 0.1) / 2 }
        width: parent.width - 2 * screen.margin
        spacing: Theme.gap

        Words {
            width: parent.width
            size: screen.lost ? Theme.title * 1.25 : Theme.display
            strong: true
            lineHeight: 1.04
            text: screen.lost ? qsTr("We lost the connection.") : screen.vm.reason === "left" ? qsTr("See you soon.") : qsTr("Thank you.")
        }
        Words {
            width: parent.width
            size: Theme.body
            color: Theme.inkSoft
            text: screen.lost ? qsTr("We are sorry. It was not you. Press the green button and we connect you again.")
                : screen.vm.reason === "left" ? qsTr("Press the green button whenever you want to talk to someone.")
                : qsTr("It was good to talk to you. Press the green button to talk to someone again.")
        }
    }
    CallButton {
        id: button
        objectName: "againButton"
        anchors { horizontalCenter: parent.horizontalCenter; bottom: parent.bottom; bottomMargin: parent.height * (screen.portrait ? 0.1 : 0.045) + (pointing ? Theme.bigTarget * 0.12 : 0) }
        word: qsTr("Call again")
        pointing: screen.vm.hasButton
        onUsed: screen.vm.press()
    }
}
