import QtQuick
import ".."

// Small and grey in the lower left corner, for the person who looks after the terminal.
Words {
    horizontalAlignment: Text.AlignLeft
    anchors { left: parent.left; bottom: parent.bottom; margins: Theme.gap * 1.6 }
    size: Theme.fine
    color: Theme.inkSoft
}
