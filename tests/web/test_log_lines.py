import asyncio
import json
import logging
import sys
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog

from authsvc.web.incidents import record_incident
from authsvc.web.log_lines import LogLines
from authsvc.web.logging import access_lines_together, configure_logging, log_request
from authsvc.web.worker import at_work


class Stream(StringIO):
    """Remembers each write."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []

    def write(self, text: str) -> int:
        self.writes.append(text)
        return super().write(text)


@pytest.fixture
def standard_error(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stream]:
    """Logging as a worker has it, on a stream that stands in for standard error."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    stream = Stream()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging()
    yield stream
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def request() -> None:
    log_request({"method": "GET", "path_template": "/jwks"}, 200, 0.0)


def events(stream: Stream) -> list[str]:
    return [json.loads(line)["event"] for line in stream.getvalue().splitlines()]


async def test_lines_of_requests_wait_for_each_other_a_tenth_of_a_second(standard_error: Stream):
    with access_lines_together():
        request()
        request()
        assert standard_error.writes == []
        await asyncio.sleep(0.15)
        assert len(standard_error.writes) == 1
        request()
        await asyncio.sleep(0.15)
        assert len(standard_error.writes) == 2
    assert events(standard_error) == ["request"] * 3


async def test_what_waits_at_the_end_is_written_and_later_lines_go_at_once(standard_error: Stream):
    with access_lines_together():
        request()
    assert events(standard_error) == ["request"]
    request()
    assert events(standard_error) == ["request"] * 2
    await asyncio.sleep(0.15)
    assert len(standard_error.writes) == 2


async def test_an_incident_is_written_at_once_and_after_the_lines_before_it(
    standard_error: Stream,
):
    with access_lines_together():
        request()
        record_incident(ValueError(), {})
        assert events(standard_error) == ["request", "incident"]
        request()
        logging.getLogger("library").warning("anything")
        assert events(standard_error) == ["request", "incident", "request", "library"]


async def test_a_thread_may_write_while_lines_wait(standard_error: Stream):
    with access_lines_together():
        request()
        await asyncio.to_thread(structlog.get_logger().warning, "sweep_failed")
        assert events(standard_error) == ["request", "sweep_failed"]


async def test_no_write_is_longer_than_a_pipe_keeps_whole():
    stream = Stream()
    lines = LogLines(stream)
    with lines.together():
        for number in range(1000):
            lines.add(b"%d %s\n" % (number, b"x" * 150))
    assert max(map(len, stream.writes)) <= 4096
    assert all(text.endswith("\n") for text in stream.writes)
    numbers = [line.split()[0] for line in stream.getvalue().splitlines()]
    assert numbers == [str(number) for number in range(1000)]


async def test_a_stream_that_was_given_gets_each_line_at_once():
    stream = Stream()
    configure_logging(stream=stream)
    try:
        with access_lines_together():
            request()
            assert events(stream) == ["request"]
    finally:
        structlog.reset_defaults()
        logging.getLogger().handlers = []


async def test_without_our_logging_there_is_nothing_to_hold():
    structlog.reset_defaults()
    with access_lines_together():
        pass


async def test_a_worker_holds_its_lines_while_it_serves(
    standard_error: Stream, monkeypatch: pytest.MonkeyPatch
):
    settled: list[str] = []
    monkeypatch.setattr("gc.collect", lambda: settled.append("collected"))
    monkeypatch.setattr("gc.freeze", lambda: settled.append("frozen"))
    monkeypatch.setattr("gc.set_threshold", lambda *_: settled.append("seldom"))
    async with at_work(None):
        request()
        assert (standard_error.writes, settled) == ([], ["collected", "frozen", "seldom"])
    assert events(standard_error) == ["request"]
