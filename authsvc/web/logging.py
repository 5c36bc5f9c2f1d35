"""What may be written down: JSON lines, and of each line only the facts listed here.

The list is what is allowed, not what is forbidden: a fact nobody thought about is left out. No
bodies, no headers, no cookies, no query, no path (only the template of the route), no address.
"""

import logging
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, TextIO, cast

import msgspec
import structlog

from authsvc.web.asgi import ASGIApp, Message, Receive, Scope, Send
from authsvc.web.log_lines import LogLines

FACTS = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "code",  # of a refusal
        "method",
        "route",  # the template, never the path
        "status",
        "duration_ms",
        "incident",
        "error_type",
        "where",  # file:line
        "kind",  # of document, key, certificate
        "reason",  # a name of our own
        "step",
        "sweep",
        "errno",
        "count",
        "changes",  # counts, as the next two
        "documents",
        "agents",  # ids of those who stated something at a counter
        "enrollments",
        "cursor",
        "kid",
        "algorithm",
        "port",
        "version",
        "logger",
    }
)

MAX_FACT = 300
"""Characters; a longer fact is not one of ours."""

_ENCODER = msgspec.json.Encoder()
# What a request's scope may say of its end, and the fact it becomes.
_SAID = tuple((f"authsvc.{fact}", fact) for fact in ("code", "reason", "incident"))
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def configure_logging(*, level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Make every log line JSON on `stream` (standard error), libraries' lines included.

    Called once by the command line. Of a library's line only the logger, the level and the place
    are kept: its message may quote what was presented.
    """
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_facts,
            structlog.processors.JSONRenderer(serializer=_to_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_Lines(stream, level),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_LibraryLines()]
    root.setLevel(logging.WARNING)


@contextmanager
def access_lines_together() -> Iterator[None]:
    """Inside, the lines of requests on standard error may be a tenth of a second late.

    They are written together then, which is why. A stream that `configure_logging` was given gets
    each line at once, always.
    """
    lines = structlog.get_config()["logger_factory"]
    if isinstance(lines, _Lines) and lines.to_standard_error:
        with lines.out.together():
            yield
    else:
        yield


def keep_facts(_: object, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """The allow-list, as a processor of structlog. What is left out is counted."""
    kept = {key: _short(value) for key, value in event.items() if key in FACTS}
    if len(kept) < len(event):
        kept["left_out"] = len(event) - len(kept)
    return kept


class AccessLog:
    """ASGI middleware: one line for each request, of a few facts."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the application and write the line when it has answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        status = 0

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        finally:
            log_request(scope, status, started)


def log_request(scope: Scope, status: int, started: float) -> None:
    """The line of one request; `started` is what `perf_counter` said."""
    facts = _facts(scope, status, started)
    lines = structlog.get_config()["logger_factory"]
    if isinstance(lines, _Lines):
        lines.add(facts)
    else:  # Somebody else decided where lines go.
        structlog.get_logger().info(**facts)


def _facts(scope: Scope, status: int, started: float) -> dict[str, Any]:
    facts = {
        "event": "request",
        "method": scope["method"] if scope["method"] in _METHODS else "other",
        # Litestar sets the template when it has found the route; a stranger's path is not ours.
        "route": scope.get("path_template") or "none",
        "status": status,
        "duration_ms": round((perf_counter() - started) * 1000, 1),
    }
    for said, fact in _SAID:
        if value := scope.get(said):
            facts[fact] = value
    return facts


class _Lines(structlog.WriteLoggerFactory):
    """Where lines go. Every request adds one, and so goes there without structlog's chain."""

    def __init__(self, stream: TextIO | None, level: int) -> None:
        self.to_standard_error = stream is None
        self.out = LogLines(sys.stderr if stream is None else stream)
        super().__init__(cast("TextIO", self.out))
        self._silent = level > logging.INFO

    def add(self, facts: dict[str, Any]) -> None:
        """A line at the level `info` of facts that are ours; as the chain would write it."""
        if not self._silent:
            facts["level"] = "info"
            moment = datetime.now(UTC).isoformat()  # noqa: TID251  a log
            facts["timestamp"] = f"{moment[:-6]}Z"
            self.out.add(_ENCODER.encode(facts) + b"\n")


class _LibraryLines(logging.Handler):
    """A library's log record, reduced to where it comes from."""

    def emit(self, record: logging.LogRecord) -> None:
        facts = {
            "logger": record.name,
            "where": f"{Path(record.pathname).name}:{record.lineno}",
        }
        if record.exc_info and record.exc_info[0] is not None:
            facts["error_type"] = record.exc_info[0].__qualname__
        structlog.get_logger().log(record.levelno, "library", **facts)


def _to_json(event: Mapping[str, Any], **_: object) -> str:
    return _ENCODER.encode(event).decode()


def _short(value: object) -> object:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = str(value)
    return text if len(text) <= MAX_FACT else f"{text[:MAX_FACT]}…"
