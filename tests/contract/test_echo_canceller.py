"""The echo canceller in rooms made of numbers, and in PipeWire's."""

import threading
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from kiosk.config import MicrophoneSection, SpeakerSection
from kiosk.errors import MisuseError
from kiosk.media.devices import open_microphone, open_speaker, without_echo
from kiosk.media.levels import Samples
from kiosk.media.ports import BLOCK, SAMPLE_RATE, AudioBlock, EchoCanceller
from kiosk.media.webrtc_audio import LEAST_GAIN, MOST_GAIN, EchoRest, WebRtcEchoCanceller, WebRtcGain
from tests.contract.listening import Listener, joined
from tests.room import NEAR_DBFS, OTHER_VOICE, Room, blocks, decibels, digital, noise, speech
from tests.sound import SoundSession

GONE_DB = 20.0
"""At least so much quieter in any room; the benchmark says what is really reached."""


@pytest.fixture
def canceller() -> EchoCanceller:
    return WebRtcEchoCanceller()


def cancelled(canceller: EchoCanceller, heard: Samples, played: Samples) -> Samples:
    """What comes out when playing and hearing take turns."""
    out = []
    for far, near in zip(blocks(played), blocks(heard), strict=True):
        canceller.render(far)
        out.append(canceller.capture(near))
    return joined(out)


def gone_db(heard: Samples, out: Samples, from_s: float, to_s: float) -> float:
    """How much quieter it is."""
    part = slice(round(from_s * SAMPLE_RATE), round(to_s * SAMPLE_RATE))
    return decibels(heard[part]) - decibels(out[part])


@pytest.mark.parametrize("delay_ms", [20, 80, 200])
@pytest.mark.parametrize("told", [True, False])
def test_echo_goes_within_3_s(canceller: EchoCanceller, delay_ms: int, *, told: bool) -> None:
    """Whatever the delay, and whether it is known or not."""
    far = speech(9)
    heard = digital(Room(delay_ms=delay_ms).echo(far) + noise(far.size))
    if told:
        canceller.set_delay_ms(delay_ms)
    out = cancelled(canceller, heard, digital(far))
    assert gone_db(heard, out, 3, 9) > GONE_DB


@pytest.mark.parametrize(
    "room", [Room(drift_ppm=100), Room(cut_at=0.5), Room(seed=4)], ids=["drift", "clipping", "other"]
)
def test_echo_of_bad_devices_goes(canceller: EchoCanceller, room: Room) -> None:
    far = speech(10)
    heard = digital(room.echo(far) + noise(far.size))
    canceller.set_delay_ms(80)
    assert gone_db(heard, cancelled(canceller, heard, digital(far)), 3, 10) > GONE_DB


def test_echo_goes_again_after_a_jump(canceller: EchoCanceller) -> None:
    """The delay grows by 50 ms in the middle of a call."""
    far = speech(20)
    heard = digital(Room(jump_ms=50).echo(far) + noise(far.size))
    canceller.set_delay_ms(80)
    out = cancelled(canceller, heard, digital(far))
    assert gone_db(heard, out, 3, 10) > GONE_DB
    assert gone_db(heard, out, 13, 20) > GONE_DB


def test_voice_stays_where_nothing_is_played(canceller: EchoCanceller) -> None:
    """The customer is as loud as before, or by the gain louder, and never above full scale."""
    voice = digital(speech(6, dbfs=NEAR_DBFS, faster=OTHER_VOICE))
    out = cancelled(canceller, voice, np.zeros_like(voice))
    assert -7 < gone_db(voice, out, 1, 6) < 1
    assert out.size == voice.size


def test_voice_stays_while_both_speak(canceller: EchoCanceller) -> None:
    """Against the same voice alone it isn't more than 9 dB quieter; and it is there, not just the echo's rest."""
    far, person = speech(14), speech(14, dbfs=NEAR_DBFS, faster=OTHER_VOICE, later_s=3)
    person[: 7 * SAMPLE_RATE] = 0
    echo = Room().echo(far) + noise(far.size)
    outs = []
    for sign in (1, -1):
        canceller = WebRtcEchoCanceller()
        canceller.set_delay_ms(80)
        outs.append(cancelled(canceller, digital(echo + sign * person), digital(far)).astype(np.float64))
    voice = (outs[0] - outs[1]) / 2
    assert gone_db(digital(person), voice.astype(np.int16), 7, 14) < 9


def test_silence_stays_silence(canceller: EchoCanceller) -> None:
    still = np.zeros(50 * BLOCK, np.int16)
    assert decibels(cancelled(canceller, still, still)) < 10


