"""What every connection and every page request is served with: one value, made by the composition root."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

from kiosk.distributor.connection import Connection
from kiosk.distributor.exchange import Exchange
from kiosk.distributor.ice_servers import IceServers
from kiosk.distributor.limits import Limits
from kiosk.distributor.store import Store
from kiosk.distributor.throttle import Admission, Failures

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(eq=False)
class Desk:
    """``threads`` are for what blocks: the disk, and hashing of passwords; few, since each hash takes 19 MiB and a core."""

    store: Store
    exchange: Exchange
    ice: IceServers
    limits: Limits
    admission: Admission
    sign_ins: Failures
    enrolments: Failures
    threads: ThreadPoolExecutor
    epoch: int
    wrap_up_s: float
    secure: bool
    """Whether clients come over TLS."""
    connections: set[Connection] = field(default_factory=set)

    async def off_loop(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call ``function`` on a thread: it may block."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, lambda: function(*args, **kwargs))
