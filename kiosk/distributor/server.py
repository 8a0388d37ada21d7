"""The distributor's composition root: `start` builds it up step by step, `RunningDistributor.stop` takes it down again."""

import asyncio
import contextlib
import signal
import time
from concurrent.futures import ThreadPoolExecutor

from aiohttp import WSCloseCode, web

from kiosk import logs
from kiosk.config import DistributorConfig
from kiosk.distributor.desk import Desk
from kiosk.distributor.exchange import Exchange
from kiosk.distributor.ice_servers import configured
from kiosk.distributor.limits import Limits
from kiosk.distributor.listening import listen, tls_context
from kiosk.distributor.pages import application
from kiosk.distributor.router.settings import RouterSettings
from kiosk.distributor.store import Store
from kiosk.distributor.throttle import Admission, Failures

log = logs.get(__name__)
THREADS = 2
STATUS = {signal.SIGTERM: 0, signal.SIGINT: 130}
"""The exit status by signal: a service that is stopped ends well, Ctrl-C as shells expect it."""


class RunningDistributor:
    """A distributor that listens on ``port``; ``url`` is where agents find their console, ``ws_url`` where clients connect."""

    def __init__(self, host: str, port: int, desk: Desk, steps: contextlib.AsyncExitStack) -> None:
        at = f"[{host}]" if ":" in host else host
        self.port = port
        self.url = f"{'https' if desk.secure else 'http'}://{at}:{port}/"
        self.ws_url = f"{'wss' if desk.secure else 'ws'}://{at}:{port}/ws"
        self.store = desk.store
        self.router = desk.exchange.router
        self.epoch = desk.epoch
        self._steps = steps

    async def stop(self) -> None:
        """Tell every peer that we go away, stop listening, close the store; safe to call twice."""
        await self._steps.aclose()


async def start(config: DistributorConfig, limits: Limits | None = None) -> RunningDistributor:
    """A distributor as configured, on the running event loop. Raises `StartError` where it can't start here."""
    limits = limits or Limits()
    loop = asyncio.get_running_loop()
    context = tls_context(config)
    ice = configured(config.ice, time.time)
    async with contextlib.AsyncExitStack() as steps:
        threads = steps.enter_context(ThreadPoolExecutor(THREADS, thread_name_prefix="distributor-store"))
        store = await loop.run_in_executor(threads, Store, config.state_dir)
        steps.callback(store.close)
        epoch = await loop.run_in_executor(threads, store.next_epoch)
        exchange = Exchange(RouterSettings(wrap_up_s=config.wrap_up_s), epoch)
        steps.callback(exchange.stop)
        desk = Desk(
            store=store,
            exchange=exchange,
            ice=ice,
            limits=limits,
            admission=Admission(limits.unproven, limits.unproven_per_address),
            sign_ins=Failures(limits.failures, limits.failure_window_s, loop.time),
            enrolments=Failures(limits.failures, limits.failure_window_s, loop.time),
            threads=threads,
            epoch=epoch,
            wrap_up_s=config.wrap_up_s,
            secure=context is not None,
        )
        app = application(desk)
        app.on_shutdown.append(lambda _app: _goodbye(desk))
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        await runner.setup()
        steps.push_async_callback(runner.cleanup)
        port = await listen(runner, config, context)
        running = RunningDistributor(config.host, port, desk, steps.pop_all())
    log.info("distributor.listening", url=running.url, epoch=desk.epoch)
    return running


def run(config: DistributorConfig) -> int:
    """Run a distributor until SIGTERM or SIGINT; returns the exit status. Raises `StartError` where it can't start here."""
    return asyncio.run(_until_told(config))


async def _until_told(config: DistributorConfig) -> int:
    told: asyncio.Queue[int] = asyncio.Queue()
    for number, status in STATUS.items():
        asyncio.get_running_loop().add_signal_handler(number, told.put_nowait, status)
    running = await start(config)
    try:
        return await told.get()
    finally:
        await running.stop()
        log.info("distributor.stopped")


async def _goodbye(desk: Desk) -> None:
    """Close every connection; calls go on between their parties and are declared again to the next distributor."""
    desk.exchange.stop()
    leaving = list(desk.connections)
    for connection in leaving:
        connection.close(WSCloseCode.GOING_AWAY, "stopping")
    await asyncio.gather(*(connection.finish() for connection in leaving))
