"""The order of one connection's messages."""

from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.errors import MisuseError, PeerError
from kiosk.protocol.conversation import TABLE, Conversation, Phase, RecentIds, choose_version
from kiosk.protocol.fields import OLDEST_VERSION, VERSION, ErrorCode, Role, new_id
from kiosk.protocol.messages import (
    Bye,
    Call,
    Declare,
    Enrol,
    FromAgent,
    FromClient,
    FromTerminal,
    Hello,
    Ping,
    Prove,
    SetStatus,
)
from tests.protocol.strategies import messages


def hello(role: Role = Role.TERMINAL, oldest: int = 1, newest: int = 1) -> Hello:
    """A hello of this role."""
    return Hello(role=role, oldest_version=oldest, version=newest, software="x", boot_id="b", mono_ms=0, wall_ms=0)


def ready(role: Role) -> Conversation:
    """A conversation whose opening is done."""
    conversation = Conversation()
    proof: list[FromClient] = [Prove(signature="00")] if role is Role.TERMINAL else []
    for message in (hello(role), *proof, Declare()):
        assert conversation.hear(message)
    assert conversation.phase is Phase.READY
    return conversation


def refused(conversation: Conversation, message: FromClient) -> str:
    """The code with which ``message`` is refused; nothing changes by it."""
    before = conversation.phase
    with pytest.raises(PeerError) as caught:
        conversation.hear(message)
    assert conversation.phase is before
    return caught.value.code


@pytest.mark.parametrize(("role", "union"), [(Role.TERMINAL, FromTerminal), (Role.AGENT, FromAgent)])
def test_the_table_lists_just_the_messages_of_each_role(role: Role, union: object) -> None:
    """The table and the unions of `kiosk.protocol.messages` say the same."""
    listed = {kind for row in TABLE[role].values() for kind in row}
    assert listed == {message.model_fields["type"].default for message in get_args(union)}


def test_a_terminal_enrols_or_proves() -> None:
    """Both ways in lead to the same place."""
    for proof in (Prove(signature="00"), Enrol(code="c", public_key="00", signature="00")):
        conversation = Conversation()
        assert conversation.hear(hello())
        assert conversation.phase is Phase.CHALLENGED
        assert conversation.hear(proof)
        assert conversation.phase is Phase.WELCOMED


def test_nothing_comes_before_the_hello() -> None:
    """Not even a ping."""
    for message in (Ping(), Prove(signature="00"), Declare(), Bye()):
        assert refused(Conversation(), message) == ErrorCode.OUT_OF_ORDER


def test_what_is_too_early_too_late_or_not_for_this_role() -> None:
    """An agent has nothing to prove; a terminal has no status."""
    agent, terminal = ready(Role.AGENT), ready(Role.TERMINAL)
    assert refused(agent, hello(Role.AGENT)) == ErrorCode.OUT_OF_ORDER
    assert refused(agent, Declare()) == ErrorCode.OUT_OF_ORDER
    assert refused(agent, Prove(signature="00")) == ErrorCode.NOT_ALLOWED
    assert refused(agent, Call(call_id="c")) == ErrorCode.NOT_ALLOWED
    assert refused(terminal, SetStatus(status="away")) == ErrorCode.NOT_ALLOWED  # type: ignore[arg-type]  # the enum's value
    challenged = Conversation()
    challenged.hear(hello())
    assert refused(challenged, Call(call_id="c")) == ErrorCode.OUT_OF_ORDER
    assert refused(challenged, hello()) == ErrorCode.OUT_OF_ORDER


def test_after_goodbye_nothing_is_heard() -> None:
    """The connection is about to close."""
    conversation = ready(Role.TERMINAL)
    assert conversation.hear(Bye())
    assert conversation.phase is Phase.GONE
    assert refused(conversation, Ping()) == ErrorCode.OUT_OF_ORDER


def test_a_message_sent_again_is_done_already() -> None:
    """In any phase, the opening included."""
    conversation = Conversation()
    first = hello()
    assert conversation.hear(first)
    assert not conversation.hear(first)
    declare, call = Declare(), Call(call_id="c")
    for message in (Prove(signature="00"), declare, call):
        assert conversation.hear(message)
    assert not conversation.hear(call)
    assert not conversation.hear(declare)


def test_a_refused_message_may_come_again_in_its_time() -> None:
    """Only what was acted on is remembered."""
    conversation = Conversation()
    declare = Declare()
    assert refused(conversation, declare) == ErrorCode.OUT_OF_ORDER
    conversation.hear(hello(Role.AGENT))
    assert conversation.hear(declare)


def test_ids_are_remembered_over_connections_but_not_those_of_the_opening() -> None:
    """A hang-up sent again on the next connection is harmless; the same hello and declare open it all the same."""
    recent = RecentIds()
    opening: tuple[FromClient, ...] = (hello(), Prove(signature="00"), Declare())
    call = Call(call_id="c")
    for expected in (True, False):
        conversation = Conversation()
        for message in opening:
            assert conversation.hear(message)
            if conversation.phase is Phase.WELCOMED:
                conversation.resume(recent)
        assert conversation.hear(call) is expected


@given(ids=st.lists(st.text(max_size=2)), limit=st.integers(1, 5))
def test_memory_of_ids_is_bounded_and_forgets_the_oldest(ids: list[str], limit: int) -> None:
    """However many come."""
    recent = RecentIds(limit)
    for each in ids:
        if each not in recent:
            recent.add(each)
        assert each in recent
        assert len(recent) <= limit


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@given(said=st.lists(messages(FromClient), max_size=20))
def test_any_order_is_heard_or_refused(said: list[FromClient]) -> None:
    """Nothing but `PeerError` comes out, and the phase is always one that the table leads to."""
    conversation = Conversation()
    for message in said:
        before = conversation.phase
        try:
            heard = conversation.hear(message)
        except PeerError:
            assert conversation.phase is before
        else:
            assert conversation.phase is (TABLE[conversation.role][before][message.type] if heard else before)


def test_the_role_is_known_from_the_hello_on() -> None:
    """Asking before is our own mistake."""
    conversation = Conversation()
    with pytest.raises(MisuseError):
        _ = conversation.role
    conversation.hear(hello(Role.AGENT))
    assert conversation.role is Role.AGENT


def test_ids_are_fresh() -> None:
    """Two messages made alike are still two."""
    assert Ping().id != Ping().id
    assert new_id().isalnum()


def test_the_highest_common_version_is_chosen() -> None:
    """A newer peer that still speaks ours is welcome; one with nothing in common gets a typed error."""
    assert choose_version(hello()) == VERSION
    assert choose_version(hello(oldest=OLDEST_VERSION, newest=VERSION + 5)) == VERSION
    for oldest, newest in ((VERSION + 1, VERSION + 5), (VERSION + 1, VERSION)):
        with pytest.raises(PeerError) as caught:
            choose_version(hello(oldest=oldest, newest=newest))
        assert caught.value.code == ErrorCode.VERSION
