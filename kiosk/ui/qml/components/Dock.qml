import QtQuick
import ".."

// The place of what can be touched, the same on every screen: centred in the lower third.
Row {
    spacing: Theme.target * 0.4
    anchors { horizontalCenter: parent.horizontalCenter; bottom: parent.bottom; bottomMargin: parent.height * (parent.portrait ? 0.09 : 0.055) }
}
