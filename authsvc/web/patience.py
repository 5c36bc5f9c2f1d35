"""Nobody is waited for longer than so many seconds: one timer for all who are waited for.

`asyncio.timeout` sets up a timer for each and takes it down again, which costs more than to read a
short form. Whoever is waited for equally long is late in the order of arrival, so one timer, for
the first of them, is enough.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar, cast

Given = TypeVar("Given")


class Patience:
    """The same number of seconds for everybody; each event loop has its own."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        # The first to be late is the first.
        self._until: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()
        self._timed = False

    async def wait(self, coming: Coroutine[Any, Any, Given]) -> Given:
        """What comes; TimeoutError if it does not come in time. One task waits for one thing."""
        task = cast("asyncio.Task[Any]", asyncio.current_task(self._loop))
        self._until[task] = until = self._loop.time() + self._seconds
        if not self._timed:
            self._timed = True
            self._loop.call_at(until, self._look)
        try:
            return await coming
        except asyncio.CancelledError:
            # Cancelled by us alone, or by somebody else as well (as in asyncio.timeout)?
            if task in self._late and task.uncancel() == 0:
                raise TimeoutError from None
            raise
        finally:
            self._until.pop(task, None)
            self._late.discard(task)

    def _look(self) -> None:
        """Gives up whoever is late, and looks again when the next would be."""
        now = self._loop.time()
        for task, until in list(self._until.items()):
            if until > now:
                self._loop.call_at(until, self._look)
                return
            del self._until[task]
            self._late.add(task)
            task.cancel()
        self._timed = False
