"""The part of the call machine from the press to the agent's face."""

from dataclasses import replace

from kiosk.call import effects as f
from kiosk.call import events as e
from kiosk.call.ground import Effects, Ground
from kiosk.call.state import State
from kiosk.protocol.fields import EndReason
from kiosk.protocol.messages import AgentCard, Call, Connected, HangUp, Offer


class Meeting(Ground):
    """A call begins: hot on the link of an agent who is seen already, warm on a standby link, or cold by an offer."""

    def _begin(self, event: e.Pressed, now: float) -> Effects:
        self._forget_call()
        self._pressed_at, self._began_at = event.at, now
        call = Call(
            call_id=event.call_id,
            pool=self.settings.pool,
            language=self.settings.language,
            fence=event.seen.fence if event.seen else None,
        )
        effects: Effects = (f.PreparePeer(event.call_id), f.Send(call))
        self.snapshot = replace(self.snapshot, state=State.CALLING, call_id=event.call_id)
        self._deadline = now + self.settings.answer_s
        return effects if event.seen is None else (*self._greet(event.seen, now), *effects)

    def _greet(self, seen: e.Seen, now: float) -> Effects:
        self._deadline = now + self.settings.confirm_s
        self._link_id = seen.link_id
        self._know(seen.agent, State.GREETING)
        return (f.UseLink(self._call_id, seen.link_id),)

    def _begin_if_ready(self, event: e.Pressed, now: float) -> Effects:
        self._to_rest()
        return self._begin(event, now) if self.snapshot.state is State.IDLE else ()

    # --- hot: the face is there before the distributor's answer -------------------------------------------------------

    def _note_face(self, event: e.FaceDrawn, _now: float) -> Effects:
        self._face_at = event.at
        return ()

    def _confirm(self, event: e.Assigned, now: float) -> Effects:
        if (event.agent.agent_id, event.link_id) != (self._agent_id, self._link_id):
            return (*self._ungreet(now), *self._meet(event, now))
        self._deadline = now + self.settings.setup_s
        self._know(event.agent, State.SETTING_UP)
        shown = () if self._face_at is None else self._in_call(self._face_at)
        return (f.DropPrepared(self._call_id), *shown)

    def _wait_unseen(self, event: e.Queued, now: float) -> Effects:
        return (*self._ungreet(now), *self._wait(event, now))

    def _ungreet_in_time(self, _event: e.TimeUp, now: float) -> Effects:
        return self._ungreet(now) if self._is_due(now) else ()

    def _ungreet_broken(self, _event: e.LinkGone, now: float) -> Effects:
        return self._ungreet(now, spoilt=True)

    def _ungreet(self, now: float, *, spoilt: bool = False) -> Effects:
        """The face goes: nobody has confirmed it."""
        self._link_id = self._agent_id = self._face_at = None
        self._deadline = max(now, self._began_at + self.settings.answer_s)
        self.snapshot = replace(self.snapshot, state=State.CALLING, agent_name="", agent_role="")
        return (f.DropLink(self._call_id, spoilt),)

    # --- nobody yet ---------------------------------------------------------------------------------------------------

    def _wait(self, event: e.Queued, _now: float) -> Effects:
        self._deadline = None
        self.snapshot = replace(self.snapshot, state=State.WAITING, queue_reason=event.reason)
        return ()

    def _wait_again(self, event: e.Queued, now: float) -> Effects:
        self._wait(event, now)
        self.snapshot = replace(self.snapshot, agent_name="", agent_role="")
        return self._renew_peer()

    def _leave(self, _event: e.EndPressed, _now: float) -> Effects:
        call_id = self._call_id
        self._to_rest()
        return (f.ClosePeer(call_id), f.Send(HangUp(call_id=call_id, reason=EndReason.CUSTOMER_LEFT)))

    # --- an agent is assigned -----------------------------------------------------------------------------------------

    def _meet(self, event: e.Assigned, now: float) -> Effects:
        self._deadline = now + self.settings.setup_s
        self._link_id = event.link_id
        self._know(event.agent, State.SETTING_UP)
        if event.link_id is None:
            return ()
        return (f.UseLink(self._call_id, event.link_id), f.DropPrepared(self._call_id))

    def _meet_again(self, event: e.Assigned, now: float) -> Effects:
        """Another agent, or the same one without the link, unless it is only said twice."""
        if event.link_id is not None and (event.agent.agent_id, event.link_id) == (self._agent_id, self._link_id):
            return ()
        renewed = self._renew_peer()
        used = self._meet(event, now)
        return (renewed[0], *used) if used else renewed

    def _go_cold(self, _event: e.LinkGone, now: float) -> Effects:
        self._deadline = now + self.settings.setup_s
        return self._renew_peer(spoilt=True)

    def _know(self, agent: AgentCard, state: State) -> None:
        self._agent_id = agent.agent_id
        self.snapshot = replace(self.snapshot, state=state, agent_name=agent.name, agent_role=agent.role)

    def _send_offer(self, event: e.OfferReady, _now: float) -> Effects:
        """Said before anybody is assigned too: the distributor keeps it for the agent, which saves a round trip."""
        return (f.Send(Offer(call_id=self._call_id, sdp=event.sdp)),)

    def _accept(self, event: e.Answer, _now: float) -> Effects:
        return (f.AcceptAnswer(event.call_id, event.sdp),)

    def _add_candidate(self, event: e.Candidate, _now: float) -> Effects:
        return (f.AddCandidate(event),)

    def _show_face(self, event: e.FaceDrawn, _now: float) -> Effects:
        return self._in_call(event.at)

    def _in_call(self, face_at: float) -> Effects:
        self._deadline = None
        self.snapshot = replace(self.snapshot, state=State.IN_CALL)
        took_ms = max(0, round((face_at - self._pressed_at) * 1000))
        return (f.Send(Connected(call_id=self._call_id, press_to_face_ms=took_ms)),)

    def _give_up(self, _event: e.Event, now: float) -> Effects:
        return self._say_goodbye(EndReason.SETUP_FAILED, now)

    def _check_time(self, event: e.TimeUp, now: float) -> Effects:
        return self._give_up(event, now) if self._is_due(now) else ()
