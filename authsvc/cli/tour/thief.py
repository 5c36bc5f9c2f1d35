"""The thief: has every byte that rests, none of the keys, and searches.

A dump is a list of entries, each a place ("subscriber.sealed_identity", "redis key") and its bytes.
Two questions are put to it: does it name the person, and does it tie the person to a platform? A
secret is looked for as it is and in the disguises that programs give it: other text encodings,
hexadecimal, base64, numbers, and unkeyed digests (the identity numbers are so few that a plain
digest of one is as good as the number).
"""

import base64
import hashlib
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

# The tables that speak of platforms: their public registry. It speaks of no person.
PUBLIC_REGISTRY = ("client", "client_registration")

_ESCAPE = re.compile(r"\\u[0-9a-f]{4}")
_BYTE_ORDERS: tuple[Literal["big", "little"], ...] = ("big", "little")
_DIGESTS = {"md5", "sha1", "sha256", "sha384", "sha512", "sha3_256", "blake2b", "blake2s", "sm3"}
# Nine bytes fill groups of base64, and no chance finds nine bytes in a dump.
_DIGEST_START = 9
# What is shorter would be found by chance.
_SHORTEST = 5
_LONG_NUMBER = 11

Entry = tuple[str, bytes]


@dataclass(frozen=True)
class Finding:
    """What the thief found, where, and in which disguise."""

    what: str
    place: str
    disguise: str


def search(
    entries: Iterable[Entry], *, person: Mapping[str, str], platform: Mapping[str, str]
) -> list[Finding]:
    """Every finding in a dump.

    `person` maps what to look for ("identity number") to its value and is searched everywhere;
    `platform` likewise ("client id"), outside the public registry.
    """
    everywhere = [(what, *disguise) for what, value in person.items() for disguise in _of(value)]
    elsewhere = [(what, *disguise) for what, value in platform.items() for disguise in _of(value)]
    findings = []
    for place, content in entries:
        public = place.partition(".")[0] in PUBLIC_REGISTRY
        wanted = everywhere if public else everywhere + elsewhere
        findings += [
            Finding(what, place, disguise) for what, disguise, needle in wanted if needle in content
        ]
    return findings


def sqlite_entries(path: Path) -> Iterator[Entry]:
    """Every value of every table, table and column by name; and the raw bytes of the files.

    The raw bytes (free pages, the write-ahead log) are searched for the person alone: they hold
    the public registry, too, and cannot be told apart from it.
    """
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            yield from _table_entries(connection, table)
    connection.close()
    for file in sorted(path.parent.glob(f"{path.name}*")):
        yield f"{PUBLIC_REGISTRY[0]}. and everything else in {file.name}", file.read_bytes()


def as_bytes(value: object) -> bytes:
    """A stored value as the bytes that a thief sees."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    return str(value).encode("utf-8", "surrogatepass")


def _table_entries(connection: sqlite3.Connection, table: str) -> Iterator[Entry]:
    quoted = table.replace('"', '""')
    cursor = connection.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608 - a table's own name
    columns = [column[0] for column in cursor.description]
    for row in cursor:
        for column, value in zip(columns, row, strict=True):
            if value is not None:
                yield f"{table}.{column}", as_bytes(value)


def _of(value: str) -> Iterator[tuple[str, bytes]]:
    """The disguises of a value, in the cases that programs give it."""
    for spelling in dict.fromkeys((value, value.lower(), value.upper())):
        yield from _encoded(spelling)
        yield from _digested(spelling.encode())


def _encoded(text: str) -> Iterator[tuple[str, bytes]]:
    """The text as other programs write it."""
    plain = text.encode()
    yield "plain", plain
    escaped = json.dumps(text)[1:-1]
    yield "escaped", escaped.encode()
    yield "escaped", _ESCAPE.sub(lambda found: found[0].upper().replace("U", "u"), escaped).encode()
    yield "percent-encoded", quote(text, safe="").encode()
    for encoding in ("utf-16-le", "utf-16-be", "gb18030"):
        yield encoding, text.encode(encoding)
    yield "hexadecimal", plain.hex().encode()
    yield "hexadecimal", plain.hex().upper().encode()
    yield from _in_groups("base64", plain, base64.b64encode, group=3)
    yield from _in_groups("base64url", plain, base64.urlsafe_b64encode, group=3)
    yield from _in_groups("base32", plain, base64.b32encode, group=5)
    if text.isdecimal() and len(text) >= _LONG_NUMBER:
        number = int(text)
        for order in _BYTE_ORDERS:
            yield "binary number", number.to_bytes((number.bit_length() + 7) // 8, order)


def _digested(plain: bytes) -> Iterator[tuple[str, bytes]]:
    """Unkeyed digests; their beginnings, so that one that was cut short is found, too."""
    for name in sorted(_DIGESTS & hashlib.algorithms_available):
        start = hashlib.new(name, plain, usedforsecurity=False).digest()[:_DIGEST_START]
        yield name, start
        yield f"{name} in hexadecimal", start.hex().encode()
        yield f"{name} in hexadecimal", start.hex().upper().encode()
        yield f"{name} in base64", base64.b64encode(start)
        yield f"{name} in base64url", base64.urlsafe_b64encode(start)


def _in_groups(
    name: str, plain: bytes, encode: Callable[[bytes], bytes], *, group: int
) -> Iterator[tuple[str, bytes]]:
    """An encoding wherever the value may begin in a longer text: whole groups only."""
    for shift in range(group):
        end = (len(plain) - shift) // group * group + shift
        if end - shift >= _SHORTEST:
            yield name, encode(plain[shift:end])
