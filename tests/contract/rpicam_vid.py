"""A stand-in for rpicam-vid of rpicam-apps: the test camera in the real program's clothes.

It models what the project's adapter uses, after rpicam-apps' sources (1.5 and newer: ``core/options.cpp``,
``core/video_options.hpp``, ``apps/rpicam_vid.cpp``, ``output/file_output.cpp``, ``encoder/{mjpeg,null}_encoder.cpp``) and its manual:

- ``--list-cameras``: a listing on standard output and status 0; ``No cameras available!`` without one, status 0 too.
- ``-n/--nopreview``, ``-v/--verbose [N]``, ``-t/--timeout MS`` (default 5 s, 0 for ever), ``--flush``, ``--width``, ``--height``,
  ``--framerate``, ``-q/--quality`` (default 50), ``-o/--output`` (here ``-`` only), ``--codec mjpeg|yuv420`` (default h264, which
  the stand-in lacks). Any other option is an error.
- Pictures in JPEG's full range, paced by the sensor; ``yuv420`` rows are padded to 64 bytes (chroma to 32), as libcamera's are.
- Faults are one line on standard error, ``ERROR: *** text ***``, and status 255. A pipe that nobody reads ends it.

``STAND_IN`` in the environment chooses a fault: ``none`` (no camera), ``busy``, ``hang`` (no picture ever), ``die:N`` (ends after
N pictures), ``freeze:N`` (no more pictures after N).
"""

import argparse
import itertools
import os
import sys
import time
from fractions import Fraction

import av
import numpy as np

from kiosk.media import pattern


def main() -> int:
    wanted = _parser().parse_args()
    fault, _, count = os.environ.get("STAND_IN", "").partition(":")
    if wanted.list_cameras:
        return _list(present=fault != "none")
    try:
        _refuse(fault)
        if wanted.codec not in {"mjpeg", "yuv420"}:
            raise RuntimeError(f"Unrecognised codec {wanted.codec}")  # noqa: TRY301 - as the real program does
        _record(wanted, fault, int(count or 0))
    except RuntimeError as error:
        print(f"ERROR: *** {error} ***", file=sys.stderr)
        return 255
    return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]  # it does end the program
        print(f"ERROR: *** {message} ***", file=sys.stderr)
        sys.exit(255)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="rpicam-vid", allow_abbrev=False)
    for flags in (("--list-cameras",), ("-n", "--nopreview"), ("--flush",)):
        parser.add_argument(*flags, action="store_true")
    parser.add_argument("-v", "--verbose", type=int, nargs="?", const=2, default=1)
    parser.add_argument("-t", "--timeout", type=int, default=5000)
    parser.add_argument("--codec", default="h264")
    parser.add_argument("--width", type=int, default=640)
    parser.add_argument("--height", type=int, default=480)
    parser.add_argument("--framerate", type=float, default=30)
    parser.add_argument("-q", "--quality", type=int, default=50)
    parser.add_argument("-o", "--output", choices=["-"], required=False)
    return parser


def _list(*, present: bool) -> int:
    if present:
        print("Available cameras\n-----------------")
        print("0 : imx708 [4608x2592 10-bit RGGB] (/base/axi/pcie@120000/rp1/i2c@88000/imx708@1a)")
    else:
        print("No cameras available!")
    return 0


def _refuse(fault: str) -> None:
    if fault == "none":
        raise RuntimeError("no cameras available")
    if fault == "busy":
        raise RuntimeError("failed to acquire camera /base/axi/pcie@120000/rp1/i2c@88000/imx708@1a")
    if fault == "hang":
        time.sleep(3600)


def _record(wanted: argparse.Namespace, fault: str, count: int) -> None:
    graph = pattern.graph(wanted.width, wanted.height, round(wanted.framerate))
    encoder = _mjpeg(wanted) if wanted.codec == "mjpeg" else None
    start = time.monotonic()
    with av.open(graph, format="lavfi") as source:
        frames = source.decode(video=0)
        for number in itertools.count():
            time.sleep(max(0.0, start + number / wanted.framerate - time.monotonic()))
            if 0 < wanted.timeout < (time.monotonic() - start) * 1000 or (fault == "die" and number >= count):
                return
            if fault == "freeze" and number >= count:
                time.sleep(3600)
            full = next(frames).reformat(format="yuvj420p", src_color_range="MPEG", dst_color_range="JPEG")
            full.pts, full.time_base = number, Fraction(1, 30)
            _write(b"".join(bytes(packet) for packet in encoder.encode(full)) if encoder else _padded(full))


def _mjpeg(wanted: argparse.Namespace) -> av.VideoCodecContext:
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = wanted.width, wanted.height, "yuvj420p"
    encoder.time_base = Fraction(1, 30)
    encoder.options = {"qmin": "3", "qmax": "3"}
    return encoder


def _padded(frame: av.VideoFrame) -> bytes:
    rows = []
    for plane, block in zip(frame.planes, (64, 32, 32), strict=True):
        picture = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
        rows.append(np.pad(picture, ((0, 0), (0, -plane.width % block))).tobytes())
    return b"".join(rows)


def _write(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        sys.exit(255)
