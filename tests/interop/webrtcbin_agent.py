"""An agent made of GStreamer's webrtcbin. A program for the system's Python, which has GStreamer's bindings.

``webrtcbin_agent.py CODEC`` (``h264`` or ``vp8``): reads an SDP offer as one JSON text line, answers with all candidates in
``{"answer": SDP}``, sends a test picture of 640x360 and a tone of 600 Hz, and tells what comes in lines
``{"pictures": COUNT, "size": "WxH"}`` and ``{"dbfs": LEVEL}``. It ends with its standard input.
"""

import json
import re
import sys
import threading
from typing import Any

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402 versions come first

ENCODERS = {
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast bitrate=500 key-int-max=30 ! "
    "video/x-h264,profile=constrained-baseline ! rtph264pay config-interval=-1 aggregate-mode=zero-latency pt={pt} ! "
    "application/x-rtp,media=video,encoding-name=H264,payload={pt},clock-rate=90000",
    "vp8": "vp8enc deadline=1 keyframe-max-dist=30 target-bitrate=500000 ! rtpvp8pay pt={pt} ! "
    "application/x-rtp,media=video,encoding-name=VP8,payload={pt},clock-rate=90000",
}
PIPELINE = """
webrtcbin name=agent bundle-policy=max-bundle
audiotestsrc is-live=true freq=600 volume=0.3 ! audioconvert ! audioresample ! opusenc ! rtpopuspay pt={opus} !
  application/x-rtp,media=audio,encoding-name=OPUS,payload={opus},clock-rate=48000 ! queue ! agent.
videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=360,framerate=25/1 ! videoconvert ! {video} ! queue ! agent.
"""


ONE_AT_A_TIME = threading.Lock()


def say(**line: object) -> None:
    """One JSON line, whole: GStreamer calls from many threads."""
    with ONE_AT_A_TIME:
        print(json.dumps(line), flush=True)


def payload_type(offer: str, codec: str) -> str:
    """The payload type that the offer has for it; of H.264 that of the constrained baseline, which x264enc makes."""
    for number in re.findall(rf"a=rtpmap:(\d+) {codec}/", offer, re.IGNORECASE):
        form = re.search(rf"a=fmtp:{number} .*profile-level-id=(....)", offer)
        if form is None or form[1].lower() == "42e0":
            return str(number)
    raise SystemExit(f"the offer has no {codec}")


class Agent:
    """One webrtcbin."""

    def __init__(self, offer: str, codec: str) -> None:
        self.pictures = 0
        video = ENCODERS[codec].format(pt=payload_type(offer, codec))
        self.pipeline = Gst.parse_launch(PIPELINE.format(opus=payload_type(offer, "opus"), video=video))
        self.agent = self.pipeline.get_by_name("agent")
        self.agent.connect("pad-added", self._on_pad)
        self.agent.connect("notify::ice-gathering-state", self._on_gathering)
        self.agent.connect(
            "notify::connection-state", lambda *_: say(state=str(self.agent.get_property("connection-state")))
        )
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message", self._on_message)
        self.pipeline.set_state(Gst.State.PLAYING)
        self.answer(offer)

    def answer(self, offer: str) -> None:
        """Take the offer and answer it; the answer is told once all candidates are there."""
        _, sdp = GstSdp.SDPMessage.new_from_text(offer)
        described = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.OFFER, sdp)
        taken = Gst.Promise.new_with_change_func(self._on_taken)
        self.agent.emit("set-remote-description", described, taken)

    def _on_taken(self, _promise: Any) -> None:
        self.agent.emit("create-answer", None, Gst.Promise.new_with_change_func(self._on_answer))

    def _on_answer(self, promise: Any) -> None:
        reply = promise.get_reply()  # the answer lives as long as this does
        self.agent.emit("set-local-description", reply.get_value("answer"), Gst.Promise.new())

    def _on_gathering(self, *_: object) -> None:
        if self.agent.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            say(answer=self.agent.get_property("local-description").sdp.as_text())

    def _on_pad(self, _agent: Any, pad: Any) -> None:
        if pad.direction != Gst.PadDirection.SRC:
            return
        decoder = Gst.ElementFactory.make("decodebin")
        decoder.connect("pad-added", self._on_decoded)
        self.pipeline.add(decoder)
        decoder.sync_state_with_parent()
        pad.link(decoder.get_static_pad("sink"))

    def _on_decoded(self, _decoder: Any, pad: Any) -> None:
        kind = pad.get_current_caps().get_structure(0).get_name()
        if kind.startswith("video"):
            branch = Gst.parse_bin_from_description("queue ! fakesink name=seen sync=false signal-handoffs=true", True)
            branch.get_by_name("seen").connect("handoff", self._on_picture)
        else:
            branch = Gst.parse_bin_from_description(
                "queue ! audioconvert ! level interval=200000000 ! fakesink sync=false", True
            )
        self.pipeline.add(branch)
        branch.sync_state_with_parent()
        pad.link(branch.get_static_pad("sink"))

    def _on_picture(self, _sink: Any, _buffer: Any, pad: Any) -> None:
        self.pictures += 1
        form = pad.get_current_caps().get_structure(0)
        say(pictures=self.pictures, size=f"{form.get_int('width')[1]}x{form.get_int('height')[1]}")

    def _on_message(self, _bus: Any, message: Any) -> None:
        form = message.get_structure()
        if message.type == Gst.MessageType.ERROR:
            raise SystemExit(str(message.parse_error()))
        if form is not None and form.get_name() == "level":
            say(dbfs=max(form.get_value("rms")))


def main() -> None:
    """Until the input ends."""
    Gst.init(None)
    agent = Agent(json.loads(sys.stdin.readline()), sys.argv[1])
    loop = GLib.MainLoop()
    threading.Thread(target=lambda: (sys.stdin.read(), loop.quit()), daemon=True).start()
    loop.run()
    agent.pipeline.set_state(Gst.State.NULL)


if __name__ == "__main__":
    main()
