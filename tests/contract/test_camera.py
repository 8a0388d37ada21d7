"""One suite over every camera: pattern, files of both kinds, the ribbon camera over a stand-in, and a V4L2 device if any."""

import itertools
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from kiosk.config import CameraSection
from kiosk.errors import MisuseError
from kiosk.media import v4l2
from kiosk.media.devices import open_camera
from kiosk.media.pattern import write_numbered_clip
from kiosk.media.ports import Camera
from tests.contract.watching import Watcher, children_of, threads

SIZE = (640, 360)
FPS = 30
KINDS = ["pattern", "mjpeg file", "h264 file", "larger file", "rpicam", "rpicam mjpeg", "v4l2"]
SECONDS = 1.0
"""The clips' length: short, so that every run meets their end."""


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of numbered clips."""
    folder = tmp_path_factory.mktemp("clips")
    write_numbered_clip(folder / "clip.mjpeg", SECONDS, *SIZE, FPS)
    write_numbered_clip(folder / "clip.mp4", SECONDS, *SIZE, FPS)
    write_numbered_clip(folder / "large.mp4", SECONDS, 1280, 720, FPS)
    return folder


@pytest.fixture(params=KINDS)
def section(request: pytest.FixtureRequest, clips: Path, rpicam_on_path: Path) -> CameraSection:
    """The configuration of each kind of camera."""
    width, height = SIZE
    source = {
        "pattern": "pattern",
        "mjpeg file": f"file:{clips}/clip.mjpeg",
        "h264 file": f"file:{clips}/clip.mp4",
        "larger file": f"file:{clips}/large.mp4",
        "rpicam": "rpicam" if rpicam_on_path else None,
        "rpicam mjpeg": "rpicam" if rpicam_on_path else None,
    }.get(request.param)
    if request.param == "rpicam mjpeg":
        width, height = 672, 378
    if source is None:
        device = v4l2.find_camera()
        if device is None:
            pytest.skip("NO V4L2 CAMERA: this machine has no /dev/video* that is one, so V4L2 stays untested here")
        source = f"v4l2:{device}"
    return CameraSection(source=source, width=width, height=height, fps=FPS)


@pytest.fixture
def camera(section: CameraSection) -> Iterator[Camera]:
    """A camera that isn't started, and is stopped afterwards."""
    camera = open_camera(section)
    yield camera
    camera.stop()


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


def numbered(section: CameraSection) -> bool:
    return not section.source.startswith("v4l2:")


def test_frames_have_the_configured_form(camera: Camera, section: CameraSection, watcher: Watcher) -> None:
    """YUV420P of the configured size, whatever the source is."""
    camera.start(watcher.on_fault)
    assert {seen.form for seen in watcher.frames(10, camera)} == {("yuv420p", section.width, section.height)}


def test_pts_grow_strictly_and_at_the_real_rate(camera: Camera, watcher: Watcher) -> None:
    """Over more than one loop of a file the clock goes on, and it goes as fast as the frames arrive."""
    camera.start(watcher.on_fault)
    seen = watcher.frames(45, camera)
    assert all(later.pts > earlier.pts for earlier, later in itertools.pairwise(seen))
    by_pts, by_clock = seen[-1].seconds - seen[4].seconds, seen[-1].arrived_s - seen[4].arrived_s
    assert by_pts == pytest.approx(by_clock, abs=0.3)
    assert by_clock == pytest.approx(40 / FPS, rel=0.35)


def test_numbers_can_be_read_and_grow(camera: Camera, section: CameraSection, watcher: Watcher) -> None:
    """Every frame's strip is readable; the number grows but where a clip begins again."""
    if not numbered(section):
        pytest.skip("a real camera films no strip")
    camera.start(watcher.on_fault)
    codes = [seen.code for seen in watcher.frames(45, camera)]
    numbers = [code.frame for code in codes if code is not None]
    falls = sum(later <= earlier for earlier, later in itertools.pairwise(numbers))
    assert len(numbers) == 45
    assert falls <= (3 if section.source.startswith("file:") else 0)


