"""Cameras that aren't there, break, or break while running: a sentence with advice, and they come back by themselves."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.config import CameraSection
from kiosk.errors import ConfigError, DeviceError
from kiosk.media import camera as camera_module
from kiosk.media import capture, rpicam
from kiosk.media.devices import open_camera
from kiosk.media.formats import parse_camera
from kiosk.media.pattern import write_numbered_clip
from kiosk.media.ports import Camera
from tests.contract.watching import Watcher, children_of

SIZE = {"width": 640, "height": 360, "fps": 30}


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


@pytest.fixture
def cameras(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Camera]]:
    """Cameras to stop afterwards; faults are tried again after 0.2 s instead of 2."""
    monkeypatch.setattr(camera_module, "RETRY_S", 0.2)
    opened: list[Camera] = []
    yield opened
    for camera in opened:
        camera.stop()


def make(source: str, cameras: list[Camera]) -> Camera:
    camera = open_camera(CameraSection(source=source, **SIZE))
    cameras.append(camera)
    return camera


def refusal(source: str, cameras: list[Camera]) -> DeviceError:
    with pytest.raises(DeviceError) as caught:
        make(source, cameras).start(lambda _: None)
    assert caught.value.device == "camera"
    assert caught.value.what.endswith(".")
    assert caught.value.advice.endswith(".")
    return caught.value


def broken_files(folder: Path) -> dict[str, str]:
    """Files that are no videos, each with a part of what must be said."""
    write_numbered_clip(folder / "good.mp4", 0.5, 320, 180, 30)
    whole = (folder / "good.mp4").read_bytes()
    (folder / "empty.mp4").touch()
    (folder / "text.mp4").write_text("this is no video\n" * 500)
    (folder / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    (folder / "noise.mjpeg").write_bytes(bytes(byte * 37 % 251 for byte in range(50_000)))
    (folder / "jpegs.mjpeg").write_bytes(b"\xff\xd8\xff\xe0 broken \xff\xd9" * 400)
    with wave.open(str(folder / "sound.wav"), "wb") as sound:
        sound.setparams((1, 2, 48_000, 0, "NONE", ""))
        sound.writeframes(bytes(96_000))
    return {
        "missing.mp4": "There is no file",
        "": "is a folder",
        "empty.mp4": "no video",
        "text.mp4": "no video",
        "cut.mp4": "no video",
        "noise.mjpeg": "no video",
        "jpegs.mjpeg": "no video",
        "sound.wav": "no video",
    }


def test_a_file_that_is_no_video_is_refused_with_a_reason(tmp_path: Path, cameras: list[Camera]) -> None:
    for name, words in broken_files(tmp_path).items():
        fault = refusal(f"file:{tmp_path}/{name}", cameras)
        assert words in fault.what, name


def test_a_refusal_is_one_log_line_and_nothing_else(tmp_path: Path) -> None:
    """In a process of its own: standard error has our line for each file, and nothing of libav's."""
    names = list(broken_files(tmp_path))
    program = """
import sys
from kiosk import logs
from kiosk.config import CameraSection
from kiosk.errors import DeviceError
from kiosk.media.devices import open_camera
logs.set_up(json=True)
for source in sys.argv[1:]:
    try:
        open_camera(CameraSection(source=source)).start(lambda error: None)
    except DeviceError as error:
        logs.get("test").warning("refused", what=error.what)
"""
    sources = [*(f"file:{tmp_path}/{name}" for name in names), "v4l2:/dev/video77", "v4l2:/dev/null"]
    done = subprocess.run(
        [sys.executable, "-c", program, *sources], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0
    assert done.stdout == ""
    assert [json.loads(line)["event"] for line in done.stderr.splitlines()] == ["refused"] * len(sources)


@pytest.mark.parametrize(("device", "words"), [("/dev/video77", "There is no camera"), ("/dev/null", "is no camera")])
def test_a_device_that_is_no_camera(device: str, words: str, cameras: list[Camera]) -> None:
    assert words in refusal(f"v4l2:{device}", cameras).what


@pytest.mark.parametrize("source", ["", "webcam", "v4l2:", "v4l2:video0", "file:", "rpicam:1", "Pattern"])
def test_a_source_that_names_no_camera_lists_the_forms(source: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_camera(source)
    assert "v4l2:/dev/video0, rpicam, pattern or file:" in caught.value.advice


@pytest.mark.usefixtures("rpicam_on_path")
@pytest.mark.parametrize(
    ("fault", "words"),
    [("none", "No ribbon camera is connected"), ("busy", "Another program is using"), ("die:0", "no picture")],
)
def test_a_ribbon_camera_that_does_not_start(
    fault: str, words: str, cameras: list[Camera], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What rpicam-vid says on standard error becomes a sentence; no process is left."""
    monkeypatch.setenv("STAND_IN", fault)
    before = children_of(os.getpid())
    assert words in refusal("rpicam", cameras).what
    assert children_of(os.getpid()) == before


@pytest.mark.usefixtures("rpicam_on_path")
def test_a_ribbon_camera_that_hangs_at_its_start_is_given_up(
    cameras: list[Camera], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN", "hang")
    monkeypatch.setattr(rpicam, "START_LIMIT_S", 1.0)
    assert "gave no picture" in refusal("rpicam", cameras).what


def test_no_rpicam_program(tmp_path: Path, cameras: list[Camera], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "rpicam-vid isn't installed" in refusal("rpicam", cameras).what


def test_auto_without_any_camera_says_what_to_do(
    rpicam_on_path: Path, cameras: list[Camera], monkeypatch: pytest.MonkeyPatch
) -> None:
    """rpicam-vid is there and lists none; on a machine with a USB camera this test has nothing to say."""
    assert rpicam_on_path
    monkeypatch.setenv("STAND_IN", "none")
    if any(Path("/dev").glob("video*")):
        pytest.skip("this machine has a camera")
    assert "pattern" in refusal("auto", cameras).advice


@pytest.mark.usefixtures("rpicam_on_path")
def test_auto_takes_the_ribbon_camera(cameras: list[Camera], watcher: Watcher) -> None:
    if any(Path("/dev").glob("video*")):
        pytest.skip("this machine has a USB camera, which comes first")
    camera = make("auto", cameras)
    camera.start(watcher.on_fault)
    assert watcher.frames(3, camera)
    assert camera.label.startswith("rpicam ")


@pytest.mark.usefixtures("rpicam_on_path")
@pytest.mark.parametrize("watchers", [1, 0])
def test_a_camera_that_ends_while_running_comes_back(
    watchers: int,
    cameras: list[Camera],
    watcher: Watcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The fault is told once, and its end once, also while nobody watches; the clock goes on."""
    monkeypatch.setenv("STAND_IN", "die:15")
    camera = make("rpicam", cameras)
    camera.start(watcher.on_fault)
    monkeypatch.setenv("STAND_IN", "")
    leave = camera.subscribe(watcher.on_frame) if watchers else lambda: None
    watcher.until(lambda: len(watcher.faults) >= 2, "a fault and its end")
    fault, back = watcher.faults
    assert fault is not None
    assert "stopped" in fault.what
    assert back is None
    leave()
    assert watcher.frames(3, camera)
    assert watcher.faults == [fault, None]


@pytest.mark.usefixtures("rpicam_on_path")
def test_a_camera_that_freezes_is_noticed_and_started_again(
    cameras: list[Camera], watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture, "STALL_S", 1.0)
    monkeypatch.setattr(capture, "TICK_S", 0.2)
    monkeypatch.setenv("STAND_IN", "freeze:10")
    camera = make("rpicam", cameras)
    camera.start(watcher.on_fault)
    monkeypatch.setenv("STAND_IN", "")
    watcher.until(lambda: len(watcher.faults) >= 2, "a fault and its end")
    assert watcher.faults[0] is not None
    assert "no more pictures" in watcher.faults[0].what
    assert watcher.faults[1] is None


def test_a_file_that_vanishes_and_returns(tmp_path: Path, cameras: list[Camera], watcher: Watcher) -> None:
    """It plays to its end, the fault is told, and it plays again when the file is back."""
    clip = tmp_path / "clip.mjpeg"
    write_numbered_clip(clip, 0.5, 640, 360, 30)
    kept = shutil.copy(clip, tmp_path / "kept.mjpeg")
    camera = make(f"file:{clip}", cameras)
    camera.start(watcher.on_fault)
    leave = camera.subscribe(watcher.on_frame)
    clip.unlink()
    watcher.until(lambda: bool(watcher.faults), "the fault")
    shutil.move(kept, clip)
    watcher.until(lambda: watcher.faults[-1] is None, "its end")
    watcher.seen.clear()
    watcher.until(lambda: len(watcher.seen) > 5, "frames again")
    leave()


def test_the_ribbon_camera_dies_with_us(rpicam_on_path: Path) -> None:
    """The program that has the camera open is killed: its rpicam-vid ends too."""
    program = """
import os, threading
from kiosk import logs
from kiosk.config import CameraSection
from kiosk.media.devices import open_camera
logs.set_up()
camera = open_camera(CameraSection(source="rpicam", width=640, height=360))
camera.start(lambda error: None)
print("open", flush=True)
threading.Event().wait()
"""
    assert rpicam_on_path
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "open\n"
        (child,) = children_of(owner.pid)
        watch = os.pidfd_open(child)
        owner.send_signal(signal.SIGKILL)
        owner.wait()
        assert _ended(watch, 5.0)


def _ended(pidfd: int, limit_s: float) -> bool:
    try:
        return bool(select.select([pidfd], [], [], limit_s)[0])
    finally:
        os.close(pidfd)
