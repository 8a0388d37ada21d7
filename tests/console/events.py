"""Events of the console's state, as its modules make them."""

from tests.console.pure import Event

TERMINAL = {"terminal_id": "t1", "name": "Desk 2", "branch": "Springfield"}
SIGNED_IN: Event = {"type": "signed_in", "me": {"agent_id": "a1", "name": "Ada", "role": "Advisor"}}
READY: Event = {"type": "devices", "devices": {"state": "ready", "faults": []}}
MUTE: Event = {"type": "mute"}
DOWN: Event = {"type": "link", "link": "down"}
CONNECTING: Event = {"type": "link", "link": "connecting"}


def said(kind: str, now: float = 0, **fields: object) -> Event:
    """The distributor says something."""
    return {"type": "message", "now": now, "message": {"id": "1", "type": kind, **fields}}


def status(value: str, then: str = "available", now: float = 0, **fields: object) -> Event:
    """The distributor says what the agent is doing, and what comes after."""
    return said("status", now, status=value, next_status=then, **fields)


def want(value: str) -> Event:
    """The agent wants to be available or away."""
    return {"type": "want", "status": value}


def fault(device: str, why: str, state: str = "fault") -> Event:
    """A device can't be had, or stopped."""
    return {"type": "devices", "devices": {"state": state, "faults": [{"device": device, "why": why}]}}


def peer(now: float = 0, call: str = "c1", **media: object) -> Event:
    """What the peer connection says of itself."""
    return {"type": "peer", "callId": call, "media": media, "now": now}


def end(now: float = 0) -> Event:
    """The agent ends the call."""
    return {"type": "end_call", "now": now}


WELCOME = said("welcome", wrap_up_s=10, ice_servers=[])
ONLINE = [SIGNED_IN, CONNECTING, WELCOME, status("away", "away")]
AVAILABLE = [*ONLINE, want("available"), READY, status("available")]
INCOMING = said("incoming", 1000, call_id="c1", terminal=TERMINAL, language="de", waited_ms=400)
OFFER = said("offer", 1010, call_id="c1", sdp="v=0")
ARRIVED = [*AVAILABLE, INCOMING, status("reserved"), OFFER, status("in_call")]
IN_CALL = [*ARRIVED, peer(1200, link="connected"), peer(1250, video="live", audio="live")]
ENDED = said("ended", 61_200, call_id="c1", reason="customer_hung_up")
WRAP_UP = [*IN_CALL, ENDED, status("wrap_up", now=61_200, wrap_up_left_ms=10_000)]
