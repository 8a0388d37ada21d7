import QtQuick
import ".."
import "../components"

// A device that a call needs isn't there: named in a customer's words; the technician's line is small.
Screen {
    id: screen
    name: "out_of_service"

    readonly property var words: ({
        camera: qsTr("We can't see you: this screen's camera is not working."),
        microphone: qsTr("We can't hear you: this screen's microphone is not working."),
        speaker: qsTr("You couldn't hear us: this screen's loudspeaker is not working."),
        button: qsTr("The green button is not working.")
    })

    Column {
        anchors.centerIn: parent
        anchors.verticalCenterOffset: -technician.height / 2
        width: parent.width - 2 * screen.margin
        spacing: Theme.gap * 1.4

        Words {
            width: parent.width
            size: Theme.title
            strong: true
            text: screen.words[screen.vm.device] ?? qsTr("Something here needs a technician.")
        }
        Words {
            width: parent.width
            color: Theme.inkSoft
            text: qsTr("We are sorry. It will be mended.")
        }
        Item { width: 1; height: Theme.gap * 0.4 }
        Suggestion {
            anchors.horizontalCenter: parent.horizontalCenter
            width: screen.portrait ? parent.width : parent.width * 0.7
            icon: "desk"
            text: qsTr("Someone at the desk is glad to help you in person.")
        }
    }
    Column {
        id: technician
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom; margins: Theme.gap * 1.6 }
        Words {
            width: parent.width
            horizontalAlignment: Text.AlignLeft
            size: Theme.fine
            color: Theme.inkSoft
            maximumLineCount: 3
            elide: Text.ElideRight
            text: screen.vm.technician
        }
        Words { objectName: "serviceCode"; size: Theme.fine; color: Theme.inkSoft; text: screen.vm.code }
    }
}
