"""Subscribers who do not exist, by their place in a row, as the service itself would write them.

Everybody is from a region that was never assigned, has a phone number that nobody can have, and a
name that says that it is made up. Everything that rests is sealed and digested by the key ring, so
that the service opens each row; the same place gives the same person, with new keys.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.dialects.sqlite import aiosqlite
from sqlalchemy.engine import Dialect

from authsvc.evidence.authority.people import ARTIFICIAL_REGION
from authsvc.evidence.document import RESIDENT_IDENTITY_CARD
from authsvc.evidence.resident_number import Sex, mod_11_2
from authsvc.identifiers import new_id
from authsvc.keyring import DataKey, KeyRing
from authsvc.oidc.grants import BLOCK, LIFETIME, Grant
from authsvc.oidc.store import consent
from authsvc.subscribers import DocumentState, Identity, SubscriberStatus
from authsvc.subscribers.online_number import ALPHABET, LENGTH, check_character
from authsvc.subscribers.store import (
    DocumentRow,
    SubscriberRow,
    document,
    identity_number,
    subscriber,
)

TABLES = (subscriber, identity_number, document, consent)
# Between one enrollment and the next.
APART = timedelta(milliseconds=1)
# Somebody is born 999 times a day; the youngest of all is fourteen in 2026.
_FIRST_BIRTH = date(1950, 1, 1)
_A_DAY = 999
MOST = (date(2011, 12, 31) - _FIRST_BIRTH).days * _A_DAY

# A step through all 28^9 numbers that meets each of them once: it shares no factor with 28.
_NUMBERS = len(ALPHABET) ** (LENGTH - 1)
_STEP = 3_141_592_653_589
_THREE = [a + b + c for a in ALPHABET for b in ALPHABET for c in ALPHABET]

_DIALECTS: dict[str, Dialect] = {
    "postgresql": asyncpg.dialect(),  # type: ignore[no-untyped-call]
    "sqlite": aiosqlite.dialect(),
}

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Plan:
    """Whom to make: from when on they enrolled, and how many of them allow one client what."""

    key_directory: Path
    dialect: str
    begins: datetime
    client_id: str
    scopes: tuple[str, ...]
    granted: float

    def has_grant(self, place: int) -> bool:
        """Whether the person in this place is one of those; they are spread evenly."""
        return int((place + 1) * self.granted) > int(place * self.granted)


@dataclass
class Rows:
    """Rows of some people, for each of `TABLES`, as the driver of the database takes them."""

    of: dict[str, list[Row]] = field(default_factory=lambda: {t.name: [] for t in TABLES})


class Makers:
    """Makes people of a plan. It opens the key ring, so each process has one of its own."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        keyring = KeyRing.open(plan.key_directory)
        self._sealer, self._digests = keyring.sealer, keyring.digests
        self._spell = {table.name: _spelling(table, plan.dialect) for table in TABLES}
        self._encode = msgspec.msgpack.Encoder().encode

    def rows(self, first: int, count: int) -> Rows:
        """The rows of `count` people from this place on."""
        made = Rows()
        for place in range(first, first + count):
            for table, row in self._person(place):
                for column, spell in self._spell[table]:
                    row[column] = spell(row[column])
                made.of[table].append(tuple(row))
        return made

    def _person(self, place: int) -> Iterator[tuple[str, list[Any]]]:
        plan, digest = self._plan, self._digests.digest
        now = plan.begins + place * APART
        subscriber_id = new_id(now)
        identity = artificial_identity(place)
        data_key, wrapped = self._sealer.new_data_key(context=f"data-key:{subscriber_id}")
        person_digest = digest("person", identity.number)
        sealed = data_key.seal(self._encode(identity), context=f"identity:{subscriber_id}")
        who = SubscriberRow(
            id=subscriber_id,
            person_digest=person_digest,
            number_digest=digest("online-number", identity.online_number),
            wrapped_data_key=wrapped,
            sealed_identity=sealed,
            status=SubscriberStatus.ACTIVE.value,
            credentials_valid_from=now,
            enrolled_at=now,
        )
        yield subscriber.name, list(who)
        yield identity_number.name, [person_digest, subscriber_id]
        kind = RESIDENT_IDENTITY_CARD.name
        card = DocumentRow(
            digest=digest("document", kind, f"X{place:09d}"),
            subscriber_id=subscriber_id,
            kind=kind,
            state=DocumentState.VALID.value,
            added_at=now,
            ahead=0,
        )
        yield document.name, list(card)
        if plan.has_grant(place):
            grant_id = digest("grant", person_digest, plan.client_id)
            yield consent.name, [grant_id, subscriber_id, self._grant(data_key, grant_id, now)]

    def _grant(self, data_key: DataKey, grant_id: bytes, now: datetime) -> bytes:
        plan = self._plan
        grant = Grant(
            client_id=plan.client_id,
            scopes=plan.scopes,
            granted_at=now,
            expires_at=now + LIFETIME,
        )
        return data_key.seal(self._encode(grant), context=f"grant:{grant_id.hex()}", block=BLOCK)


def artificial_identity(place: int) -> Identity:
    """Who is in this place; everybody has another identity number, phone and online number."""
    day, sequence = divmod(place, _A_DAY)
    birth_date = _FIRST_BIRTH + timedelta(days=day)
    body = f"{ARTIFICIAL_REGION}{birth_date:%Y%m%d}{sequence + 1:03d}"
    return Identity(
        name=f"虚构{place}",
        number=body + mod_11_2(body),
        birth_date=birth_date,
        # GB 11643: the last digit of the sequence is odd for men.
        sex=(Sex.FEMALE if sequence % 2 else Sex.MALE).value,
        phone=f"+86100{place:08d}",
        online_number=_online_number(place),
    )


def _online_number(place: int) -> str:
    rest = (place * _STEP + _STEP) % _NUMBERS
    rest, last = divmod(rest, len(_THREE))
    first, middle = divmod(rest, len(_THREE))
    body = "".join((_THREE[first], _THREE[middle], _THREE[last]))
    return body + check_character(body)


def _spelling(table: Table, dialect: str) -> list[tuple[int, Any]]:
    """How the driver wants the columns that it does not take as they are."""
    processors = [
        column.type.dialect_impl(_DIALECTS[dialect]).bind_processor(_DIALECTS[dialect])
        for column in table.columns
    ]
    return [(place, spell) for place, spell in enumerate(processors) if spell is not None]