def test_loudest_sound(canceller: EchoCanceller) -> None:
    """A square wave at full scale both ways: finite, in range, of the right form."""
    loud = np.where(np.arange(100 * BLOCK) // 50 % 2, 32_767, -32_768).astype(np.int16)
    out = cancelled(canceller, loud, loud)
    assert (out.shape, out.dtype) == (loud.shape, np.int16)


def test_blocks_that_may_not_be_altered(canceller: EchoCanceller) -> None:
    """Listeners share their blocks: what was given is the same afterwards."""
    far, near = digital(speech(1)), digital(speech(1, later_s=2))
    for block in (*blocks(far), *blocks(near)):
        block.flags.writeable = False
    before = far.copy(), near.copy()
    cancelled(canceller, near, far)
    assert (far == before[0]).all()
    assert (near == before[1]).all()


@pytest.mark.parametrize(
    "block",
    [np.zeros(480, np.int16), np.zeros((1, BLOCK), np.int16), np.zeros(BLOCK, np.float32), np.zeros(0, np.int16)],
)
@pytest.mark.parametrize("way", ["render", "capture"])
def test_another_form_is_a_defect(canceller: EchoCanceller, way: str, block: AudioBlock) -> None:
    with pytest.raises(MisuseError, match="960"):
        getattr(canceller, way)(block)


@pytest.mark.parametrize("told_ms", [-5, 0, 10_000])
def test_absurd_delays(canceller: EchoCanceller, told_ms: int) -> None:
    """Are brought into what WebRTC takes."""
    canceller.set_delay_ms(told_ms)
    assert canceller.capture(np.zeros(BLOCK, np.int16)).shape == (BLOCK,)


def test_microphone_before_the_speaker(canceller: EchoCanceller) -> None:
    """Hearing begins before playing, and goes on when playing ends."""
    voice = blocks(digital(speech(2)))
    out = [canceller.capture(block) for block in voice[:20]]
    for block in voice[20:40]:
        canceller.render(block)
        out.append(canceller.capture(block))
    out += [canceller.capture(block) for block in voice[40:]]
    assert all(block.shape == (BLOCK,) for block in out)


def test_three_threads() -> None:
    """Playing, hearing and telling the delay at the same time, as fast as they can."""
    canceller = WebRtcEchoCanceller()
    far = blocks(digital(speech(4)))
    faults: list[BaseException] = []

    def run(work: Callable[[], object]) -> Callable[[], None]:
        def guarded() -> None:
            try:
                work()
            except BaseException as fault:  # noqa: BLE001 a thread's fault is the test's
                faults.append(fault)

        return guarded

    def play() -> None:
        for block in far:
            canceller.render(block)

    def tell() -> None:
        for delay in range(500):
            canceller.set_delay_ms(delay)

    heard: list[AudioBlock] = []
    works = (
        play,
        lambda: heard.extend(canceller.capture(block) for block in far),
        tell,
    )
    threads = [threading.Thread(target=run(work)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert len(heard) == len(far)


def test_many_calls_leave_no_threads() -> None:
    """A canceller for each call; the library's own threads are there once."""
    WebRtcEchoCanceller().capture(np.zeros(BLOCK, np.int16))
    before = native_threads()
    for _ in range(50):
        WebRtcEchoCanceller().capture(np.zeros(BLOCK, np.int16))
    assert native_threads() <= before


def native_threads() -> int:
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123 it is no file
        return int(next(line for line in status if line.startswith("Threads")).split()[1])


@pytest.mark.parametrize(("dbfs", "least", "most"), [(-44, 5.0, 6.5), (-32, 5.0, 6.5), (-14, -0.5, 2.0)])
def test_gain(dbfs: float, least: float, most: float) -> None:
    """Quiet voices become 6 dB louder, loud ones hardly; nothing jumps from one frame to the next."""
    voice = digital(speech(8, dbfs=dbfs))
    gain = WebRtcGain()
    out = joined([gain.process(voice[a:b]) for a, b in pairwise(range(0, voice.size + 1, 480))])
    assert least < -gone_db(voice, out, 4, 8) < most


def test_rest_of_an_echo_is_no_voice() -> None:
    """What is left of an echo is made quieter, a voice beside it or alone is not."""
    far, voice, still = (np.full(480, level, np.int16) for level in (3000, 2500, 0))
    assert EchoRest().most_gain(heard=far, played=far, cleaned=(far // 30).astype(np.int16)) == LEAST_GAIN
    assert EchoRest().most_gain(heard=far, played=far, cleaned=voice) == MOST_GAIN
    assert EchoRest().most_gain(heard=voice, played=still, cleaned=(voice // 30).astype(np.int16)) == MOST_GAIN


@pytest.mark.sound
class TestPipeWire:
    """Real streams through a real sound service: the microphone hears the speaker and nothing else."""

    def test_call_in_one_room(self, sound: SoundSession) -> None:
        """With the delays and the lateness of real threads, the echo goes; without cancellation it is there."""
        sound.add_speaker("room")
        sound.add_microphone("desk", "room")
        section = MicrophoneSection(source="device:desk")
        microphone, speaker = open_microphone(section), open_speaker(SpeakerSection(sink="device:room"))
        far = open_microphone(MicrophoneSection(source="speech"))
        raw, clean = Listener(), Listener()
        leaves = [
            microphone.subscribe(raw.on_block),
            without_echo(microphone, speaker, section).subscribe(clean.on_block),
            far.subscribe(speaker.play),
        ]
        for device in (speaker, microphone, far):
            device.start(lambda _: None)

        def is_gone() -> bool:
            """A second of loud echo of which less than a hundredth is left."""
            heard, out = (joined(listener.blocks[-50:]) if listener.blocks else noise(1) for listener in (raw, clean))
            return decibels(heard) > 40 and decibels(heard) - decibels(out) > GONE_DB

        clean.until(lambda: len(clean.blocks) > 150 and is_gone(), "cancelled echo")
        assert len(clean.blocks) == pytest.approx(len(raw.blocks), abs=2)
        for leave in leaves:
            leave()
        for device in (far, microphone, speaker):
            device.stop()

    def test_the_services_own_canceller_is_recognised(self, sound: SoundSession) -> None:
        """And a plain microphone beside it isn't taken for one."""
        sound.add_speaker("room")
        sound.add_microphone("desk", "room")
        sound.add_canceller("quiet", speaker="room", microphone="desk")
        for name, cancels in (("quiet", True), ("desk", False)):
            microphone = open_microphone(MicrophoneSection(source=f"device:{name}"))
            microphone.start(lambda _: None)
            assert getattr(microphone, "cancels_echo", None) is cancels
            microphone.stop()
