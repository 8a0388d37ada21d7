"""The virtual camera's picture, and numbered clips: ffmpeg's moving test picture with the strip of `framecode`."""

from fractions import Fraction
from pathlib import Path

import av

from kiosk.media.framecode import COLUMNS, HEIGHT_SHARE, ROWS, cell_expression

WALL_MS = "floor(time(0)*1000)"
CLIP_MS = "round(T*1000)"


def graph(width: int, height: int, fps: int, *, time_ms: str = WALL_MS) -> str:
    """A lavfi graph of endless numbered pictures in YUV420P; ``time_ms`` is the expression for the strip's time.

    The cells are computed at 32x2 pixels and enlarged, since geq runs once for each pixel. The time becomes the tiny picture's
    pts first (once for each picture; time(0) inside geq would differ from pixel to pixel) and goes back to the count after.
    Both branches come from one source: two sources would run ahead of each other, and the time would be a picture's old.
    """
    strip_height = height // HEIGHT_SHARE
    cell = cell_expression("N", "round(T*1000)", cell=f"(X+{COLUMNS}*Y)")
    return (
        f"testsrc2=size={width}x{height}:rate={fps},format=yuv420p,split[picture][corner];"
        f"[corner]crop={COLUMNS}:{ROWS}:0:0,format=gray,settb=1/1000,setpts='{time_ms}',"
        f"geq=lum='16+219*{cell}',settb=1/{fps},setpts=N,format=yuv420p,"
        f"scale={width}:{strip_height}:flags=neighbor[strip];"
        f"[picture][strip]overlay=0:{height - strip_height}:format=yuv420"
    )


def write_numbered_clip(path: Path, seconds: float, width: int, height: int, fps: int) -> None:
    """Write a clip whose strips number its pictures from 0 and tell the time in the clip.

    A path that ends in ``.mjpeg`` gives bare motion JPEG, which Chromium takes as a camera
    (``--use-file-for-fake-video-capture``); other endings give H.264 in the container that the ending names.
    """
    jpeg = path.suffix == ".mjpeg"
    frames = round(seconds * fps)
    picture = graph(width, height, fps, time_ms=CLIP_MS)
    with av.open(picture, format="lavfi") as source, av.open(path, "w") as clip:
        stream = clip.add_stream("mjpeg" if jpeg else "libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p" if jpeg else "yuv420p"
        stream.options = {"qmin": "3", "qmax": "3"} if jpeg else {"preset": "superfast", "crf": "20"}
        for number, frame in enumerate(source.decode(video=0)):
            if number == frames:
                break
            frame.pts, frame.time_base = number, Fraction(1, fps)
            clip.mux(stream.encode(frame))
        clip.mux(stream.encode(None))
