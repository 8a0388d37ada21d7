"""The part of the call machine in a call: mute, a bad line and its repair, and the end."""

from dataclasses import replace

from kiosk.call import effects as f
from kiosk.call import events as e
from kiosk.call.ground import Effects, Ground
from kiosk.protocol.fields import EndReason


class Talking(Ground):
    """The agent is on the screen."""

    def _toggle_mute(self, _event: e.MuteToggled, _now: float) -> Effects:
        self.snapshot = replace(self.snapshot, muted=not self.snapshot.muted)
        return (f.SetMuted(self.snapshot.muted),)

    def _doubt_line(self, _event: e.MediaStalled, now: float) -> Effects:
        if self._bad_since is None:
            self._bad_since, self._deadline = now, now + self.settings.repair_after_s
            self.snapshot = replace(self.snapshot, line_bad=True)
        return ()

    def _trust_line(self, _event: e.MediaFlows, _now: float) -> Effects:
        self._bad_since = self._deadline = None
        self.snapshot = replace(self.snapshot, line_bad=False)
        return ()

    def _repair(self, _event: e.PeerLost | e.LinkGone, now: float) -> Effects:
        """The connection is gone for good: nothing to wait for, unless a new one has failed just now."""
        if self._bad_since is not None:
            return ()
        self._bad_since, self._deadline = now, now + self.settings.repair_again_s
        self.snapshot = replace(self.snapshot, line_bad=True)
        return self._renew_peer(spoilt=True)

    def _repair_in_time(self, _event: e.TimeUp, now: float) -> Effects:
        if self._bad_since is None or not self._is_due(now):
            return ()
        if now >= self._bad_since + self.settings.line_s:
            return self._say_goodbye(EndReason.MEDIA_LOST, now)
        self._deadline = min(now + self.settings.repair_again_s, self._bad_since + self.settings.line_s)
        # without a distributor nobody would hear the new offer, and the old connection may yet come back
        return self._renew_peer(spoilt=True) if self.snapshot.online else ()

    def _press_in_call(self, event: e.Pressed, now: float) -> Effects:
        if event.at - self._pressed_at < self.settings.press_again_s:
            return ()
        return self._say_goodbye(EndReason.CUSTOMER_HUNG_UP, now)

    def _hang_up(self, _event: e.EndPressed, now: float) -> Effects:
        return self._say_goodbye(EndReason.CUSTOMER_HUNG_UP, now)

    def _finish(self, event: e.Ended, now: float) -> Effects:
        return self._thank(event.reason, now)
