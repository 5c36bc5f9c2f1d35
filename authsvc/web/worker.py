"""What a process does that serves for long and does nothing else: a worker of a server."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from authsvc.web.logging import access_lines_together

# Objects born and not yet gone, until the young, the middle-aged and all are looked through.
_THRESHOLDS = (10_000, 20, 50)


@asynccontextmanager
async def at_work(_: object) -> AsyncIterator[None]:
    """Litestar's lifespan of a worker, inside that of the service: everything is open."""
    _settle_memory()
    with access_lines_together():
        yield


def _settle_memory() -> None:
    """Lets the garbage collector look at what requests leave behind, and at nothing else.

    What stands when the service is open (modules, routes, keys: half a million objects) stands
    until the end. To look it through finds nothing, takes 0.1 s, and everybody waits meanwhile.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
