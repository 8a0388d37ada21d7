"""Starts the agent made of webrtcbin (`tests/interop/webrtcbin_agent.py`) with the system's Python, and hears what it tells."""

import asyncio
import json
import subprocess
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

PYTHON = "/usr/bin/python3"
"""GStreamer's bindings are Debian's, and so is the Python that has them."""
PROGRAM = Path(__file__).with_name("webrtcbin_agent.py")
NEEDED = ("webrtcbin", "nicesrc", "dtlssrtpdec", "srtpdec", "opusenc", "x264enc", "vp8enc", "avdec_h264", "level")
PROBE = """
import sys, gi
gi.require_version("Gst", "1.0"); gi.require_version("GstWebRTC", "1.0"); gi.require_version("GstSdp", "1.0")
from gi.repository import Gst
Gst.init(None)
print(*[name for name in sys.argv[1:] if Gst.ElementFactory.find(name) is None])
"""


def missing() -> str:
    """What isn't there of GStreamer; empty where all is."""
    try:
        probe = subprocess.run([PYTHON, "-c", PROBE, *NEEDED], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return probe.stdout.strip() if probe.returncode == 0 else probe.stderr.strip().splitlines()[-1]


class Agent:
    """The running program."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def answer(self, offer: str) -> str:
        """Its answer, with all candidates."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(offer).encode() + b"\n")
        return str((await self.tells("answer"))["answer"])

    async def tells(self, key: str) -> dict[str, Any]:
        """The next line that has ``key``. Raises EOFError where the program has ended."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            told: dict[str, Any] = json.loads(line)
            if key in told:
                return told
        raise EOFError(f"webrtcbin's agent has ended before it told of {key}")


@asynccontextmanager
async def agent(codec: str) -> AsyncIterator[Agent]:
    """An agent that sends and takes ``codec``: h264 or vp8."""
    process = await asyncio.create_subprocess_exec(PYTHON, PROGRAM, codec, stdin=PIPE, stdout=PIPE)
    try:
        yield Agent(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(5):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
