"""What is told about a person, to whom, at which place: nothing that was not asked for.

The scope `age` tells every predicate about age at UserInfo. The parameter `claims` tells exactly
what it names, at the place for which it names it (OpenID Connect Core 5.5). What the client's
registration no longer covers is told at neither place, whatever was asked or granted before.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from authsvc.clients import Client
from authsvc.clock import china_today
from authsvc.oidc.claims import known_claims, verified_claims
from authsvc.oidc.claims.asked_claims import fulfilled
from authsvc.oidc.claims.known_claims import VERIFIED_CLAIMS
from authsvc.oidc.errors import NoLongerGranted
from authsvc.oidc.grants import Standing
from authsvc.oidc.scopes import AGE
from authsvc.subscribers.memory import SubscriberMemory


class PersonClaims:
    """Finds out what may be told, and tells it."""

    def __init__(self, *, memory: SubscriberMemory) -> None:
        self._memory = memory

    async def tell(
        self,
        standing: Standing,
        *,
        client: Client,
        scopes: Sequence[str] = (),
        asked: Mapping[str, Any] | None,
        now: datetime,
    ) -> dict[str, Any]:
        """Claims about a person, beside `sub`.

        `scopes` are those that tell something at this place, `asked` what was asked of it by name.
        NoLongerGranted if the person left meanwhile.
        """
        if not asked and AGE not in scopes:
            return {}
        asked = asked or {}
        known = known_claims.known_to(client)
        by_scope = dict.fromkeys(known) if AGE in scopes else {}
        wishes = by_scope | {name: wish for name, wish in asked.items() if name in known}
        verified = asked.get(VERIFIED_CLAIMS) if known else None
        if not wishes and verified is None:
            return {}
        birth_date = await self._memory.birth_date(
            standing.subscriber, standing.stamp, tx=standing.tx, now=now
        )
        if birth_date is None:
            raise NoLongerGranted(log="subscriber")
        values = known_claims.age_claims(birth_date, china_today(now))
        told = fulfilled(wishes, values)
        if verified is None:
            return told
        kind = await self._memory.document_kind(
            standing.subscriber, standing.stamp, tx=standing.tx, now=now
        )
        by = verified_claims.VerifiedBy.named(kind)
        answer = verified_claims.answer(verified, values, by)
        return told if answer is None else told | {VERIFIED_CLAIMS: answer}
