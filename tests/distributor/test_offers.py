"""Which offers go on to a console: the one of the press doesn't where the call got a standby link."""

from kiosk.distributor.offers import Offers
from kiosk.protocol.messages import Offer


def offer(sdp: str) -> Offer:
    return Offer(call_id="c1", sdp=sdp)


def test_the_offer_of_a_call_that_waits_goes_with_the_assignment_once() -> None:
    offers, early = Offers(), offer("early")
    offers.keep(early)
    assert offers.assigned("c1", on_link=False) is early
    assert offers.assigned("c1", on_link=False) is None, "the next agent gets a new one"


def test_a_call_that_gets_a_link_needs_no_offer() -> None:
    """Neither the one that was kept nor the one that was on its way; the next one says that the link can't be used."""
    kept, on_its_way = Offers(), Offers()
    kept.keep(offer("early"))
    assert kept.assigned("c1", on_link=True) is None
    on_its_way.assigned("c1", on_link=True)
    assert not on_its_way.pass_on(offer("early"))
    for offers in (kept, on_its_way):
        assert offers.pass_on(offer("without the link"))
        assert offers.pass_on(offer("again"))


def test_a_call_whose_link_was_lost_is_offered_anew() -> None:
    """The assignment comes again, without a link; what was kept before belongs to no one any more."""
    offers = Offers()
    offers.keep(offer("early"))
    offers.assigned("c1", on_link=True)
    assert offers.assigned("c1", on_link=False) is None
    assert offers.pass_on(offer("fresh"))


def test_the_lines_repair_goes_on_to_the_console() -> None:
    """The first offer of a call that was connected on a link is no offer of the press."""
    offers = Offers()
    offers.assigned("c1", on_link=True)
    offers.connected("c1")
    assert offers.pass_on(offer("repair"))


def test_nothing_is_left_of_a_call_that_is_over() -> None:
    offers = Offers()
    offers.keep(offer("early"))
    offers.ended("c1")
    assert offers.assigned("c1", on_link=False) is None
    offers.assigned("c1", on_link=True)
    offers.ended("c1")
    assert offers.pass_on(offer("of another call with this id"))
