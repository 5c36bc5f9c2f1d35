"""The typed, sealed face of passing facts.

What does not depend on each other is asked together, by `asyncio.gather`: in Redis that is one
round trip, carried out in the order named.

**Birth.** A place that loses its memory (a restart, a flush) forgets which codes were used and what
was revoked. It is given a random word when it is first asked for one, which stays for as long as it
remembers anything. So what was issued under another word than today's is worthless. Whoever needs
both asks for the claim first and for the birth second: then a memory lost in between shows.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

import msgspec

from authsvc.identifiers import b64url, new_token
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
        self._birthplace = self._place(_BIRTH, "")

    async def put(
        self, kind: Kind[T], key: str, value: T, *, lifetime: timedelta | None = None
    ) -> None:
        """Keeps `value`, replacing what stood there."""
        place = self._place(kind.name, key)
        await self._backend.put(place, self._close(place, value), lifetime or kind.lifetime)

    async def replace(self, kind: Kind[T], key: str, value: T) -> bool:
        """Replaces what stands there and keeps its remaining lifetime; False if nothing does."""
        place = self._place(kind.name, key)
        return await self._backend.replace(place, self._close(place, value))

    async def get(self, kind: Kind[T], key: str) -> T | None:
        """What stands there."""
        place = self._place(kind.name, key)
        return self._open(kind, place, await self._backend.get(place))

    async def take(self, kind: Kind[T], key: str) -> T | None:
        """What stands there; it is gone afterwards, and no two callers get it."""
        place = self._place(kind.name, key)
        return self._open(kind, place, await self._backend.take(place))

    async def forget(self, kind: Kind[T], key: str) -> None:
        """Removes what stands there."""
        await self._backend.forget(self._place(kind.name, key))

    async def claim(self, namespace: str, key: str, *, lifetime: timedelta) -> bool:
        """True for exactly one caller in a lifetime: the verb for "only once"."""
        return await self._backend.put_if_absent(self._place(namespace, key), b"1", lifetime)

    async def mark(self, namespace: str, key: str, *, lifetime: timedelta) -> None:
        """Claims it for `lifetime` from now, whether or not somebody has."""
        await self._backend.put(self._place(namespace, key), b"1", lifetime)

    async def claimed(self, namespace: str, key: str) -> bool:
        """Whether somebody has claimed it."""
        return await self._backend.get(self._place(namespace, key)) is not None

    async def count(self, namespace: str, key: str, *, window: timedelta) -> int:
        """Adds one; the count since the window was opened by its first."""
        return await self._backend.increment(self._place(namespace, key), window)

    async def counted(self, namespace: str, key: str) -> int:
        """The count so far."""
        return int(await self._backend.get(self._place(namespace, key)) or 0)

    async def reset(self, namespace: str, key: str) -> None:
        """Forgets a count or a claim."""
        await self._backend.forget(self._place(namespace, key))

    async def birth(self) -> str:
        """The word that this place was given when it began to remember; see above."""
        word = await self._backend.get(self._birthplace)
        return await self._be_born() if word is None else word.decode("ascii")

    async def newborn(self, birth: str) -> bool:
        """Whether this birth was less than a minute ago.

        Whoever wrote just before the memory was lost may not be done yet with what that announced;
        a minute is longer than a transaction may last (`Database`).
        """
        return await self.claimed(_NEWBORN, birth)

    async def ping(self) -> None:
        """Returns if the place answers; StorageUnavailable if not."""
        await self._backend.ping()

    async def close(self) -> None:
        """Lets go of connections."""
        await self._backend.close()

    async def _be_born(self) -> str:
        word = new_token(16)
        # In this order: nobody may see a birth that is new and does not say so.
        _, first = await asyncio.gather(
            self.mark(_NEWBORN, word, lifetime=_INFANCY),
            self._backend.put_if_absent(self._birthplace, word.encode("ascii"), None),
        )
        if first:
            return word
        found = await self._backend.get(self._birthplace)
        if found is None:
            raise StorageUnavailable(log="birth forgotten at once")
        return found.decode("ascii")

    def _place(self, namespace: str, key: str) -> str:
        return f"authsvc:{namespace}:{b64url(self._digests.digest('ephemeral', namespace, key))}"

    def _close(self, place: str, value: msgspec.Struct) -> bytes:
        return self._seals.seal(msgspec.msgpack.encode(value), context=place)

    def _open(self, kind: Kind[T], place: str, sealed: bytes | None) -> T | None:
        if sealed is None:
            return None
        return msgspec.msgpack.decode(self._seals.open(sealed, context=place), type=kind.type)
