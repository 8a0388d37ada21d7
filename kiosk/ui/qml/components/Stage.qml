import QtQuick
import ".."

// The agent: a portrait on a card while they are on their way, then their live picture, which grows out of the card.
Item {
    id: stage

    objectName: "stage"

    required property Item main
    required property QtObject vm
    readonly property bool full: vm.screen === "in_call"
    readonly property bool portrait: main.portrait
    readonly property real cardHeight: main.height * (portrait ? 0.36 : 0.4)
    readonly property real cardWidth: Math.min(main.width * 0.84, cardHeight * 1.3)
    property real rounding: full ? 0 : cardHeight * 0.09

    visible: full || vm.screen === "connecting"
    x: full ? 0 : (main.width - cardWidth) / 2
    y: full ? 0 : main.height * (portrait ? 0.1 : 0.07)
    width: full ? main.width : cardWidth
    height: full ? (portrait ? main.height * 0.7 : main.height) : cardHeight

    // Only the growing is seen: the way back happens behind another screen.
    component Growth: NumberAnimation { duration: Theme.settle; easing.type: Easing.OutCubic }
    Behavior on x { Growth {} }
    Behavior on y { Growth {} }
    Behavior on width { Growth {} }
    Behavior on height { Growth {} }
    Behavior on rounding { Growth {} }

    Portrait { anchors.fill: parent; initials: stage.vm.agentInitials; visible: !agent.live }
    LivePicture {
        id: agent
        objectName: "agentPicture"
        anchors.fill: parent
        software: stage.main.softwareScene
    }
    Rectangle {
        readonly property real edge: stage.rounding * 0.5
        visible: stage.rounding > 0.5
        anchors { fill: parent; margins: -edge }
        radius: stage.rounding + edge
        color: "transparent"
        border { width: edge; color: Theme.ground }
    }
}
