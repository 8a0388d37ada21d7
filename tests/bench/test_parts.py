"""The benchmarks' machinery for real, for a few seconds: the tree of processes, the screen, the clips, one call of each side."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import av
import psutil
import pytest

from kiosk.media.pattern import write_numbered_clip
from tests.bench.our_side import ours
from tests.bench.peer_side import peer
from tests.bench.processes import cpu_s, measure, pss_mb, screen, tree
from tests.bench.sides import Setting, far_end
from tests.browser import executable
from tests.faults.line import Line
from tests.faults.wan import line_here, wan

__all__ = ["line_here"]

BUSY = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1, flush=True)\\nwhile True: pass'])"


def test_a_tree_is_measured_with_its_children() -> None:
    """A process that only waits for a busy child: the child's CPU and memory count, and its parent has nearly none."""
    with subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE) as waiting:
        root = psutil.Process(waiting.pid)
        try:
            assert waiting.stdout is not None
            waiting.stdout.readline()
            before = cpu_s(root)
            load = asyncio.run(measure(root, 1.0))
            assert load.processes == 2
            assert cpu_s(root) - before >= load.cores * load.seconds > 0
            assert load.pss_mb > 1.5 * psutil.Process(waiting.pid).memory_full_info().uss / 1e6
            assert pss_mb(root) > 0
        finally:
            for process in reversed(tree(root)):
                process.kill()


def test_a_screen_of_ones_own() -> None:
    if shutil.which("Xvfb") is None:
        pytest.skip("NO Xvfb, this test has not run: `make test` installs it")
    with screen(640, 480) as display:
        assert Path(f"/tmp/.X11-unix/X{display[1:]}").is_socket()  # noqa: S108 where X servers have their sockets


@pytest.mark.e2e
@pytest.mark.usefixtures("line_here")
async def test_a_call_of_each_side(tmp_path: Path) -> None:
    """Both connect over the emulated line, no faster than it lets them, and both see pictures both ways."""
    if executable() is None:
        pytest.skip("CHROMIUM IS NOT INSTALLED: this test has not run; `make test` installs it")
    camera = tmp_path / "camera.mjpeg"
    write_numbered_clip(camera, seconds=4, width=640, height=360, fps=20)
    with av.open(str(camera)) as clip:
        assert clip.streams.video[0].codec_context.name == "mjpeg"
    with wan(Line()) as net:
        setting = Setting(net, tmp_path, camera)
        async with far_end(setting) as far, ours(far) as our_side, peer(far) as peer_side:
            net.set(Line(rtt_ms=60))
            for side in (our_side, peer_side):
                times = await side.call()
                assert times.face is not None, side.name
                assert times.seen is not None, side.name
                assert min(times.face, times.seen) - times.pressed > 0.060
                await asyncio.sleep(1)  # pictures to watch; the time is what is measured here
                seen = await side.watched()
                assert min(len(seen.drawn), len(seen.shown)) >= 2
                assert seen.far["inCodec"] == "video/H264"
                assert psutil.pid_exists(side.processes().pid)
                await side.hang_up()