def test_nothing_is_decoded_while_nobody_watches(camera: Camera, watcher: Watcher) -> None:
    """After the last one left no frame comes, and the camera costs next to nothing; a new one gets new frames at once."""
    camera.start(watcher.on_fault)
    watcher.frames(5, camera)
    watcher.seen.clear()
    settle, before = time.monotonic(), time.process_time()
    threading.Event().wait(0.5)  # the time itself is what is measured
    used, passed = time.process_time() - before, time.monotonic() - settle
    assert watcher.seen == []
    assert used < 0.1 * passed
    asked = time.monotonic()
    assert watcher.frames(1, camera)[0].arrived_s - asked < 0.5


def test_a_new_watcher_gets_no_old_picture(camera: Camera, section: CameraSection, watcher: Watcher) -> None:
    """The first frame after a pause was made after the pause."""
    if section.source not in {"pattern", "rpicam"}:
        pytest.skip("only the pattern's strip tells the wall clock")
    camera.start(watcher.on_fault)
    watcher.frames(5, camera)
    threading.Event().wait(0.4)  # the pause
    first = watcher.frames(1, camera)[0]
    assert first.code is not None
    assert (first.wall_ms - first.code.time_ms) % (1 << 24) < 200


def test_two_watchers_get_the_same_frames(camera: Camera, watcher: Watcher) -> None:
    """Each subscriber gets all; one that leaves doesn't end it for the other."""
    other = Watcher()
    camera.start(watcher.on_fault)
    leave = camera.subscribe(other.on_frame)
    both = watcher.frames(5, camera)
    other.until(lambda: len(other.seen) >= 8, "frames for the one who stays")
    leave()
    assert {seen.pts for seen in both} <= {seen.pts for seen in other.seen}


def test_a_failing_watcher_harms_nobody(camera: Camera, watcher: Watcher) -> None:
    """One subscriber that raises at every frame: the other gets its frames, and no fault is reported."""

    def fail(_: av.VideoFrame) -> None:
        raise RuntimeError("a defect of the watcher's")

    camera.start(watcher.on_fault)
    leave = camera.subscribe(fail)
    assert len(watcher.frames(10, camera)) == 10
    leave()
    assert watcher.faults == []


def test_a_slow_watcher_gets_new_frames(camera: Camera, section: CameraSection, watcher: Watcher) -> None:
    """A watcher that takes 150 ms for each frame of 33 gets fewer, not older ones."""
    if section.source not in {"pattern", "rpicam"}:
        pytest.skip("only the pattern's strip tells the wall clock")

    def dawdle(frame: av.VideoFrame) -> None:
        watcher.on_frame(frame)
        threading.Event().wait(0.15)

    camera.start(watcher.on_fault)
    leave = camera.subscribe(dawdle)
    watcher.until(lambda: len(watcher.seen) >= 12, "12 frames")
    leave()
    ages = [(seen.wall_ms - seen.code.time_ms) % (1 << 24) for seen in watcher.seen[2:] if seen.code]
    assert len(ages) >= 10
    assert max(ages) < 400


def test_start_twice_is_our_mistake_and_stop_twice_is_fine(camera: Camera, watcher: Watcher) -> None:
    camera.start(watcher.on_fault)
    with pytest.raises(MisuseError):
        camera.start(watcher.on_fault)
    camera.stop()
    camera.stop()


def test_stop_leaves_nothing_behind_and_start_works_again(camera: Camera, watcher: Watcher) -> None:
    """No thread and no child process is left; the same camera can be started again, and its clock begins anew."""
    children = children_of(os.getpid())
    for _ in range(2):
        camera.start(watcher.on_fault)
        assert watcher.frames(3, camera)[0].seconds < 10
        camera.stop()
        assert not {name for name in threads() if name.startswith("camera-")}
        assert children_of(os.getpid()) == children
    assert watcher.faults == []


def test_the_label_names_source_size_and_rate(camera: Camera, section: CameraSection) -> None:
    assert camera.label.endswith(f"{section.width}x{section.height}@{FPS}")
