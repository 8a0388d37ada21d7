import QtQuick
import ".."
import "../components"

// Over the agent's picture: who they are, the customer's own picture, and two controls. Upright, the lower part is calm ground.
Screen {
    id: screen
    name: "in_call"

    readonly property real pictureHeight: portrait ? height * 0.7 : height

    // Landscape: dark from where the words begin, so that white on it is 7:1 on any picture.
    Rectangle {
        id: shade
        anchors { left: parent.left; right: parent.right }
        y: screen.pictureHeight - height
        height: screen.portrait ? plate.height + Theme.gap * 5 : Math.max(plate.height, dock.height) * 1.5 + Theme.gap * 3
        gradient: Gradient {
            GradientStop { position: 0; color: Qt.alpha(Theme.night, 0) }
            GradientStop { position: 0.34; color: Qt.alpha(Theme.night, Theme.scrim) }
            GradientStop { position: 1; color: Qt.alpha(Theme.night, 0.88) }
        }
    }
    Rectangle {
        visible: screen.portrait
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        height: parent.height - screen.pictureHeight
        color: Theme.ground
    }
    Column {
        id: plate
        objectName: "namePlate"
        x: Theme.gap * 2.4
        y: screen.pictureHeight - height - Theme.gap * 2
        width: screen.portrait ? parent.width - 2 * x : dock.x - x - Theme.gap
        spacing: Theme.gap * 0.2

        Words {
            width: parent.width
            horizontalAlignment: Text.AlignLeft
            size: Theme.title
            strong: true
            color: Theme.nightInk
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.body
            maximumLineCount: 1
            elide: Text.ElideRight
            wrapMode: Text.NoWrap
            text: screen.vm.agentName
        }
        Words {
            width: parent.width
            horizontalAlignment: Text.AlignLeft
            wrapMode: Text.NoWrap
            elide: Text.ElideRight
            color: Theme.nightInkSoft
            text: screen.vm.agentRole
        }
    }
    SelfView {
        id: selfView
        objectName: "selfView"
        software: screen.main.softwareScene
        width: Math.min(parent.width * (screen.portrait ? 0.27 : 0.22), parent.height * 0.36)
        height: width * 0.75
        anchors { right: parent.right; top: parent.top; margins: Theme.gap * 1.6 }
    }
    Rectangle {
        objectName: "mutedNote"
        visible: screen.vm.muted
        anchors { right: selfView.right; top: selfView.bottom; topMargin: Theme.gap }
        width: note.implicitWidth + Theme.gap * 2.4; height: note.implicitHeight + Theme.gap * 1.2; radius: height / 2
        color: Theme.ground
        Words { id: note; anchors.centerIn: parent; size: Theme.label; wrapMode: Text.NoWrap; text: qsTr("You are muted") }
    }
    // Over the picture, clear of the faces: at the top, or upright above the name.
    Rectangle {
        id: lineNote
        objectName: "lineNote"
        readonly property real widest: parent.width - 2 * Theme.gap * 1.6 - (screen.portrait ? 0 : 2 * (selfView.width + Theme.gap))
        visible: screen.vm.lineBad
        x: (parent.width - width) / 2
        y: screen.portrait ? plate.y - height - Theme.gap : Theme.gap * 1.6
        width: lineWords.width + Theme.gap * 3
        height: lineWords.height + Theme.gap * 1.6; radius: Theme.gap * 1.2
        color: Theme.ground
        Words {
            id: lineWords
            anchors.centerIn: parent
            width: Math.min(implicitWidth, lineNote.widest - Theme.gap * 3)
            text: qsTr("One moment, the line is bad.")
        }
    }
    Dock {
        id: dock
        RoundControl {
            objectName: "muteControl"
            word: screen.vm.muted ? qsTr("Unmute") : qsTr("Mute")
            icon: screen.vm.muted ? "micOff" : "mic"
            disc: screen.vm.muted ? Theme.accent : Theme.groundDeep
            drawing: screen.vm.muted ? Theme.accentInk : Theme.ink
            ringed: screen.vm.muted
            wordColor: screen.portrait ? Theme.ink : Theme.nightInk
            onUsed: screen.vm.toggleMute()
        }
        RoundControl {
            objectName: "endControl"
            word: qsTr("End")
            icon: "hangUp"
            disc: Theme.end
            drawing: Theme.endInk
            wordColor: screen.portrait ? Theme.ink : Theme.nightInk
            onUsed: screen.vm.end()
        }
    }
}
