"""The terminal's part of pre-roll: when it asks, how long its lease lasts, and what a press finds."""

import pytest

from kiosk.call.events import Seen
from kiosk.protocol.messages import AgentCard, PreRoll, PreRollAsk, PreRollOver
from kiosk.standby.pre_roll import Effect, PreRollCore, Say, Unwatch, Watch

ANN = AgentCard(agent_id="a", name="Ann", role="Adviser")


class Door:
    """A core with a clock; what it says and watches is kept in short form."""

    def __init__(self) -> None:
        self.core = PreRollCore()
        self.now = 100.0
        self.did: list[str] = []
        self.core.set_open(True, self.now)

    def note(self, effects: list[Effect]) -> list[str]:
        new = []
        for effect in effects:
            match effect:
                case Say(message=PreRollAsk(ask=ask)):
                    new.append(f"ask {ask}")
                case Say(message=PreRollOver(fence=fence)):
                    new.append(f"over {fence}")
                case Watch(link_id=link):
                    new.append(f"watch {link}")
                case Unwatch(link_id=link):
                    new.append(f"unwatch {link}")
        self.did += new
        return new

    def come(self) -> list[str]:
        return self.note(self.core.set_present(True, self.now))

    def go(self) -> list[str]:
        return self.note(self.core.set_present(False, self.now))

    def open(self, on: bool) -> list[str]:  # noqa: FBT001 as the core's
        return self.note(self.core.set_open(on, self.now))

    def grant(self, fence: int = 7, ask: int | None = 1, link: str = "l1", *, has_link: bool = True) -> list[str]:
        lease = PreRoll(link_id=link, fence=fence, lease_ms=2000, ask=ask, agent=ANN)
        return self.note(self.core.granted(lease, self.now, has_link=has_link))

    def wait(self, seconds: float) -> list[str]:
        """Time goes on, and the core is woken when it wants to be."""
        until, new = self.now + seconds, []
        while (due := self.core.next_deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            new += self.note(self.core.wake(self.now))
        self.now = until
        return new

    def press(self) -> Seen | None:
        seen, effects = self.core.press(self.now)
        self.note(effects)
        return seen


@pytest.fixture
def door() -> Door:
    """Open, and nobody there."""
    return Door()


def test_nobody_is_asked_for_while_nobody_is_there(door: Door) -> None:
    assert door.core.next_deadline() is None
    assert door.wait(100) == []


def test_asks_go_out_while_somebody_stands_there_for_ten_seconds_and_then_not_for_thirty(door: Door) -> None:
    assert door.come() == ["ask 1"]
    assert len(door.wait(10)) == 14, "every 0.7 s"
    assert door.wait(29) == []
    assert door.wait(2) == ["ask 16", "ask 17"]
    assert door.core.counts.asked == 2


def test_coming_and_going_does_not_begin_the_ten_seconds_anew(door: Door) -> None:
    door.come()
    for _ in range(4):
        door.wait(2)
        door.go()
        door.wait(1)
        door.come()
    assert door.wait(20) == []


def test_a_lease_counts_from_the_ask_and_not_from_the_grant(door: Door) -> None:
    door.come()
    door.wait(0.5)
    assert door.grant() == ["watch l1"]
    assert door.core.held is not None
    assert door.core.held.until == 102.0
    assert door.press() == Seen(7, "l1", ANN)
    assert door.core.counts.pressed == door.core.counts.granted == 1


def test_a_renewal_makes_it_longer_and_never_shorter(door: Door) -> None:
    door.come()
    door.grant()
    door.wait(0.8)
    assert door.grant(ask=2) == []
    assert door.grant(ask=1) == [], "one that was late"
    assert door.core.held is not None
    assert door.core.held.until == pytest.approx(102.7)


def test_a_lease_ends_in_time_without_renewals(door: Door) -> None:
    door.come()
    door.grant()
    assert [what for what in door.wait(2.0) if "ask" not in what] == ["unwatch l1", "over 7"]
    assert door.press() is None


def test_a_press_just_after_the_end_finds_nothing_and_leaves_nothing_watched(door: Door) -> None:
    door.come()
    door.grant()
    door.now += 2.0
    assert door.press() is None
    assert door.did[-2:] == ["unwatch l1", "over 7"]


def test_nobody_is_watched_for_more_than_the_ten_seconds(door: Door) -> None:
    door.come()
    for ask in range(1, 15):
        door.grant(ask=ask)
        door.wait(0.7)
    door.wait(0.2)
    assert door.now == pytest.approx(110.0)
    assert door.did[-2:] == ["unwatch l1", "over 7"]


def test_whoever_leaves_gives_it_back_and_what_was_given_back_is_not_taken_again(door: Door) -> None:
    """A renewal that was on its way names the old fence."""
    door.come()
    door.grant()
    assert door.go() == ["unwatch l1", "over 7"]
    assert door.grant() == ["over 7"]
    door.come()
    assert door.grant(ask=1) == ["over 7"]
    assert door.grant(fence=8, ask=1) == ["over 8"], "it answers an ask for the one before"
    assert door.wait(0.7) == ["ask 2"]
    assert door.grant(fence=9, ask=2) == ["watch l1"]


@pytest.mark.parametrize("why", ["gone", "closed", "late", "unasked", "no ask", "no link"])
def test_a_grant_that_is_of_no_use_is_given_back(door: Door, why: str) -> None:
    door.come()
    match why:
        case "gone":
            door.go()
        case "closed":
            door.open(False)
        case "late":
            door.now += 2.0
    ask = {"unasked": 99, "no ask": None}.get(why, 1)
    assert door.grant(ask=ask, has_link=why != "no link") == ["over 7"]


def test_the_distributor_may_want_it_back(door: Door) -> None:
    door.come()
    door.grant()
    assert door.note(door.core.revoked(7)) == ["unwatch l1", "over 7"]
    assert door.note(door.core.revoked(9)) == ["over 9"], "one that hasn't come yet"
    assert door.grant(fence=9) == ["over 9"]


def test_a_press_wins_over_what_the_distributor_wants_back(door: Door) -> None:
    door.come()
    door.grant()
    assert door.press() is not None
    door.open(False)
    assert door.note(door.core.revoked(7)) == []
    assert door.grant(ask=1) == [], "a renewal that was on its way"


def test_a_newer_lease_takes_the_place_of_the_old_one(door: Door) -> None:
    door.come()
    door.grant()
    assert door.grant(fence=6, link="l0") == ["over 6"]
    assert door.grant(fence=8, link="l2") == ["unwatch l1", "over 7", "watch l2"]


def test_without_its_link_a_lease_is_given_back(door: Door) -> None:
    door.come()
    assert door.note(door.core.link_gone("l1")) == []
    door.grant()
    assert door.note(door.core.link_gone("l2")) == []
    assert door.note(door.core.link_gone("l1")) == ["over 7"]


def test_whoever_still_stands_there_after_a_call_is_not_asked_for_at_once(door: Door) -> None:
    door.come()
    door.grant()
    door.press()
    door.open(False)
    door.wait(60)
    assert door.open(True) == []
    assert door.open(True) == []
    assert door.wait(29.9) == []
    assert door.wait(0.2) == ["ask 2"]


def test_the_next_customer_is_asked_for_at_once(door: Door) -> None:
    door.come()
    door.press()
    door.open(False)
    door.go()
    door.wait(60)
    door.open(True)
    assert door.come() == ["ask 2"]
