"""``kiosk run``: what it says of a machine and a network that aren't as configured."""

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from tests.cli.command import Run, Running, Write, faults


def test_without_a_display_run_is_one_line(run: Run) -> None:
    done = run("run")
    assert done.returncode == 1
    (line,) = faults(done.stderr)
    assert line.startswith("kiosk: There is no display.")


def test_plain_websockets_to_another_machine_are_a_mistake(run: Run, written: Write) -> None:
    done = run("run", "--config", written('[distributor]\nurl = "ws://help.example.org/ws"\n'))
    assert done.returncode == 2
    assert "wss://" in done.stderr


OUT_OF_SIGHT = """
log_level = "info"
[terminal]
state_dir = "terminal"
enrolment_code = "a-code"
[distributor]
url = "{url}"
{trust}
[camera]
source = "{camera}"
[microphone]
source = "tone:440"
[speaker]
sink = "measure"
"""


@pytest.fixture
def terminal(start: Callable[..., Running], environment: dict[str, str], tmp_path: Path) -> Callable[..., Running]:
    """Start ``kiosk run`` with its screen in memory."""

    def _start(url: str, camera: str = "pattern", trust: str = "") -> Running:
        environment["QT_QPA_PLATFORM"] = "offscreen"
        path = tmp_path / "terminal.toml"
        path.write_text(OUT_OF_SIGHT.format(url=url, camera=camera, trust=trust))
        return start("run", "--config", path)

    return _start


@pytest.mark.e2e
def test_a_broken_video_and_an_unresolvable_distributor_are_one_line_each(
    terminal: Callable[..., Running], tmp_path: Path
) -> None:
    """The terminal goes on, for its screen to say so; Ctrl-C ends it in order."""
    (tmp_path / "clip.mp4").write_text("this is no video")
    running = terminal("wss://distributor.invalid/ws", camera="file:clip.mp4")
    fault = running.until("device.fault")
    assert fault["device"] == "camera"
    assert "clip.mp4" in fault["why"]
    down = running.until("link.down")
    assert down["code"] == "unresolved"
    assert "distributor.invalid" in down["what"]
    assert "distributor.url" in down["advice"]
    assert running.end(signal.SIGINT) == 130
    log = [json.loads(line) for line in running.lines if line.startswith("{")]
    assert [line["event"] for line in log].count("device.fault") == 1
    assert [line["event"] for line in log].count("link.down") == 1
    assert faults("".join(running.lines)) == []


@pytest.mark.e2e
def test_a_camera_that_is_not_there_and_an_untrusted_certificate_are_one_line_each(
    start: Callable[..., Running],
    terminal: Callable[..., Running],
    written: Write,
    tmp_path: Path,
) -> None:
    """The real distributor, with a certificate of an authority that nobody knows; named in ca_file it is trusted."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "both.pem")
    config = written('port = 0\ntls_certificate = "both.pem"\ntls_key = "both.pem"\n')
    distributor = start("distributor", "--config", config)
    url = distributor.until("distributor.listening")["url"].replace("https:", "wss:") + "ws"

    running = terminal(url, camera="v4l2:/dev/video99")
    fault = running.until("device.fault")
    assert "/dev/video99" in fault["why"]
    down = running.until("link.down")
    assert down["code"] == "untrusted"
    assert "ca_file" in down["advice"]
    assert running.end(signal.SIGTERM) == 0
    assert faults("".join(running.lines)) == []

    trusting = terminal(url, trust='ca_file = "ca.pem"')
    assert trusting.until("link.down")["code"] == "rejected", "it came through to the enrolment, whose code is wrong"
    assert trusting.end(signal.SIGTERM) == 0
