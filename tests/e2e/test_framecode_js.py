"""The browser's strip reader against the Python one, on the same pixels of a real Chromium."""

import base64
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.media.code_reader import read_luma
from kiosk.media.framecode import Code
from kiosk.media.pattern import write_numbered_clip
from tests.browser import LaunchChromium

READER = Path(__file__).with_name("framecode.js").read_text(encoding="utf-8")
PAGE = "<!doctype html><title>reader</title><video autoplay muted playsinline></video>"
SET_UP = """async () => {
  window.reader = await import("/framecode.js");
  const video = document.querySelector("video");
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 720 } });
  await new Promise((done) => video.requestVideoFrameCallback(done));
  return [video.videoWidth, video.videoHeight];
}"""
READ_MANY = """async (wanted) => {
  const video = document.querySelector("video"), found = [];
  for (let seen = 0; seen < 400 && found.length < wanted; seen++) {
    await new Promise((done) => video.requestVideoFrameCallback(done));
    const code = reader.readCode(video);
    if (code && code.frame !== found.at(-1)?.frame) found.push(code);
  }
  return found;
}"""
READ_BOTH = """async ([width, height, cut]) => {
  const canvas = document.createElement("canvas"), video = document.querySelector("video");
  [canvas.width, canvas.height] = [width, height];
  await new Promise((done) => video.requestVideoFrameCallback(done));
  canvas.getContext("2d").drawImage(video, 0, 0, width, height * cut);
  return [reader.readCode(canvas), canvas.toDataURL("image/png")];
}"""


def python_reads(png: str) -> Code | None:
    """What the Python reader says of a canvas's picture."""
    data = np.frombuffer(base64.b64decode(png.partition(",")[2]), np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return read_luma(np.asarray(picture, np.uint8))


@pytest.mark.e2e
async def test_both_readers_agree(launch_chromium: LaunchChromium, tmp_path: Path) -> None:
    """Chromium plays a numbered clip as its camera: numbers grow, and both readers say the same at every size."""
    clip = tmp_path / "clip.mjpeg"
    write_numbered_clip(clip, 4, 1280, 720, 30)
    async with launch_chromium(f"--use-file-for-fake-video-capture={clip}") as running:
        page = await running.page()
        await page.route("http://localhost/", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
        await page.route("**/framecode.js", lambda route: route.fulfill(body=READER, content_type="text/javascript"))
        await page.goto("http://localhost/")
        assert await page.evaluate(SET_UP) == [1280, 720]
        codes = await page.evaluate(READ_MANY, 30)
        assert len(codes) == 30
        assert all(code["time_ms"] == round(code["frame"] * 1000 / 30) for code in codes)
        for width, height in ((1280, 720), (854, 480), (640, 360), (426, 240), (320, 180), (321, 181)):
            found, png = await page.evaluate(READ_BOTH, [width, height, 1])
            assert found is not None, (width, height)
            assert python_reads(png) == Code(**found), (width, height)
        cut_off, png = await page.evaluate(READ_BOTH, [640, 360, 1.03])
        assert cut_off is None
        assert python_reads(png) is None
