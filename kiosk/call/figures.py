"""How long each stage of a call's set-up took: noted as events come, without changing anything."""

from typing import Literal

from kiosk.call import events as e

Path = Literal["hot", "warm", "cold"]

STAGES: dict[type[e.Event], str] = {
    e.Assigned: "assigned_ms",
    e.OfferReady: "offer_ms",
    e.Answer: "answer_ms",
    e.FaceDrawn: "face_ms",
}
"""The event that ends each stage, and its name in `kiosk.protocol.messages.Figures`."""


class SetUpStages:
    """One call's stages, in ms since the press at ``pressed_at`` (seconds, the clock of every ``now``)."""

    def __init__(self, pressed: e.Pressed) -> None:
        self.call_id = pressed.call_id
        self._pressed_at = pressed.at
        self._seen = pressed.seen
        self.path: Path = "cold" if pressed.seen is None else "hot"
        """By which the agent's face came: pre-rolled, on a standby link, or by an offer."""
        self.ms: dict[str, int] = {}
        """Each stage by name; the last time counts where a stage was gone through again with another agent."""

    def note(self, event: e.Event, now: float) -> None:
        """An event happened at ``now``; those of other calls, and those that end no stage, are passed over."""
        if getattr(event, "call_id", None) != self.call_id:
            return
        if "face_ms" not in self.ms or "assigned_ms" not in self.ms:
            self._note_path(event)
        name = STAGES.get(type(event))
        if name is not None:
            at = event.at if isinstance(event, e.FaceDrawn) else now
            self.ms[name] = max(0, round((at - self._pressed_at) * 1000))

    def _note_path(self, event: e.Event) -> None:
        match event:
            case e.Assigned(agent=agent, link_id=link_id):
                seen = self._seen is not None and (self._seen.agent.agent_id, self._seen.link_id) == (
                    agent.agent_id,
                    link_id,
                )
                self.path = "hot" if seen else "cold" if link_id is None else "warm"
            case e.LinkGone() | e.Queued():
                self._seen, self.path = None, "cold"
            case _:
                pass
