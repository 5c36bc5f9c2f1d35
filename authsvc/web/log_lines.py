"""Where log lines go, and when: at once, or a few of them together.

To write a line costs as much as a short answer. So while a worker serves, the lines of its access
log wait for each other, a tenth of a second at most. Everything else is written at once, after the
lines that were there before it.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import TextIO

# Long enough that a busy worker's lines meet, short enough for whoever watches them.
_LATEST_SECONDS = 0.1
# What several workers write to one pipe is not mixed up to this length (PIPE_BUF, pipe(7)).
_WHOLE = 4096


class LogLines:
    """A stream of lines, as structlog's loggers know one: `write` and `flush`.

    Any thread may write; only the event loop that serves adds.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        # A finalizer that runs while a line is written may write one.
        self._lock = RLock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._due: asyncio.TimerHandle | None = None
        self._waiting: list[bytes] = []
        self._length = 0

    def write(self, text: str) -> None:
        """Writes lines now, after those that wait."""
        with self._lock:
            self._write_waiting()
            self._stream.write(text)

    def flush(self) -> None:
        """As of any stream."""
        self._stream.flush()

    def add(self, line: bytes) -> None:
        """Writes a line soon; now, unless lines may wait."""
        if self._loop is None:
            self.write(line.decode())
            self.flush()
            return
        with self._lock:
            if self._length + len(line) > _WHOLE:
                self._write_waiting()
            self._waiting.append(line)
            self._length += len(line)
        if self._due is None:
            self._due = self._loop.call_later(_LATEST_SECONDS, self._fall_due)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Inside, added lines may wait for each other; at the end all are written."""
        self._loop = asyncio.get_running_loop()
        try:
            yield
        finally:
            self._loop = None
            if self._due is not None:
                self._due.cancel()
            self._fall_due()

    def _fall_due(self) -> None:
        self._due = None
        with self._lock:
            self._write_waiting()

    def _write_waiting(self) -> None:
        if self._waiting:
            lines = b"".join(self._waiting)
            self._waiting.clear()
            self._length = 0
            self._stream.write(lines.decode())
            self._stream.flush()
