"""How long each stage of a call's set-up took: noted as events come, without changing anything."""

from kiosk.call import events as e

STAGES: dict[type[e.Event], str] = {
    e.Assigned: "assigned_ms",
    e.OfferReady: "offer_ms",
    e.Answer: "answer_ms",
    e.FaceDrawn: "face_ms",
}
"""The event that ends each stage, and its name in `kiosk.protocol.messages.Figures`."""


class SetUpStages:
    """One call's stages, in ms since the press at ``pressed_at`` (seconds, the clock of every ``now``)."""

    def __init__(self, call_id: str, pressed_at: float) -> None:
        self.call_id = call_id
        self._pressed_at = pressed_at
        self.ms: dict[str, int] = {}
        """Each stage by name; the last time counts where a stage was gone through again with another agent."""

    def note(self, event: e.Event, now: float) -> None:
        """An event happened at ``now``; those of other calls, and those that end no stage, are passed over."""
        name = STAGES.get(type(event))
        if name is not None and getattr(event, "call_id", None) == self.call_id:
            at = event.at if isinstance(event, e.FaceDrawn) else now
            self.ms[name] = max(0, round((at - self._pressed_at) * 1000))
