"""A Janus of the tests' own, on loopback, with nothing but its echo test: what we send comes back."""

import asyncio
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

CONFIGURATION = """
general: {{ configs_folder = "{folder}", daemonize = false, debug_level = 4, log_to_stdout = true }}
media: {{ }}
nat: {{ }}
plugins: {{ disable = "{others}" }}
transports: {{ disable = "{transports}" }}
"""
HTTP = """
general: {{ base_path = "/janus", http = true, port = {port}, ip = "127.0.0.1", https = false }}
admin: {{ admin_http = false, admin_https = false }}
"""
PLUGINS = (
    "audiobridge", "duktape", "lua", "nosip", "recordplay", "sip", "streaming", "textroom", "videocall", "videoroom",
    "voicemail",
)  # fmt: skip
TRANSPORTS = ("mqtt", "nanomsg", "pfunix", "rabbitmq", "websockets")


def missing() -> str:
    """What isn't there; empty where all is."""
    return "" if shutil.which("janus") else "the program janus isn't installed"


class EchoTest:
    """One session of Janus with its echo test plug-in, over its HTTP interface."""

    def __init__(self, http: aiohttp.ClientSession, address: str) -> None:
        self._http, self._address = http, address

    async def answer(self, offer: str) -> str:
        """Its answer, with all candidates."""
        self._address += f"/{(await self._ask(janus='create'))['data']['id']}"
        handle = (await self._ask(janus="attach", plugin="janus.plugin.echotest"))["data"]["id"]
        jsep = {"type": "offer", "sdp": offer}
        await self._ask(f"/{handle}", janus="message", body={"audio": True, "video": True}, jsep=jsep)
        while True:
            async with self._http.get(self._address, params={"maxev": 1}) as said:
                event = await said.json()
            if "jsep" in event:
                return str(event["jsep"]["sdp"])
            assert event["janus"] != "error", event

    async def _ask(self, where: str = "", **request: Any) -> dict[str, Any]:
        async with self._http.post(self._address + where, json={**request, "transaction": "t"}) as said:
            answer: dict[str, Any] = await said.json()
        assert answer["janus"] in {"success", "ack"}, answer
        return answer


@asynccontextmanager
async def echo_test(folder: Path) -> AsyncIterator[EchoTest]:
    """A running Janus; its log is ``folder/janus.log``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    others = ",".join(f"libjanus_{name}.so" for name in PLUGINS)
    transports = ",".join(f"libjanus_{name}.so" for name in TRANSPORTS)
    (folder / "janus.jcfg").write_text(
        CONFIGURATION.format(folder=folder, others=others, transports=transports), encoding="utf-8"
    )
    (folder / "janus.transport.http.jcfg").write_text(HTTP.format(port=port), encoding="utf-8")
    with (folder / "janus.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            "janus", "-F", folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        async with aiohttp.ClientSession() as http:
            address = f"http://127.0.0.1:{port}/janus"
            await _until_it_answers(http, address, process)
            yield EchoTest(http, address)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _until_it_answers(http: aiohttp.ClientSession, address: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(20):
        while True:
            assert process.returncode is None, "Janus has ended"
            try:
                async with http.get(f"{address}/info"):
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
