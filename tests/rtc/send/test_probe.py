"""Trying an encoder in a child process: the one that fails here, one that works, and children that crash, hang and talk rubbish."""

import json
import sys
from pathlib import Path

import pytest
from aiortc import rtcpeerconnection
from aiortc.codecs.h264 import H264Decoder
from aiortc.rtcrtpsender import RTCRtpSender

from kiosk.rtc.send import hardware, probe, trial
from kiosk.rtc.send.h264 import FastH264Encoder
from kiosk.rtc.send.hardware import Board, HardwareH264Encoder
from kiosk.rtc.send.probe import HARDWARE, Verdict
from kiosk.rtc.send.sender import install
from tests.rtc.receive.lossy import MovingPictures
from tests.rtc.send.test_h264 import decode, pictures
from tests.rtc.send.test_sender import encoder_of, link, next_picture, sender_of


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_the_boards_encoder_is_not_there_on_this_machine(tmp_path: Path) -> None:
    """The real codec in a real child: no device, so no; and the second question starts no child."""
    if any(Path("/dev").glob("video1*")):
        pytest.skip("THIS MACHINE MAY HAVE AN ENCODER: this test has not run")
    verdict = probe.probe(HARDWARE, tmp_path)
    assert not verdict.works
    assert verdict.why
    file = tmp_path / f"encoder-{HARDWARE}.json"
    kept = json.loads(file.read_text())
    file.write_text(json.dumps({**kept, "why": "kept"}))
    assert probe.probe(HARDWARE, tmp_path) == Verdict(works=False, why="kept")


@pytest.mark.parametrize("kept", ["", "[]", '{"boot": "another", "works": true}', "{", '{"works": true}'])
def test_what_was_kept_of_another_boot_or_is_rubbish_is_found_anew(
    kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "encoder-any.json").write_text(kept)
    monkeypatch.setattr(probe, "trial", lambda _: python('print("{\\"works\\": false, \\"why\\": \\"tried\\"}")'))
    assert probe.probe("any", tmp_path) == Verdict(works=False, why="tried")
    assert "tried" in (tmp_path / "encoder-any.json").read_text()


def test_an_encoder_that_works_is_found_to_work() -> None:
    assert probe.run(probe.trial("libx264"), 60) == Verdict(works=True)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import os; os.abort()", "status -6"),
        ("raise SystemExit(3)", "status 3"),
        ("", "said nothing"),
        ("print('fine')", "said nothing"),
        ("print('[]')", "said nothing"),
        ("print('{\"works\": 1}')", "said nothing"),
    ],
)
def test_children_that_crash_or_talk_rubbish_are_a_no(code: str, why: str) -> None:
    verdict = probe.run(python(code))
    assert not verdict.works
    assert why in verdict.why


def test_a_child_that_hangs_is_ended() -> None:
    assert "hung" in probe.run(python("import threading; threading.Event().wait()"), 0.5).why


def test_a_program_that_is_not_there_is_a_no() -> None:
    assert not probe.run(["/nowhere/python"]).works


@pytest.mark.parametrize("codec", ["mpeg4", "libopus"])
def test_an_encoder_of_something_else_is_a_no(codec: str) -> None:
    assert trial.fault(codec) != ""


def test_a_board_without_devices_starts_no_child() -> None:
    if any(Path("/dev").glob("video*")):
        pytest.skip("THERE ARE VIDEO DEVICES HERE: this test has not run")
    board = Board()
    assert board.look_for(Path("/nowhere")) is None
    assert not board.works


def test_pictures_of_the_boards_encoder_decode_with_their_own_times() -> None:
    """The class around the board's encoder, with x264 in its place: this machine has no other."""
    encoder, decoder = HardwareH264Encoder(1_000_000, 2_000_000, "libx264"), H264Decoder()
    keys, shown = [], 0
    for number, frame in enumerate(pictures(12)):
        if number == 6:
            encoder.target_bitrate = 500_000
        if number == 8:
            encoder.target_bitrate = 520_000
        if number == 9:
            encoder.size = (320, 180)
        payloads, timestamp = encoder.encode(frame, force_keyframe=number == 3)
        assert timestamp == number * 3000
        keys.append(encoder.made_key)
        shown += len(decode(payloads, timestamp, decoder))
    assert [number for number, key in enumerate(keys) if key] == [0, 3, 6, 9]
    assert shown == 12


async def test_a_board_that_fails_in_a_call_is_given_up_for_x264(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real codec of the board, which can't be opened here, in a real connection."""
    monkeypatch.setattr(hardware.board, "works", True)
    monkeypatch.setattr(rtcpeerconnection, "RTCRtpSender", RTCRtpSender)
    monkeypatch.setattr("aiortc.rtcrtpsender.RTP_HISTORY_SIZE", 128)
    install(100, 1000, 2000)
    async with link() as (near, far):
        sender_of(near).replaceTrack(MovingPictures())
        await next_picture(far)
        assert type(encoder_of(sender_of(near))) is FastH264Encoder
    assert not hardware.board.works
