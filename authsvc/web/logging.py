"""What may be written down: JSON lines, and of each line only the facts listed here.

The list is what is allowed, not what is forbidden: a fact nobody thought about is left out. No
bodies, no headers, no cookies, no query, no path (only the template of the route), no address.
"""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, TextIO

import msgspec
import structlog

from authsvc.web.asgi import ASGIApp, Message, Receive, Scope, Send

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
        logger_factory=_Lines(sys.stderr if stream is None else stream, level),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_LibraryLines()]
    root.setLevel(logging.WARNING)


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
    _write(_facts(scope, status, started))


def _facts(scope: Scope, status: int, started: float) -> dict[str, Any]:
    facts = {
        "method": scope["method"] if scope["method"] in _METHODS else "other",
        # Litestar sets the template when it has found the route; a stranger's path is not ours.
        "route": scope.get("path_template") or "none",
        "status": status,
        "duration_ms": round((perf_counter() - started) * 1000, 1),
    }
    for fact in ("code", "reason", "incident"):
        if said := scope.get(f"authsvc.{fact}"):
            facts[fact] = said
    return facts


class _Lines(structlog.WriteLoggerFactory):
    """Where lines go. Every request writes one, and so goes there without structlog's chain."""

    def __init__(self, stream: TextIO, level: int) -> None:
        super().__init__(stream)
        self._stream = stream
        self._silent = level > logging.INFO

    def write(self, facts: Mapping[str, Any]) -> None:
        """A line at the level `info` of facts that are ours; as the chain would write it."""
        if not self._silent:
            moment = datetime.now(UTC).isoformat().replace("+00:00", "Z")  # noqa: TID251  a log
            line = {**facts, "level": "info", "timestamp": moment}
            self._stream.write(_ENCODER.encode(line).decode() + "\n")
            self._stream.flush()


def _write(facts: Mapping[str, Any]) -> None:
    lines = structlog.get_config()["logger_factory"]
    if isinstance(lines, _Lines):
        lines.write({"event": "request", **facts})
    else:  # Somebody else decided where lines go.
        structlog.get_logger().info("request", **facts)


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
