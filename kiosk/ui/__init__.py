"""The screens: props derived from a snapshot, a view model, and QML."""
