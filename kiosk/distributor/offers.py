"""Which offers of terminals go on to an agent's console, and when. Pure: no time, no sockets.

A terminal offers with the press, before it can know whether its call gets a standby link. So the first offer of a call that
is being set up on a link is for nobody; a later one says that the terminal can't use the link.
"""

from kiosk.protocol.messages import Offer


class Offers:
    """The offers of the calls that go on."""

    def __init__(self) -> None:
        self._kept: dict[str, Offer] = {}
        """Of calls that wait for an agent."""
        self._heard: set[str] = set()
        """The calls that had an offer already."""
        self._on_link: set[str] = set()
        """The calls that are being set up on a standby link."""

    def keep(self, offer: Offer) -> None:
        """Nobody has the call yet: the offer is for the first agent who gets it."""
        self._heard.add(offer.call_id)
        self._kept[offer.call_id] = offer

    def pass_on(self, offer: Offer) -> bool:
        """Whether ``offer``, for a call that has an agent, is for that agent's console."""
        with_the_press = offer.call_id in self._on_link and offer.call_id not in self._heard
        self._heard.add(offer.call_id)
        if not with_the_press:
            self._on_link.discard(offer.call_id)
        return not with_the_press

    def assigned(self, call_id: str, *, on_link: bool) -> Offer | None:
        """An agent got the call: the offer that goes with it. No other agent gets that one: the terminal offers anew."""
        offer = self._kept.pop(call_id, None)
        if on_link:
            self._on_link.add(call_id)
            return None
        self._on_link.discard(call_id)
        return offer

    def connected(self, call_id: str) -> None:
        """The call is set up: offers that come now repair its line."""
        self._on_link.discard(call_id)

    def ended(self, call_id: str) -> None:
        """The call is over."""
        self._kept.pop(call_id, None)
        self._heard.discard(call_id)
        self._on_link.discard(call_id)
