"""What a process does that serves for long and does nothing else: a worker of a server."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from authsvc.web.logging import access_lines_together

# So many objects born and not yet gone until the young ones are looked through (0.15 ms); so many
# times that until the older ones are, and so many times those until all are.
_THRESHOLDS = (10_000, 20, 50)


@asynccontextmanager
async def at_work(_: object) -> AsyncIterator[None]:
    """Litestar's lifespan of a worker, inside that of the service: everything is open."""
    _settle_memory()
    with access_lines_together():
        yield


def _settle_memory() -> None:
    """Lets the garbage collector look at what requests leave behind, and at nothing else.

    What stands when the service is open (modules, routes, keys: 150 000 objects) stands until the
    end. To look it through finds nothing, takes 80 ms, and everybody waits meanwhile.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
