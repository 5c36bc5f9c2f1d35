"""Signing in by a passkey (WebAuthn L3 section 7.2, as a flow).

    1 the address  2 take the challenge  3 load  4 verify  5 record  6 answer

Whoever has the key need not say who they are: the authenticator knows. A stranger's credential id
is refused like a wrong signature; it is random, so that nobody can try them all.
"""

from datetime import datetime
from uuid import UUID

import msgspec
import structlog

from authsvc.authentication.assurance import Factor
from authsvc.authentication.credentials import Credentials
from authsvc.authentication.errors import PasskeyRefused, SubscriberFrozen
from authsvc.authentication.passkeys.ceremonies import Ceremonies
from authsvc.authentication.passkeys.messages import Assertion
from authsvc.authentication.passkeys.passkeys import Passkey
from authsvc.authentication.passkeys.registration import Offered
from authsvc.authentication.passkeys.sign_in_challenges import SignInChallenges
from authsvc.authentication.passkeys.store import PasskeyRow
from authsvc.authentication.signed_in import SignedIn
from authsvc.authentication.throttle import Throttle
from authsvc.identifiers import from_b64url
from authsvc.storage import Database
from authsvc.subscribers import Subscriber, Subscribers, SubscriberStatus

# Two sign-ins of one passkey at once are rare, and of three one has won twice.
_TRIES = 3
# Nobody's id (RFC 9562 section 5.9): what is looked up for a stranger.
_NOBODY = UUID(int=0)

_log = structlog.get_logger()


class PasskeySignIn:
    """The sign-in that takes no name."""

    def __init__(
        self,
        *,
        database: Database,
        challenges: SignInChallenges,
        credentials: Credentials,
        subscribers: Subscribers,
        throttle: Throttle,
        ceremonies: Ceremonies,
    ) -> None:
        self._database = database
        self._challenges = challenges
        self._passkeys = credentials.passkeys
        self._subscribers = subscribers
        self._throttle = throttle
        self._ceremonies = ceremonies

    async def offer(self, *, now: datetime) -> Offered:
        """Something fresh for a passkey to sign; whose, nobody knows yet."""
        given = await self._challenges.give(now=now)
        options = self._ceremonies.request_options(challenge=given.challenge)
        return Offered(given.name, options)

    async def finish(
        self, challenge: str, assertion: Assertion, *, address: str, now: datetime
    ) -> SignedIn:
        """Signs in.

        PasskeyTimedOut; PasskeyRefused, after which the challenge is gone; SignInThrottled for an
        address of many failures; SubscriberFrozen, once the passkey was right.
        """
        # 1, 2. Claimed even if the rest fails: an answer is tried once.
        await self._throttle.admit_address(address)
        signed = await self._challenges.take(challenge, now=now)
        try:
            subscriber = await self._proved(assertion, signed, now=now)
        except PasskeyRefused:
            await self._throttle.failed_from(address)
            raise
        # 6.
        if subscriber.status is not SubscriberStatus.ACTIVE:
            raise SubscriberFrozen
        return SignedIn(subscriber.id, frozenset({Factor.PASSKEY}), now)

    async def _proved(self, assertion: Assertion, challenge: bytes, *, now: datetime) -> Subscriber:
        """Whose passkey it is. Its counter is written before anybody is let in."""
        for _ in range(_TRIES):
            # 3.
            row, subscriber = await self._load(_credential_id(assertion))
            if row is None or subscriber is None:
                raise PasskeyRefused(field="credential", log="unknown")
            if _handle(assertion) != self._passkeys.handle_of(subscriber.id):
                raise PasskeyRefused(field="credential", log="of another person")
            known = self._passkeys.open(subscriber, row)
            # 4.
            used = self._verified(assertion, challenge, known, now=now)
            # 5. Of two at once the later looks again: by then the counter is another one.
            async with self._database.transaction() as tx:
                if await self._passkeys.renew(tx, subscriber, row, used):
                    return subscriber
        raise PasskeyRefused(field="credential", log="it does not hold still")

    async def _load(self, credential_id: bytes) -> tuple[PasskeyRow | None, Subscriber | None]:
        """By as many statements for a stranger as for anybody."""
        async with self._database.reading() as tx:
            row = await self._passkeys.find(tx, credential_id)
            whose = _NOBODY if row is None else row.subscriber_id
            return row, await self._subscribers.find(tx, whose)

    def _verified(
        self, assertion: Assertion, challenge: bytes, known: Passkey, *, now: datetime
    ) -> Passkey:
        """The passkey as it is after this use."""
        # NOTE: the counter is judged after the signature: only its owner can make it look copied.
        proof = self._ceremonies.verify_assertion(
            assertion, challenge=challenge, public_key=known.public_key
        )
        if (proof.sign_count or known.sign_count) and proof.sign_count <= known.sign_count:
            # Section 7.2 step 22: it may have been copied, and one of the two is not its owner's.
            _log.warning("passkey_counter_did_not_rise")
            raise PasskeyRefused(field="credential", log="counter")
        return msgspec.structs.replace(
            known,
            sign_count=proof.sign_count,
            backed_up=proof.backed_up,
            last_used_at=now,
        )


def _credential_id(assertion: Assertion) -> bytes:
    try:
        return from_b64url(assertion.raw_id)
    except ValueError:
        raise PasskeyRefused(field="credential", log="not base64url") from None


def _handle(assertion: Assertion) -> bytes:
    """Whom the authenticator means; a discoverable credential always says it (7.2, step 6)."""
    try:
        return from_b64url(assertion.response.user_handle or "")
    except ValueError:
        raise PasskeyRefused(field="credential", log="not base64url") from None
