"""What has to happen without anybody asking: the feed is followed, abandoned evidence erased."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType

import structlog

from authsvc.clock import Clock
from authsvc.enrollment.document_changes import DocumentChanges
from authsvc.enrollment.enrollments import Enrollments
from authsvc.errors import AuthsvcError
from authsvc.evidence.register import DocumentRegister

log = structlog.get_logger()

Turn = Callable[[], Awaitable[None]]

ERASE_EVERY_SECONDS = 60.0
# A card reported lost must be on hold within 60 seconds, with one failed turn in between.
_POLL_AT_LEAST_EVERY_SECONDS = 20.0


async def sweep(
    *,
    register: DocumentRegister,
    changes: DocumentChanges,
    enrollments: Enrollments,
    clock: Clock,
    poll_seconds: float,
    stop: asyncio.Event,
    also: Mapping[str, Turn] = MappingProxyType({}),
) -> None:
    """Polls the register and erases what was abandoned, until `stop` is set.

    `also` names what other rooms want done each minute.
    A turn that fails is logged by its code, and the next one comes in its time.
    """

    async def poll() -> None:
        await changes.poll(register, now=clock.now())

    async def erase() -> None:
        if erased := await enrollments.erase_abandoned(now=clock.now()):
            log.info("enrollments_erased", enrollments=erased)

    async with asyncio.TaskGroup() as both:
        seconds = min(poll_seconds, _POLL_AT_LEAST_EVERY_SECONDS)
        both.create_task(
            repeat("register_poll", poll, seconds=seconds, stop=stop, soon=changes.news)
        )
        for name, turn in {"enrollments": erase, **also}.items():
            both.create_task(repeat(name, turn, seconds=ERASE_EVERY_SECONDS, stop=stop))


async def repeat(
    name: str,
    turn: Turn,
    *,
    seconds: float,
    stop: asyncio.Event,
    soon: asyncio.Event | None = None,
) -> None:
    """Takes a turn every so many seconds until `stop` is set; one that fails is logged.

    `soon` has the next turn taken at once; the turn itself clears it.
    """
    while not stop.is_set():
        try:
            await turn()
        except AuthsvcError as error:
            log.warning("sweep_failed", sweep=name, code=error.code)
        except Exception as error:  # noqa: BLE001 - a sweep that dies would leave lost cards in force
            log.error("sweep_failed", sweep=name, code=type(error).__name__)
        try:
            async with asyncio.timeout(seconds):
                await _first_of((stop, soon) if soon else (stop,))
        except TimeoutError:
            continue


async def _first_of(events: Sequence[asyncio.Event]) -> None:
    """Returns when one of them is set."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
