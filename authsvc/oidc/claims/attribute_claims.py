"""What departments say of a person, passed on as they signed it (OpenID Connect Core 5.6.2).

1. decide   the person allowed this question to this client, which is registered for it today;
            of a child nothing is asked (Personal Information Protection Law, article 31: everything
            about them is sensitive, and a guardian allows one use, not this)
2. record   a line in the person's own log, before anything leaves the house
3. ask      all departments together, each for a few seconds, by its own pseudonym of the person
4. keep     the answer for as long as its token lives: a person allowed one question

Of what was asked and is not there UserInfo says why, so that nothing missing looks like a no.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog

from authsvc.attributes import AttributeQuery, Department, Departments
from authsvc.attributes.errors import DepartmentUnavailable
from authsvc.clients import Client
from authsvc.clock import china_today
from authsvc.identifiers import new_token
from authsvc.oidc import authorization_details
from authsvc.oidc.authorization_details import ATTRIBUTES, attribute_queries
from authsvc.oidc.errors import NoLongerGranted
from authsvc.oidc.grants import Standing
from authsvc.oidc.token.access_token import LIFETIME, AccessToken
from authsvc.storage import Database, Ephemeral, Kind
from authsvc.subscribers import GUARDED_BELOW, Subscribers, age_on
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry
from authsvc.subscribers.memory import SubscriberMemory

UNAVAILABLE, NOT_LINKED, NOT_ON_RECORD = "unavailable", "not_linked", "not_on_record"
NOT_ALLOWED = "not_allowed"

_log = structlog.get_logger()


class Answer(msgspec.Struct, frozen=True):
    """What came of one question: the JWT, which attributes are in it, and why others are not."""

    department: str
    jwt: str | None
    names: tuple[str, ...]
    missing: dict[str, str]


_LIVES = LIFETIME + timedelta(minutes=1)
_ANSWER = Kind("attribute-answer", Answer, _LIVES)

# A department that is away is asked again, but no platform drowns a person's log by that.
MOST_TRIES = 5
_TRIES = "attribute-tries"
# Two calls of UserInfo at once ask once; the claim outlives the deadlines of answer and keys.
_ASKING = "attribute-asking"
_ASKING_LIVES = timedelta(seconds=10)


class AttributeClaims:
    """Asks departments on behalf of clients."""

    def __init__(
        self,
        departments: Departments,
        *,
        database: Database,
        ephemeral: Ephemeral,
        subscribers: Subscribers,
        memory: SubscriberMemory,
        activity: ActivityLog,
    ) -> None:
        self._departments = departments
        self._database = database
        self._ephemeral = ephemeral
        self._subscribers = subscribers
        self._memory = memory
        self._activity = activity

    @property
    def types(self) -> tuple[str, ...]:
        """`claim_types_supported` (OpenID Connect Discovery 3)."""
        return ("normal", "aggregated") if self._departments else ("normal",)

    async def tell(
        self, token: AccessToken, standing: Standing, client: Client, *, now: datetime
    ) -> dict[str, Any]:
        """`_claim_names`, `_claim_sources` and `attributes_missing`, as far as there are any.

        NoLongerGranted if the person froze or left meanwhile.
        """
        # 1. Asked for one platform: a token that was made of its token asks nobody.
        if not any(each["type"] == ATTRIBUTES for each in token.details):
            return {}
        if token.granted_to != client.client_id:
            return {}
        asked = attribute_queries(token.details)
        if await self._is_child(standing, now=now):
            return _told([_without(each, NOT_ALLOWED) for each in asked])
        return _told(
            await asyncio.gather(
                *(
                    self._answer(place, each, token, standing, client, now=now)
                    for place, each in enumerate(asked)
                )
            )
        )

    async def _is_child(self, standing: Standing, *, now: datetime) -> bool:
        born = await self._memory.birth_date(
            standing.subscriber, standing.stamp, tx=standing.tx, now=now
        )
        if born is None:
            raise NoLongerGranted(log="subscriber")
        return age_on(born, china_today(now)) < GUARDED_BELOW

    async def _answer(
        self,
        place: int,
        asked: authorization_details.AttributeQuery,
        token: AccessToken,
        standing: Standing,
        client: Client,
        *,
        now: datetime,
    ) -> Answer:
        key = f"{token.jti} {place}"
        if (known := await self._ephemeral.get(_ANSWER, key)) is not None:
            return known
        right, department = asked.right(client), self._departments.find(asked.department)
        if right is None or client.category is None:
            return _without(asked, NOT_ALLOWED)
        if department is None or not await self._may_ask(key):
            return _without(asked, UNAVAILABLE)
        person = self._subscribers.subject_for(standing.subscriber, department.kind.sector)
        query = AttributeQuery(
            person=person,
            attributes=asked.attributes,
            purpose=asked.purpose,
            legal_basis=right.legal_basis,
            category=client.category,
            consent=new_token(16),
        )
        await self._record(query, asked.department, token, standing, client, now=now)
        answer = await self._ask(query, asked, department, now=now)
        if UNAVAILABLE in answer.missing.values():
            # Whoever is away may be asked again, with a line of its own.
            await self._ephemeral.reset(_ASKING, key)
        else:
            await self._ephemeral.put(_ANSWER, key, answer)
        return answer

    async def _may_ask(self, key: str) -> bool:
        """Whether nobody is just asking this, and it was not asked in vain too often."""
        if not await self._ephemeral.claim(_ASKING, key, lifetime=_ASKING_LIVES):
            return False
        return await self._ephemeral.count(_TRIES, key, window=_LIVES) <= MOST_TRIES

    async def _record(
        self,
        query: AttributeQuery,
        department: str,
        token: AccessToken,
        standing: Standing,
        client: Client,
        *,
        now: datetime,
    ) -> None:
        # 2. Whatever goes wrong here keeps the question in the house.
        async with self._database.transaction() as tx:
            person = await self._subscribers.hold(tx, standing.subscriber.id)
            if person is None or not person.was_in_force(token.authorized_at):
                raise NoLongerGranted(log="subscriber")
            line = Entry(
                kind=ActivityKind.ATTRIBUTES_ASKED,
                at=now,
                client_id=client.client_id,
                scopes=query.attributes,
                department=department,
                purpose=query.purpose,
                legal_basis=query.legal_basis,
                consent=query.consent,
            )
            await self._activity.write(tx, person, line)

    async def _ask(
        self,
        query: AttributeQuery,
        asked: authorization_details.AttributeQuery,
        department: Department,
        *,
        now: datetime,
    ) -> Answer:
        # 3.
        try:
            found = await department.attest(query, now=now)
        except DepartmentUnavailable:
            _log.warning("department_unavailable", kind=asked.department)
            return _without(asked, UNAVAILABLE)
        if found is None:
            return _without(asked, NOT_LINKED)
        names = tuple(name for name in asked.attributes if name in found.values)
        missing = {name: NOT_ON_RECORD for name in asked.attributes if name not in names}
        return Answer(asked.department, found.jwt if names else None, names, missing)


def _without(asked: authorization_details.AttributeQuery, why: str) -> Answer:
    return Answer(asked.department, None, (), dict.fromkeys(asked.attributes, why))


def _told(answers: Sequence[Answer]) -> dict[str, Any]:
    """The members of UserInfo. A department that was asked twice is two sources."""
    names: dict[str, str] = {}
    sources: dict[str, dict[str, str]] = {}
    missing: dict[str, str] = {}
    for answer in answers:
        missing |= answer.missing
        if answer.jwt is None:
            continue
        source, nth = answer.department, 1
        while source in sources:
            nth += 1
            source = f"{answer.department}-{nth}"
        sources[source] = {"JWT": answer.jwt}
        names |= dict.fromkeys(answer.names, source)
    told: dict[str, Any] = {}
    if sources:
        told = {"_claim_names": names, "_claim_sources": sources}
    if left := {name: why for name, why in missing.items() if name not in names}:
        told["attributes_missing"] = left
    return told
