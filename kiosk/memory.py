"""Keeps a process that makes calls for months from growing: what a call leaves behind is found and given back.

Three things grew. A call's connection refers to itself in many ways inside
aiortc, so that only the collector frees it, and with it megabytes of sent packets; the collector's round through everything comes
after dozens of calls. What is free then stays with the C library. And glibc gives each new thread an arena of its own,
up to 8 for each core, each with leftovers.
"""

import ctypes
import gc

from kiosk import logs

log = logs.get(__name__)

M_ARENA_MAX = -8
"""Of glibc's malloc.h."""
ARENAS = 2


def few_arenas() -> None:
    """From now on new threads share `ARENAS` arenas; call it before they are begun. Does nothing without glibc."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, ARENAS)


def begin() -> None:
    """Everything is loaded: what is there now stays, and isn't looked through again by each collection."""
    gc.collect()
    gc.freeze()


def tidy() -> None:
    """A call is over: collect what refers to itself, and give free pages back to the system; some milliseconds after `begin`."""
    collected = gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    log.debug("memory.tidied", objects=collected)
