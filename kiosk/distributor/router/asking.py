"""What terminals and agents ask for and report while they are connected."""

from kiosk.distributor.router import leases, links, serving
from kiosk.distributor.router.effects import End, Refuse
from kiosk.distributor.router.events import (
    AgentSet,
    AnswerSeen,
    CallConnected,
    CallRequested,
    HangUpAsked,
    OfferSeen,
    PreRollAsked,
    PreRollSet,
)
from kiosk.distributor.router.state import CallRecord, Timer
from kiosk.distributor.router.turn import Turn
from kiosk.distributor.router.views import Phase
from kiosk.protocol.fields import EndReason, ErrorCode, Role


def agent_set(turn: Turn, event: AgentSet) -> None:
    """An agent is available or away from now on, or after its call."""
    agent = turn.floor.agents.get(event.agent_id)
    if agent is None or not agent.here:
        _not_here(turn, Role.AGENT, event.agent_id)
    else:
        agent.want(event.status, turn.now)
        if agent.lease is not None and agent.idle_since is None:
            leases.recall(turn, agent.lease)


def pre_roll_set(turn: Turn, event: PreRollSet) -> None:
    """An agent may be seen before a press from now on, or not; a lease that there is is asked back."""
    agent = turn.floor.agents.get(event.agent_id)
    if agent is None or not agent.here:
        _not_here(turn, Role.AGENT, event.agent_id)
        return
    agent.pre_roll = event.on
    if agent.lease is not None and not event.on:
        leases.recall(turn, agent.lease)


def pre_roll_asked(turn: Turn, event: PreRollAsked) -> None:
    """Somebody stands in front of a terminal."""
    terminal = turn.floor.terminals.get(event.terminal_id)
    if terminal is None or not terminal.here:
        _not_here(turn, Role.TERMINAL, event.terminal_id)
    else:
        leases.asked(turn, terminal, event)


def call_requested(turn: Turn, event: CallRequested) -> None:
    """A terminal wants an agent, or asks again after a call that it has, or had."""
    terminal = turn.floor.terminals.get(event.terminal_id)
    if terminal is None or not terminal.here:
        _not_here(turn, Role.TERMINAL, event.terminal_id)
        return
    call = turn.floor.calls.get(event.call_id)
    if call is not None and call.terminal is terminal:
        turn.repeat(call)
    elif call is None and terminal.last_ended != event.call_id:
        call = turn.request(terminal, event.call_id, event.pool, event.language)
        lease = terminal.lease
        if lease is not None and lease.fence == event.fence:
            serving.claim(turn, call, lease.agent)
    else:
        turn.tell(End(event.call_id, event.terminal_id, None, EndReason.NOT_KNOWN))


def offer_seen(turn: Turn, event: OfferSeen) -> None:
    """The claimed agent's console has the offer only now: its time to answer counts from here."""
    # An offer for a call that is to begin on a link says that the terminal hasn't got that link.
    call = turn.floor.calls.get(event.call_id)
    if call is None or not _is_party(call, Role.TERMINAL, event.terminal_id):
        _not_yours(turn, Role.TERMINAL, event.terminal_id)
    elif call.agent is None:
        call.offered = True
    else:
        _offered(turn, call)


def _offered(turn: Turn, call: CallRecord) -> None:
    if call.link is not None and call.phase is not Phase.CONNECTED:
        link, call.link = call.link, None
        turn.await_answer(call, told=True)
        links.drop(turn, link)
    elif call.phase is Phase.RESERVED:
        turn.floor.time(call, Timer.ANSWER, turn.now + turn.settings.answer_timeout_s)


def answer_seen(turn: Turn, event: AnswerSeen) -> None:
    """The claimed agent's console has answered the offer; seen again it means nothing."""
    call = turn.floor.calls.get(event.call_id)
    if call is None or not _is_party(call, Role.AGENT, event.agent_id):
        _not_yours(turn, Role.AGENT, event.agent_id)
    elif call.phase is Phase.RESERVED:
        call.phase = Phase.SETTING_UP
        call.stop(Timer.ANSWER)


def call_connected(turn: Turn, event: CallConnected) -> None:
    """The terminal has drawn the agent's picture; said again it means nothing."""
    call = turn.floor.calls.get(event.call_id)
    if call is None or not _is_party(call, Role.TERMINAL, event.terminal_id):
        _not_yours(turn, Role.TERMINAL, event.terminal_id)
    elif call.agent is None:
        turn.tell(Refuse(Role.TERMINAL, event.terminal_id, ErrorCode.OUT_OF_ORDER, "This call has no agent yet."))
    else:
        call.connect(call.agent)


def hang_up_asked(turn: Turn, event: HangUpAsked) -> None:
    """A side ends its call. One that isn't known (any more) has ended for whoever asks."""
    call = turn.floor.calls.get(event.call_id)
    if call is None:
        terminal_id, agent_id = (event.party_id, None) if event.role is Role.TERMINAL else (None, event.party_id)
        turn.tell(End(event.call_id, terminal_id, agent_id, EndReason.NOT_KNOWN))
    elif _is_party(call, event.role, event.party_id):
        turn.end(call, event.reason)
    else:
        _not_yours(turn, event.role, event.party_id)


def _is_party(call: CallRecord, role: Role, party_id: str) -> bool:
    return party_id == (call.terminal.terminal_id if role is Role.TERMINAL else call.agent_id)


def _not_yours(turn: Turn, role: Role, party_id: str) -> None:
    """The same words for every call that isn't this party's, so that they tell nothing of others' calls."""
    turn.tell(Refuse(role, party_id, ErrorCode.UNKNOWN_CALL, "You are in no such call."))


def _not_here(turn: Turn, role: Role, party_id: str) -> None:
    turn.tell(Refuse(role, party_id, ErrorCode.OUT_OF_ORDER, "Declare your calls first."))
