"""The screens: props derived from a snapshot, a view model, and QML."""

import os

# Qt Multimedia looks for libraries of sound services while it is imported, and says which it doesn't find; none is used here
os.environ.setdefault("QT_LOGGING_RULES", "qt.multimedia.*=false")
