"""Between text and messages: what is well-formed comes through unchanged, everything else is a `PeerError`."""

import json
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.errors import PeerError
from kiosk.protocol.codec import encode, from_client, from_distributor, message_id
from kiosk.protocol.fields import MAX_MESSAGE_BYTES, ErrorCode
from kiosk.protocol.messages import FromAgent, FromClient, FromDistributor, FromTerminal, ToAgent, ToTerminal
from tests.protocol.strategies import messages

CODECS = (from_client, from_distributor)
SAID_TO = {from_client: messages(FromClient), from_distributor: messages(FromDistributor)}
PING = {"type": "ping", "id": "a"}
LIGHT = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The machine may be busy: slow is no fault here."""


def code_of(text: str, codec: Any = from_client) -> str:
    """The code with which ``text`` is refused."""
    with pytest.raises(PeerError) as caught:
        codec.decode(text)
    assert caught.value.what
    return caught.value.code


@pytest.mark.parametrize("codec", CODECS)
@LIGHT
@given(data=st.data())
def test_every_message_comes_through_unchanged(codec: Any, data: st.DataObject) -> None:
    """Any valid message of either direction is the same after encoding and decoding."""
    message = data.draw(SAID_TO[codec])
    text = encode(message)
    assert codec.decode(text) == message
    assert "\n" not in text


@pytest.mark.parametrize("codec", CODECS)
@LIGHT
@given(
    text=st.text()
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    ).map(json.dumps)
)
def test_decoding_raises_nothing_but_a_peer_error(codec: Any, text: str) -> None:
    """Whatever text arrives."""
    with pytest.raises(PeerError):
        codec.decode(text)


@LIGHT
@given(
    kind=st.sampled_from([get_args(m.model_fields["type"].annotation)[0] for m in get_args(FromClient)]),
    fields=st.dictionaries(
        st.sampled_from(
            [
                "id",
                "role",
                "version",
                "oldest_version",
                "call_id",
                "sdp",
                "calls",
                "status",
                "reason",
                "boot_id",
                "mono_ms",
            ]
        ),
        st.none() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.integers(), max_size=2),
    ),
)
def test_known_types_with_any_fields_raise_nothing_but_a_peer_error(kind: str, fields: dict[str, Any]) -> None:
    """Messages that are nearly right."""
    try:
        message = from_client.decode(json.dumps({"type": kind, **fields}))
    except PeerError as error:
        assert error.code == ErrorCode.MALFORMED  # noqa: PT017 - most are refused, some are valid by chance
    else:
        assert message.type == kind


@LIGHT
@given(text=st.text(st.characters()))
def test_an_id_is_read_or_not_but_nothing_is_raised(text: str) -> None:
    """For messages that can't be decoded."""
    found = message_id(text)
    assert found is None or found in text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", ErrorCode.MALFORMED),
        ("hello", ErrorCode.MALFORMED),
        ("[]", ErrorCode.MALFORMED),
        ("null", ErrorCode.MALFORMED),
        ("{}", ErrorCode.UNKNOWN_TYPE),
        ('{"id":"a"}', ErrorCode.UNKNOWN_TYPE),
        ('{"type":"dance","id":"a"}', ErrorCode.UNKNOWN_TYPE),
        ('{"type":7,"id":"a"}', ErrorCode.UNKNOWN_TYPE),
        ('{"type":["ping"],"id":"a"}', ErrorCode.UNKNOWN_TYPE),
        ('{"type":"ping"}', ErrorCode.MALFORMED),
        ('{"type":"ping","id":""}', ErrorCode.MALFORMED),
        ('{"type":"ping","id":7}', ErrorCode.MALFORMED),
        ('{"type":"ping","id":"é"}', ErrorCode.MALFORMED),
        ('{"type":"ping","id":"\u0661"}', ErrorCode.MALFORMED),
        ('{"type":"ping","id":"a b"}', ErrorCode.MALFORMED),
        ('{"type":"ping","id":"a\\n"}', ErrorCode.MALFORMED),
        (json.dumps({**PING, "id": "a" * 65}), ErrorCode.MALFORMED),
        (json.dumps({**PING, "more": 1}), ErrorCode.MALFORMED),
        ('{"type":"connected","id":"a","call_id":"c","press_to_face_ms":"12"}', ErrorCode.MALFORMED),
        ('{"type":"connected","id":"a","call_id":"c","press_to_face_ms":1.5}', ErrorCode.MALFORMED),
        ('{"type":"connected","id":"a","call_id":"c","press_to_face_ms":-1}', ErrorCode.MALFORMED),
        ('{"type":"connected","id":"a","call_id":"c","press_to_face_ms":NaN}', ErrorCode.MALFORMED),
        ('{"type":"connected","id":"a","call_id":"c","press_to_face_ms":' + "9" * 6000 + "}", ErrorCode.MALFORMED),
        ('{"type":"set_status","id":"a","status":"in_call"}', ErrorCode.MALFORMED),
        ('{"type":"prove","id":"a","signature":"ABC"}', ErrorCode.MALFORMED),
        ('{"type":"ping","id":' + "[" * 30_000, ErrorCode.MALFORMED),
        ('{"type":"ping","id":"\ud800"}', ErrorCode.MALFORMED),
        ("welcome", ErrorCode.MALFORMED),
    ],
)
def test_what_is_refused_and_with_which_code(text: str, code: ErrorCode) -> None:
    """One line for each kind of fault; none gets further than the codec."""
    assert code_of(text) == code


