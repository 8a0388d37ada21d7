"""The child process that tries an H.264 encoder: ``python -m kiosk.rtc.send.trial CODEC``. It may crash, hang or lie.

It encodes moving pictures, asks for a key frame in the middle, and decodes what came out. One JSON line: ``{"works": ..., "why": ...}``.
"""

import json
import sys
from fractions import Fraction

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from kiosk.rtc.send.h264 import FPS, split

WIDTH, HEIGHT, FRAMES, KEY_AT = 1280, 720, 24, 12
BPS = 1_500_000
MOST_BEHIND = 1
"""A picture may come out one later: more would be seen in a call."""
CLOSE = 12.0
"""The mean difference (of 255) up to which a picture is the one that went in."""
SPS, PPS = 7, 8


def pictures() -> list[av.VideoFrame]:
    """A gradient with a bright block that wanders."""
    across = np.linspace(40, 200, WIDTH, dtype=np.uint8)
    frames = []
    for number in range(FRAMES):
        planes = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
        planes[:HEIGHT] = across
        planes[200:400, number * 40 : number * 40 + 200] = 230
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        frames.append(frame)
    return frames


def fault(codec: str) -> str:
    """Why pictures can't be sent through ``codec``; empty where they can. Raises `av.FFmpegError` where it can't be opened."""
    encoder = av.CodecContext.create(codec, "w")
    decoder = av.CodecContext.create("h264", "r")
    if not isinstance(encoder, VideoCodecContext) or not isinstance(decoder, VideoCodecContext):
        return "it is no encoder of pictures"
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.bit_rate, encoder.framerate, encoder.time_base = BPS, Fraction(FPS, 1), Fraction(1, FPS)
    if codec == "libx264":
        encoder.options = {"preset": "superfast", "tune": "zerolatency"}
    sources, shown = pictures(), list[av.VideoFrame]()
    for number, frame in enumerate(sources):
        frame.pict_type = PictureType.I if number in {0, KEY_AT} else PictureType.NONE
        for packet in encoder.encode(frame):
            units = {unit[0] & 0x1F for unit in split(bytes(packet)) if unit}
            if packet.is_keyframe and not {SPS, PPS} <= units:
                return "a key frame came without its parameter sets"
            shown += decoder.decode(av.Packet(bytes(packet)))
        if len(shown) < number - MOST_BEHIND - 1:
            return "pictures came out late"
    return _compare(sources, shown)


def _compare(sources: list[av.VideoFrame], shown: list[av.VideoFrame]) -> str:
    if not sum(frame.key_frame for frame in shown) >= 2:
        return "a key frame that was asked for didn't come"
    for source, frame in zip(sources, shown, strict=False):
        if (frame.width, frame.height) != (WIDTH, HEIGHT):
            return "pictures came out in another size"
        there, here = (each.to_ndarray(format="gray").astype(np.int16) for each in (source, frame))
        if float(np.abs(there - here).mean()) > CLOSE:
            return "pictures came out wrong"
    return ""


def main() -> int:
    """Always 0: what was found is in the line."""
    try:
        why = fault(sys.argv[1])
    except (av.FFmpegError, ValueError, OSError) as error:
        why = str(error) or type(error).__name__
    print(json.dumps({"works": not why, "why": why}), flush=True)  # noqa: T201 what the parent reads
    return 0


if __name__ == "__main__":
    sys.exit(main())
