"""What the camera suites share."""

from pathlib import Path

import pytest

from tests.contract.watching import install_rpicam


@pytest.fixture
def rpicam_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in front of PATH with the stand-in for rpicam-vid; the folder is given."""
    folder = tmp_path / "bin"
    folder.mkdir()
    install_rpicam(folder)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    return folder