def test_the_message_says_where_the_fault_is() -> None:
    """A developer of a client reads it."""
    with pytest.raises(PeerError, match=r"ping\.more: Extra inputs"):
        from_client.decode(json.dumps({**PING, "more": 1}))


def test_size_counts_in_bytes_and_the_largest_passes() -> None:
    """At the bound a message is read, one byte above it isn't; characters of two bytes count twice."""
    text = json.dumps(PING)
    assert from_client.decode(text.ljust(MAX_MESSAGE_BYTES)).id == "a"
    assert code_of(text.ljust(MAX_MESSAGE_BYTES + 1)) == ErrorCode.TOO_BIG
    assert code_of("é" * (MAX_MESSAGE_BYTES // 2 + 1)) == ErrorCode.TOO_BIG
    assert code_of("é" * (MAX_MESSAGE_BYTES // 2)) == ErrorCode.MALFORMED


def test_a_direction_doesnt_hear_the_others_messages() -> None:
    """A client can't send what only the distributor says."""
    assert code_of('{"type":"pong","id":"a"}') == ErrorCode.UNKNOWN_TYPE
    assert code_of('{"type":"bye","id":"a"}', from_distributor) == ErrorCode.UNKNOWN_TYPE


def test_a_newer_hello_may_have_more_fields() -> None:
    """Before the version is agreed, unknown fields are passed over."""
    hello = {
        "type": "hello",
        "id": "a",
        "role": "agent",
        "oldest_version": 1,
        "version": 9,
        "software": "x",
        "boot_id": "b",
    }
    text = json.dumps({**hello, "mono_ms": 0, "wall_ms": 0, "colour": {"of": "tomorrow"}})
    assert from_client.decode(text).id == "a"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"type":"dance","id":"a.b:c-1_"}', "a.b:c-1_"),
        ('{"id":"é"}', None),
        ('{"id":"a\\n"}', None),
        ('{"id":7}', None),
        ('{"id":""}', None),
        ("[]", None),
        ("7", None),
        ("{", None),
        ("[" * 100_000, None),
    ],
)
def test_the_id_for_the_answer_to_a_bad_message(text: str, found: str | None) -> None:
    """It is only repeated where it is one."""
    assert message_id(text) == found


def test_the_roles_unions_add_up() -> None:
    """What terminals and agents say is what clients say; what they are told is what the distributor says."""
    assert set(get_args(FromTerminal)) | set(get_args(FromAgent)) == set(get_args(FromClient))
    assert set(get_args(ToTerminal)) | set(get_args(ToAgent)) == set(get_args(FromDistributor))
