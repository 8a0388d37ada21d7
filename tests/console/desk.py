"""An available agent in real Chromium whose distributor is told what to say, and standby links to plain aiortc."""

import asyncio

from playwright.async_api import Page, expect

from kiosk.protocol import messages as m
from kiosk.protocol.fields import EndReason
from tests.console.far_end import FarEnd
from tests.console.site import Cockpit
from tests.console.told import ToldDistributor

PEERS = """{
  const Peer = RTCPeerConnection;
  window.peers = [];
  window.RTCPeerConnection = class extends Peer {
    constructor(...settings) {
      super(...settings);
      window.peers.push(this);
    }
  };
}"""
"""Keeps the page's peer connections where a test can ask them what they sent."""

SENT = """async () => {
  const sent = { video: 0, audio: 0, asked: 0, came: 0 };
  for (const peer of window.peers.filter(({ connectionState }) => connectionState !== "closed"))
    for (const stat of (await peer.getStats()).values()) {
      if (stat.type === "outbound-rtp") sent[stat.kind] += stat.packetsSent;
      if (stat.type === "inbound-rtp") sent.came += stat.packetsReceived + (stat.framesDecoded ?? 0);
      if (stat.type === "candidate-pair") sent.asked += stat.requestsSent;
    }
  return sent;
}"""
KEY_FRAMES = """async () => {
  let frames = 0;
  for (const peer of window.peers)
    for (const stat of (await peer.getStats()).values())
      if (stat.type === "outbound-rtp" && stat.kind === "video") frames += stat.keyFramesEncoded;
  return frames;
}"""
RECORD = """() => {
  window.changes = [];
  const change = RTCRtpSender.prototype.replaceTrack;
  RTCRtpSender.prototype.replaceTrack = async function (track) {
    const number = window.peers.findIndex((peer) => peer.getSenders().includes(this));
    const kind = window.peers[number].getTransceivers().find(({ sender }) => sender === this).receiver.track.kind;
    if (track) window.changes.push([number, kind, "on"]);
    await change.call(this, track);
    if (!track) window.changes.push([number, kind, "off"]);
  };
}"""
"""Notes a track when it begins to be attached, and when it has been taken off."""

ASKED = f"async (asked) => (await ({SENT})()).asked >= asked"
OPEN = "window.peers.filter(({ connectionState }) => connectionState !== 'closed').length"


class Desk:
    """The agent's page, its distributor, and its standby links."""

    def __init__(self, page: Page, cockpit: Cockpit) -> None:
        self.page = page
        self.cockpit = cockpit
        self.distributor = ToldDistributor()
        self.far_ends: list[FarEnd] = []

    async def open(self) -> None:
        """Sign in and be available."""
        await self.page.add_init_script(PEERS)
        await self.distributor.serve(self.page)
        await self.cockpit.open()
        await self.cockpit.be_available()

    async def close(self) -> None:
        """Close what is open."""
        for far in self.far_ends:
            await far.close()

    async def link(self, link_id: str = "1-1") -> FarEnd:
        """A standby link that is ready."""
        far = FarEnd(self.distributor, link_id)
        self.far_ends.append(far)
        await far.connect()
        return far

    async def willing(self) -> None:
        """The agent lets themselves be seen before a press."""
        await self.cockpit.press("p")
        await self.distributor.hears(m.SetPreRoll)

    def pre_roll(self, link_id: str, fence: int, lease_ms: int = 60_000) -> None:
        """Somebody stands at the terminal of this link."""
        self.distributor.say(m.PreRoll(link_id=link_id, fence=fence, lease_ms=lease_ms))

    async def call(self, far: FarEnd) -> str:
        """A call on this link, both ways: its id, once both see each other."""
        far.send(on=True)
        seen = far.pictures
        call_id, _ = self.distributor.incoming(far.link_id)
        await self.cockpit.shows("in_call")
        await self.cockpit.sees_the_customer()
        await far.until(lambda: far.pictures > seen + 5)
        return call_id

    async def end(self, far: FarEnd, call_id: str) -> None:
        """The customer hangs up, and sends nothing more."""
        far.send(on=False)
        self.distributor.say(m.Ended(call_id=call_id, reason=EndReason.CUSTOMER_HUNG_UP))
        await self.cockpit.shows("available")

    async def sent(self) -> dict[str, int]:
        """What went over the connections that the console still has.

        RTP packets sent by kind, STUN requests (``asked``), packets received plus pictures decoded (``came``).
        """
        sent: dict[str, int] = await self.page.evaluate(SENT)
        return sent

    async def key_frames(self) -> int:
        """How many key frames were made in all."""
        return int(await self.page.evaluate(KEY_FRAMES))

    async def record_tracks(self) -> str:
        """From now on keep each finished change of a sender's track; gives the expression for the list.

        One change is ``[number of the connection, "audio" or "video", "on" or "off"]``.
        """
        await self.page.evaluate(RECORD)
        return "window.changes"

    async def silent(self, far: FarEnd) -> None:
        """Wait until nothing at all goes over this link, either way, for as long as two signs of life take."""
        async with asyncio.timeout(15):
            while True:
                before, arrived = await self.sent(), await far.packets("video") + await far.packets("audio")
                await self.page.wait_for_function(ASKED, arg=before.pop("asked") + 2)
                after, now_arrived = await self.sent(), await far.packets("video") + await far.packets("audio")
                after.pop("asked")
                if (before, arrived) == (after, now_arrived):
                    return

    async def links_open(self, count: int) -> None:
        """Wait until the console has so many peer connections."""
        await self.page.wait_for_function(f"{OPEN} === {count}")

    async def seen(self, *, is_seen: bool) -> None:
        """Wait until the agent reads that they can be seen, or don't read it any more."""
        if is_seen:
            await self.cockpit.shows("seen")
        else:
            await expect(self.page.locator("body")).not_to_have_attribute("data-state", "seen")
