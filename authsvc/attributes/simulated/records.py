"""The department's records: one file, replaced as a whole, by one writer at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A code that was handed out upon a card: its digest, the proof of the card, until when."""

    code_digest: str
    proof: str
    until: datetime


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One person's record. `pseudonym` is how the service names them, None before they linked."""

    id: str
    attributes: dict[str, str | bool] = {}
    pseudonym: str | None = None
    waiting: Waiting | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the department's own books: what it was asked, and when."""

    at: datetime
    person: str
    attributes: tuple[str, ...]
    purpose: str
    legal_basis: str
    category: str
    consent: str
    answer: str


class Records:
    """The files in a directory: `records.json`, and `books.jsonl`, which only grows."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "records.json"
        self._books = directory / "books.jsonl"
        self._lock = directory / ".lock"

    def all(self) -> dict[str, Record]:
        """Every record, by its id."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, Record])
        except FileNotFoundError:
            return {}

    @contextmanager
    def changing(self) -> Iterator[dict[str, Record]]:
        """The records, to change; what they are at the end is kept, unless something is raised."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            records = self.all()
            yield records
            beside = self._path.with_suffix(".new")
            _write(beside, msgspec.json.encode(records), os.O_TRUNC)
            beside.replace(self._path)
        finally:
            os.close(descriptor)

    def write_down(self, asked: Asked) -> None:
        """Adds a line to the books."""
        _write(self._books, msgspec.json.encode(asked) + b"\n", os.O_APPEND)

    def books(self) -> list[Asked]:
        """All that was ever asked, oldest first."""
        try:
            lines = self._books.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        return [msgspec.json.decode(line, type=Asked) for line in lines]


def _write(path: Path, content: bytes, how: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
