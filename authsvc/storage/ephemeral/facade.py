"""The typed, sealed face of passing facts.

Calling asks, awaiting waits (`answers`): what does not depend on each other is called together and
awaited afterwards. In Redis that is one round trip, carried out in the order of the calls.

**Birth.** A place that loses its memory (a restart, a flush) forgets which codes were used and what
was revoked. It is given a random word when it is first asked for one, which stays for as long as it
remembers anything. So what was issued under another word than today's is worthless. Whoever needs
both asks for the claim first and for the birth second: then a memory lost in between shows.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Generic, Protocol, TypeVar

import msgspec

from authsvc.identifiers import b64url, new_token
from authsvc.storage.ephemeral.answers import Begun, Read
from authsvc.storage.ephemeral.backend import Backend
from authsvc.storage.errors import StorageUnavailable

T = TypeVar("T", bound=msgspec.Struct)

_BIRTH = "birth"
_NEWBORN = "newborn"
_INFANCY = timedelta(minutes=1)


class Seals(Protocol):
    """Whatever seals bytes under a context."""

    def seal(self, plaintext: bytes, *, context: str) -> bytes:
        """The sealed value."""
        ...

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """The plaintext."""
        ...


class Digests(Protocol):
    """Whatever makes keyed digests."""

    def digest(self, kind: str, *parts: str | bytes) -> bytes:
        """32 bytes."""
        ...


@dataclass(frozen=True)
class Kind(Generic[T]):
    """A kind of passing fact: its name (a namespace of its own), its shape, how long it lives."""

    name: str
    type: type[T]
    lifetime: timedelta


class Ephemeral:
    """Passing facts. An entry is sealed under its kind and key and found by a keyed digest."""

    def __init__(self, backend: Backend, *, seals: Seals, digests: Digests) -> None:
        self._backend = backend
        self._seals = seals
        self._digests = digests
        self._birthplace = self.place(_BIRTH, "")

    def put(
        self, kind: Kind[T], key: str, value: T, *, lifetime: timedelta | None = None
    ) -> Awaitable[None]:
        """Keeps `value`, replacing what stood there."""
        place = self.place(kind.name, key)
        return self._backend.put(place, self._close(place, value), lifetime or kind.lifetime)

    def replace(self, kind: Kind[T], key: str, value: T) -> Awaitable[bool]:
        """Replaces what stands there and keeps its remaining lifetime; False if nothing does."""
        place = self.place(kind.name, key)
        return self._backend.replace(place, self._close(place, value))

    def get(self, kind: Kind[T], key: str) -> Awaitable[T | None]:
        """What stands there."""
        place = self.place(kind.name, key)
        return Read(self._backend.get(place), partial(self._open, kind, place))

    def take(self, kind: Kind[T], key: str) -> Awaitable[T | None]:
        """What stands there; it is gone afterwards, and no two callers get it."""
        place = self.place(kind.name, key)
        return Read(self._backend.take(place), partial(self._open, kind, place))

    def forget(self, kind: Kind[T], key: str) -> Awaitable[None]:
        """Removes what stands there."""
        return self._backend.forget(self.place(kind.name, key))

    def claim(self, namespace: str, key: str, *, lifetime: timedelta) -> Awaitable[bool]:
        """True for exactly one caller in a lifetime: the verb for "only once"."""
        return self._backend.put_if_absent(self.place(namespace, key), b"1", lifetime)

    def mark(self, namespace: str, key: str, *, lifetime: timedelta) -> Awaitable[None]:
        """Claims it for `lifetime` from now, whether or not somebody has."""
        return self._backend.put(self.place(namespace, key), b"1", lifetime)

    def claimed(self, namespace: str, key: str) -> Awaitable[bool]:
        """Whether somebody has claimed it."""
        return self.claimed_at(self.place(namespace, key))

    def claimed_at(self, place: str) -> Awaitable[bool]:
        """The same, for whoever asks again and again and has kept the place."""
        return Read(self._backend.get(place), _is_there)

    def sealed_at(self, place: str) -> Awaitable[bytes | None]:
        """What stands at a place, as it rests."""
        return self._backend.get(place)

    def count(self, namespace: str, key: str, *, window: timedelta) -> Awaitable[int]:
        """Adds one; the count since the window was opened by its first."""
        return self._backend.increment(self.place(namespace, key), window)

    def counted(self, namespace: str, key: str) -> Awaitable[int]:
        """The count so far."""
        return Read(self._backend.get(self.place(namespace, key)), _as_number)

    def reset(self, namespace: str, key: str) -> Awaitable[None]:
        """Forgets a count or a claim."""
        return self._backend.forget(self.place(namespace, key))

    def birth(self) -> Awaitable[str]:
        """The word that this place was given when it began to remember; see above."""
        asked = self._backend.get(self._birthplace)

        async def told() -> str:
            word = await asked
            return await self._be_born() if word is None else word.decode("ascii")

        return Begun(told)

    def newborn(self, birth: str) -> Awaitable[bool]:
        """Whether this birth was less than a minute ago.

        Whoever wrote just before the memory was lost may not be done yet with what that announced;
        a minute is longer than a transaction may last (`Database`).
        """
        return self.claimed(_NEWBORN, birth)

    def place(self, namespace: str, key: str) -> str:
        """Where an entry lies: its namespace, and a keyed digest of its key."""
        return f"authsvc:{namespace}:{b64url(self._digests.digest('ephemeral', namespace, key))}"

    def open(self, kind: Kind[T], place: str, sealed: bytes) -> T:
        """What rests sealed at a place."""
        return msgspec.msgpack.decode(self._seals.open(sealed, context=place), type=kind.type)

    def ping(self) -> Awaitable[None]:
        """Returns if the place answers; StorageUnavailable if not."""
        return self._backend.ping()

    async def close(self) -> None:
        """Lets go of connections."""
        await self._backend.close()

    async def _be_born(self) -> str:
        word = new_token(16)
        # In this order: nobody may see a birth that is new and does not say so.
        marked = self.mark(_NEWBORN, word, lifetime=_INFANCY)
        first = self._backend.put_if_absent(self._birthplace, word.encode("ascii"), None)
        await marked
        if await first:
            return word
        found = await self._backend.get(self._birthplace)
        if found is None:
            raise StorageUnavailable(log="birth forgotten at once")
        return found.decode("ascii")

    def _close(self, place: str, value: msgspec.Struct) -> bytes:
        return self._seals.seal(msgspec.msgpack.encode(value), context=place)

    def _open(self, kind: Kind[T], place: str, sealed: bytes | None) -> T | None:
        return None if sealed is None else self.open(kind, place, sealed)


def _is_there(value: bytes | None) -> bool:
    return value is not None


def _as_number(value: bytes | None) -> int:
    return int(value or 0)
