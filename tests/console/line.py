"""A line between a browser and the distributor that can go silent without being closed, as a bad network does."""

import asyncio
import contextlib


class Line:
    """A TCP relay on a free port of this machine to ``to_port``; while ``open`` is clear nothing passes."""

    def __init__(self, to_port: int) -> None:
        self.to_port = to_port
        self.port = 0
        self.open = asyncio.Event()
        self.open.set()
        self.tasks: set[asyncio.Task[None]] = set()
        self.server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen."""
        self.server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """End all that passes."""
        assert self.server
        self.server.close()
        for task in self.tasks:
            task.cancel()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.to_port)
        for ends in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._pass_on(*ends))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65_536):
                await self.open.wait()
                writer.write(data)
                await writer.drain()
        writer.close()
