"""A process of its own for `test_display`: draws a call on the display there is and looks at the pixels."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from kiosk.call.state import Snapshot, State
from kiosk.ui.display import make_application
from kiosk.ui.video import surface_of
from tests.qt import run_qt_until, turn_qt
from tests.screens import Screens, halves, near, picture

BLUE, RED, GREEN = (30, 60, 200), (190, 40, 40), (40, 160, 60)


def main() -> None:
    """Prints which renderer drew, if it did."""
    screens = Screens(make_application(), 1000, 700)
    screens.show(Snapshot(State.IN_CALL, online=True, call_id="c1", agent_name="Anna Lind"))
    screens.window.agent.offer(picture(BLUE, 1280, 720))
    screens.window.self_view.offer(halves(RED, GREEN))
    run_qt_until(lambda: bool(screens.drawn) and bool(screens.item("selfPicture").property("live")))
    turn_qt()
    image = screens.window.grab()
    assert near(image.pixelColor(500, 200), BLUE), image.pixelColor(500, 200).name()
    place = screens.where(screens.item("selfView"))
    for share, colour in ((0.25, GREEN), (0.75, RED)):
        seen = image.pixelColor(int(place.left() + place.width() * share), int(place.center().y()))
        assert near(seen, colour), seen.name()
    assert not near(image.pixelColor(int(place.left()) + 3, int(place.top()) + 3), GREEN)
    assert screens.window.warnings == []
    api = screens.window.view.rendererInterface().graphicsApi().name
    print(api, type(surface_of(screens.item("agentPicture"))).__name__, "drew")
    screens.window.close()


if __name__ == "__main__":
    main()
