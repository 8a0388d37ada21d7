"""What the console shows: derived from the state, in words, with nothing left to guess."""

import re

import pytest

from kiosk.protocol import fields
from tests.console import events as e
from tests.console.pure import CONSOLE, Event, Modules

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("story", "word"),
    [
        ([e.SIGNED_IN], "Starting"),
        (e.ONLINE, "Away"),
        (e.AVAILABLE, "Available"),
        (e.ARRIVED, "Customer arriving"),
        (e.IN_CALL, "In call"),
        ([*e.IN_CALL, e.MUTE], "In call, muted"),
        ([*e.IN_CALL, e.end(5000)], "Wrap-up"),
        (e.WRAP_UP, "Wrap-up"),
        ([*e.ONLINE, e.status("with_walk_in", "away")], "With a walk-in"),
        ([*e.AVAILABLE, e.DOWN], "Reconnecting"),
    ],
)
async def test_each_state_has_a_word(modules: Modules, story: list[Event], word: str) -> None:
    assert (await modules.fold(story)).props["word"] == word


async def test_in_a_call_the_bar_says_what_comes_after_it(modules: Modules) -> None:
    assert (await modules.fold(e.IN_CALL)).props["detail"] == "After this call you're available."
    away = await modules.fold(e.IN_CALL, e.want("away"), e.status("in_call", "away"))
    assert away.props["detail"] == "After this call you're away."


async def test_wrap_up_counts_down(modules: Modules) -> None:
    begun = (await modules.fold(e.WRAP_UP, now=61_200)).props["wrapUp"]
    assert (begun["left"], begun["part"]) == (10, 1)
    assert (begun["branch"], begun["talked"]) == ("Springfield", "1:00")
    assert begun["reason"] == "The customer ended the call."
    later = (await modules.fold(e.WRAP_UP, now=67_000)).props["wrapUp"]
    assert (later["left"], later["part"]) == (5, pytest.approx(0.42))
    assert (await modules.fold(e.WRAP_UP, now=99_000)).props["wrapUp"]["left"] == 0


async def test_wrap_up_says_what_follows(modules: Modules) -> None:
    then = await modules.fold(e.WRAP_UP, e.want("away"), e.status("wrap_up", "away", wrap_up_left_ms=5000))
    assert then.props["wrapUp"]["then"] == "Then you're away."


async def test_a_page_loaded_during_wrap_up_counts_down_without_the_call(modules: Modules) -> None:
    sheet = (await modules.fold(e.ONLINE, e.status("wrap_up", wrap_up_left_ms=4000))).props["wrapUp"]
    assert (sheet["left"], sheet["branch"], sheet["reason"]) == (4, "", "")


@pytest.mark.parametrize("other", [e.AVAILABLE, e.IN_CALL, [*e.WRAP_UP, e.DOWN]])
async def test_no_wrap_up_is_shown_at_other_times(modules: Modules, other: list[Event]) -> None:
    assert (await modules.fold(other)).props["wrapUp"] is None


@pytest.mark.parametrize(
    ("media", "words"),
    [
        ({"link": "disconnected"}, "is weak"),
        ({"link": "failed"}, "is broken"),
        ({"video": "stalled"}, "picture has stopped"),
        ({"video": "missing"}, "sends no picture"),
        ({"audio": "stalled"}, "No sound arrives"),
        ({"video": "stalled", "audio": "stalled"}, "Nothing arrives"),
    ],
)
async def test_media_that_fail_are_told_in_words(modules: Modules, media: dict[str, str], words: str) -> None:
    assert words in (await modules.fold(e.IN_CALL, e.peer(3000, **media))).props["notice"]


async def test_media_that_come_back_take_the_words_away(modules: Modules) -> None:
    story = [*e.IN_CALL, e.peer(3000, video="stalled"), e.peer(4000, video="live")]
    assert (await modules.fold(story)).props["notice"] == ""


