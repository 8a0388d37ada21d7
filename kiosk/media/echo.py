"""A microphone that doesn't hear the speaker beside it, so that nobody hears himself back."""

from collections.abc import Callable

from kiosk import logs
from kiosk.media.ports import AudioBlock, EchoCanceller, Microphone, OnBlock, OnFault, Speaker

log = logs.get(__name__)

HEARD_AFTER_MS = 40
"""From the air to the microphone's listeners: a block of 20 ms, and 20 ms that wait in the service."""
ADVICE = "Install the program's packages anew (uv sync); until then, use a headset or a speakerphone."


def webrtc_canceller() -> EchoCanceller:
    """A new one. Raises ImportError, OSError or RuntimeError where its library can't be loaded."""
    from kiosk.media.webrtc_audio import WebRtcEchoCanceller  # noqa: PLC0415  without it calls go on, with echo

    return WebRtcEchoCanceller()


def try_canceller(make: Callable[[], EchoCanceller]) -> EchoCanceller | None:
    """What ``make`` makes; none, and a line in the log, where it can't be made."""
    try:
        return make()
    except Exception as error:  # noqa: BLE001  a library that fails to load fails in any way; an echo is no reason for no call
        log.warning("echo.unavailable", why=f"{type(error).__name__}: {error}", advice=ADVICE)
        return None


class EchoFreeMicrophone:
    """A `kiosk.media.ports.Microphone` over another: whoever subscribes hears it without what ``speaker`` plays.

    ``why_not()`` is asked at each subscription, by a call's beginning: any word leaves the sound as it is. So does a canceller
    that can't be made or fails, with a line in the log.
    """

    def __init__(
        self,
        microphone: Microphone,
        speaker: Speaker,
        why_not: Callable[[], str] = str,
        make: Callable[[], EchoCanceller] = webrtc_canceller,
    ) -> None:
        self._microphone, self._speaker = microphone, speaker
        self._why_not, self._make = why_not, make

    @property
    def label(self) -> str:
        """The microphone's."""
        return self._microphone.label

    def start(self, on_fault: OnFault) -> None:
        """Open the microphone. Raises `DeviceError` where it isn't there."""
        self._microphone.start(on_fault)

    def stop(self) -> None:
        """Close the microphone; safe to call twice."""
        self._microphone.stop()

    def subscribe(self, on_block: OnBlock) -> Callable[[], None]:
        """Get every block, cleaned, from now on; the returned function ends it."""
        canceller = self._canceller()
        if canceller is None:
            return self._microphone.subscribe(on_block)
        canceller.set_delay_ms(self._speaker.latency_ms + HEARD_AFTER_MS)
        ends = (
            self._speaker.listen(canceller.render),
            self._microphone.subscribe(_Cleaned(canceller, on_block).hand),
        )

        def leave() -> None:
            for end in ends:
                end()

        return leave

    def _canceller(self) -> EchoCanceller | None:
        if why := self._why_not():
            log.info("echo.off", why=why)
            return None
        canceller = try_canceller(self._make)
        if canceller is not None:
            log.info("echo.on", microphone=self._microphone.label, speaker=self._speaker.label)
        return canceller


class _Cleaned:
    """Hands on what the canceller makes of the microphone's blocks; from its first failure on, the blocks as they are."""

    def __init__(self, canceller: EchoCanceller, on_block: OnBlock) -> None:
        self._canceller, self._on_block = canceller, on_block
        self._failed = False

    def hand(self, block: AudioBlock) -> None:
        """On the microphone's thread."""
        self._on_block(block if self._failed else self._clean(block))

    def _clean(self, block: AudioBlock) -> AudioBlock:
        try:
            return self._canceller.capture(block)
        except Exception:  # whatever it is, a call with an echo is better than a call without sound
            self._failed = True
            log.exception("echo.failed")
            return block
