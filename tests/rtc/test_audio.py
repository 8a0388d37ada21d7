"""Sound through aiortc: what a microphone gives comes out of the far side's speaker."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import av
import numpy as np
import pytest
from aiortc import RTCPeerConnection
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from kiosk.config import MicrophoneSection
from kiosk.media.devices import open_microphone
from kiosk.media.levels import dbfs, tone_level
from kiosk.media.ports import BLOCK, AudioBlock, OnBlock, OnFault
from kiosk.media.virtual_sound import MeasuringSpeaker
from kiosk.rtc.audio import HELD_BLOCKS, MicrophoneTrack, Playback


class ScriptedMicrophone:
    """A microphone whose blocks the test gives."""

    label = "scripted"

    def __init__(self) -> None:
        self.listeners: list[OnBlock] = []

    def start(self, on_fault: OnFault) -> None: ...

    def stop(self) -> None: ...

    def subscribe(self, on_block: OnBlock) -> Callable[[], None]:
        self.listeners.append(on_block)
        return lambda: self.listeners.remove(on_block)

    def say(self, *values: int) -> None:
        for value in values:
            for listener in self.listeners:
                listener(np.full(BLOCK, value, np.int16))


class ListeningSpeaker(MeasuringSpeaker):
    """A measuring speaker that can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.queued: asyncio.Queue[AudioBlock] = asyncio.Queue()

    def play(self, block: AudioBlock) -> None:
        super().play(block)
        self.queued.put_nowait(block)

    async def hear(self, blocks: int, *, silent: bool = False) -> None:
        """Wait for so many blocks in a row that are silent, or that aren't."""
        row = 0
        while row < blocks:
            block = await asyncio.wait_for(self.queued.get(), 10)
            row = row + 1 if (dbfs(block) < -60) is silent else 0


async def turn() -> None:
    """Let what was called from another thread happen."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


def value(frame: av.AudioFrame) -> int:
    return int(frame.to_ndarray()[0, 0])


async def test_blocks_become_frames_in_order() -> None:
    microphone = ScriptedMicrophone()
    track = MicrophoneTrack(microphone)
    microphone.say(1, 2, 3)
    frames = [await track.recv() for _ in range(3)]
    assert [value(frame) for frame in frames] == [1, 2, 3]
    assert [frame.pts for frame in frames] == [0, BLOCK, 2 * BLOCK]
    assert {(f.sample_rate, f.layout.name, f.format.name, f.samples) for f in frames} == {
        (48_000, "stereo", "s16", BLOCK)
    }
    track.stop()


async def test_oldest_blocks_give_way() -> None:
    """At most 100 ms wait, however long nobody sends."""
    microphone = ScriptedMicrophone()
    track = MicrophoneTrack(microphone)
    microphone.say(*range(1, 21))
    await turn()
    assert [value(await track.recv()) for _ in range(HELD_BLOCKS)] == [16, 17, 18, 19, 20]
    assert track.dropped == 15
    track.stop()


async def test_timestamps_show_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jitter doesn't move timestamps, missing sound does, and they never go back."""
    microphone = ScriptedMicrophone()
    track = MicrophoneTrack(microphone)
    pts = []
    for at_s in (10.0, 10.0, 10.09, 10.09, 12.0, 11.9, 12.04):
        monkeypatch.setattr("kiosk.rtc.audio.time.monotonic", lambda at_s=at_s: at_s)
        microphone.say(1)
        monkeypatch.undo()
        pts.append((await track.recv()).pts)
    assert pts == [0, 960, 1920, 2880, 96_000, 96_960, 97_920]
    track.stop()


async def test_mute_sends_silence_and_goes_on() -> None:
    microphone = ScriptedMicrophone()
    track = MicrophoneTrack(microphone)
    microphone.say(1000, 1000, 1000)
    first = await track.recv()
    track.muted = True
    second = await track.recv()
    track.muted = False
    third = await track.recv()
    assert [value(frame) for frame in (first, second, third)] == [1000, 0, 1000]
    assert track.blocks == 3
    track.stop()


async def test_stopped_track_lets_go_and_ends_who_waits() -> None:
    """Nothing that was heard before the stop is sent after it."""
    microphone = ScriptedMicrophone()
    track = MicrophoneTrack(microphone)
    waiting = asyncio.ensure_future(track.recv())
    await turn()
    track.stop()
    track.stop()
    with pytest.raises(MediaStreamError):
        await waiting
    assert not microphone.listeners
    with pytest.raises(MediaStreamError):
        await track.recv()


@asynccontextmanager
async def call(sent: MediaStreamTrack, speaker: ListeningSpeaker) -> AsyncIterator[Playback]:
    """Two connections back to back on loopback; gives the far side's playback."""
    near, far = RTCPeerConnection(), RTCPeerConnection()
    playback: asyncio.Future[Playback] = asyncio.get_running_loop().create_future()
    far.add_listener("track", lambda track: playback.set_result(Playback(track, speaker)))
    near.addTransceiver(sent, direction="sendonly")
    speaker.start(lambda _: None)
    try:
        await near.setLocalDescription(await near.createOffer())
        await far.setRemoteDescription(near.localDescription)
        await far.setLocalDescription(await far.createAnswer())
        await near.setRemoteDescription(far.localDescription)
        yield await playback
    finally:
        (await playback).cancel()
        await asyncio.gather(near.close(), far.close())
        speaker.stop()


@pytest.mark.parametrize("hz", [440, 5000])
async def test_tone_through_opus(hz: int) -> None:
    """The tone of a virtual microphone is at the far speaker, as loud as it was, and nothing else."""
    microphone, speaker = open_microphone(MicrophoneSection(source=f"tone:{hz}")), ListeningSpeaker()
    microphone.start(lambda _: None)
    track = MicrophoneTrack(microphone)
    async with call(track, speaker) as playback:
        await speaker.hear(60)
        async with asyncio.timeout(15):  # a busy machine may stutter; half a second without a drop or a gap will come
            dropped = -1
            while speaker.dropped != dropped or speaker.tone_level(hz, 0.5) != pytest.approx(-20, abs=1.5):
                dropped = speaker.dropped
                await speaker.hear(30)
        assert speaker.dominant_hz(0.5) == pytest.approx(hz, abs=2)
        assert tone_level(speaker.samples(0.5), hz * 1.7) < -50
        assert playback.level_dbfs == pytest.approx(-20, abs=3)
        assert track.level_dbfs == pytest.approx(-20, abs=0.1)
        assert playback.blocks >= 60
    microphone.stop()


async def test_mute_is_heard_as_silence() -> None:
    """A muted customer can't be heard; unmuted, they can again."""
    microphone, speaker = open_microphone(MicrophoneSection(source="tone:1000")), ListeningSpeaker()
    microphone.start(lambda _: None)
    track = MicrophoneTrack(microphone)
    async with call(track, speaker):
        await speaker.hear(10)
        track.muted = True
        await speaker.hear(25, silent=True)
        assert speaker.level_dbfs(0.2) < -60
        track.muted = False
        await speaker.hear(25)
        assert speaker.dominant_hz(0.2) == pytest.approx(1000, abs=5)
    microphone.stop()


async def test_playback_ends_with_its_track() -> None:
    """The far side closes: the task is done, without an error."""
    microphone, speaker = ScriptedMicrophone(), ListeningSpeaker()
    track = MicrophoneTrack(microphone)
    playback = Playback(track, speaker)
    microphone.say(5000)
    await speaker.hear(1)
    track.stop()
    await asyncio.wait_for(playback.task, 5)
    assert playback.blocks == 1