async def test_an_own_camera_that_stops_in_a_call_is_told_and_the_call_goes_on(modules: Modules) -> None:
    folded = await modules.fold(e.IN_CALL, e.fault("camera", "stopped", "ready"))
    assert "customer can't see you" in folded.props["notice"]
    assert folded.done == []


async def test_a_browser_that_wants_a_click_is_told_only_then(modules: Modules) -> None:
    assert not (await modules.fold(e.IN_CALL)).props["needsClick"]
    refused = [*e.IN_CALL, e.peer(2000, needsClick=True)]
    assert (await modules.fold(refused)).props["needsClick"]
    assert not (await modules.fold(refused, {"type": "heard"})).props["needsClick"]


async def test_only_what_can_be_done_is_enabled(modules: Modules) -> None:
    def enabled(props: dict[str, dict[str, dict[str, bool]]]) -> set[str]:
        return {action for action, control in props["controls"].items() if control["enabled"]}

    assert enabled((await modules.fold(e.AVAILABLE)).props) == {"available", "away", "pre_roll", "sign_out", "theme"}
    assert enabled((await modules.fold(e.IN_CALL)).props) == {"available", "away", "pre_roll", "mute", "end", "theme"}
    assert enabled((await modules.fold(e.WRAP_UP)).props) == {
        "available",
        "away",
        "pre_roll",
        "ready",
        "sign_out",
        "theme",
    }
    assert enabled((await modules.fold({"type": "sign_in_failed", "why": None})).props) == {"theme"}


@pytest.mark.parametrize(
    ("ms", "shown"), [(-1, "0:00"), (999, "0:00"), (65_000, "1:05"), (3_599_999, "59:59"), (3_725_000, "1:02:05")]
)
async def test_times_are_minutes_and_seconds(modules: Modules, ms: int, shown: str) -> None:
    assert await modules.run("async (ms) => (await import('/props.js')).clockTime(ms)", ms) == shown


async def test_every_end_of_a_call_and_every_status_of_the_protocol_has_a_text(modules: Modules) -> None:
    """A new value in the protocol fails here, not before an agent's eyes."""
    keys = set(await modules.run("async () => (await import('/messages.js')).texts(['en']).keys"))
    assert {f"ended_{reason}" for reason in fields.EndReason} <= keys
    assert {f"state_{status}" for status in fields.AgentStatus} <= keys


async def test_every_text_that_is_asked_for_is_in_the_table_and_every_text_is_asked_for(modules: Modules) -> None:
    sources = {file.name: file.read_text() for file in CONSOLE.iterdir() if file.name != "messages.js"}
    asked = set(re.findall(r"data-text=\"(\w+)\"", sources["index.html"]))
    asked |= set(re.findall(r"\btext\(\s*\"(\w+)\"", "".join(sources.values())))
    assert len(asked) > 30
    keys = set(await modules.run("async () => (await import('/messages.js')).texts(['en']).keys"))
    assert asked <= keys
    everything = "".join(sources.values())
    made = {"state", "detail", "stage", "sign", "fatal", "device", "ended", "notice"}
    assert {key for key in keys - asked if f'"{key}"' not in everything and key.split("_")[0] not in made} == set()


async def test_an_unknown_language_gets_english_and_languages_have_names(modules: Modules) -> None:
    script = "async (tags) => { const t = (await import('/messages.js')).texts(tags); return [t.language, t.languageName('de')] }"
    assert await modules.run(script, ["xx-YY"]) == ["en", "German"]


async def test_each_key_does_one_thing_and_each_action_has_a_key(modules: Modules) -> None:
    keys = await modules.run("async () => (await import('/keys.js')).KEYS")
    assert len(set(keys.values())) == len(keys)
    actions = set(re.findall(r"data-action=\"(\w+)\"", (CONSOLE / "index.html").read_text()))
    assert actions
    assert actions <= set(keys.values())
    controls = (await modules.fold(e.AVAILABLE)).props["controls"]
    assert set(controls) == set(keys.values())
