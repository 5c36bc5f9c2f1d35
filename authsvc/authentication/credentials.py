"""What a subscriber signs in with: password, TOTP, recovery codes, passkeys. All rests sealed.

Every method works in a transaction; hashing does not, and comes before (`prepare`). Secrets are
sealed under the person's own data key, so that they go when it goes.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from authsvc.authentication import store, totp
from authsvc.authentication.errors import (
    SecondFactorRefused,
    SignInNameInvalid,
    SignInNameTaken,
)
from authsvc.authentication.passkeys.passkeys import Passkeys
from authsvc.authentication.password import PasswordHasher
from authsvc.authentication.password_policy import PasswordPolicy
from authsvc.authentication.recovery_codes import is_recovery_code, new_recovery_codes
from authsvc.authentication.sign_in_name import MAXIMUM, parse_sign_in_name
from authsvc.authentication.store import NO_STEP, PasswordRow, TOTPRow
from authsvc.keyring import KeyedDigest
from authsvc.storage import Transaction
from authsvc.subscribers import Subscriber

# No request and no worker's clock is further behind than this.
_LATEST_MOMENT = timedelta(minutes=5)


@dataclass(frozen=True)
class PreparedPassword:
    """A name and a password that passed the rules; of the password only its PHC string is left."""

    sign_in_name: str = field(repr=False)
    phc: str = field(repr=False)


class Credentials:
    """The credentials of all subscribers; `passkeys` are those among them that need no name."""

    def __init__(
        self, *, digests: KeyedDigest, hasher: PasswordHasher, policy: PasswordPolicy
    ) -> None:
        self._digests = digests
        self._hasher = hasher
        self._policy = policy
        self.passkeys = Passkeys(digests)

    async def prepare(self, sign_in_name: str, password: str) -> PreparedPassword:
        """Checks both and hashes the password; to be stored later, in a transaction.

        Raises SignInNameInvalid, PasswordTooShort, PasswordTooLong, PasswordTooCommon,
        PasswordIsSignInName; HashingBusy.
        """
        name = parse_sign_in_name(sign_in_name)
        self._policy.check(password, sign_in_name=name)
        with self._hasher.seat() as seat:
            return PreparedPassword(sign_in_name=name, phc=await seat.hash(password))

    async def require_free(
        self, tx: Transaction, sign_in_name: str, *, but_for: UUID | None = None
    ) -> None:
        """Returns if nobody has the name, or `but_for` has; SignInNameInvalid, SignInNameTaken."""
        parse_sign_in_name(sign_in_name)
        owner = await self.owner_of(tx, sign_in_name)
        if owner is not None and owner != but_for:
            raise SignInNameTaken(field="sign_in_name")

    async def owner_of(self, tx: Transaction, sign_in_name: str) -> UUID | None:
        """The id of who signs in by this name; for our own use, never for an answer."""
        row = await self.find_password(tx, self.name_digest(sign_in_name))
        return None if row is None else row.subscriber_id

    async def store(
        self,
        tx: Transaction,
        subscriber: Subscriber,
        *,
        sign_in_name: str,
        phc: str,
        now: datetime,
    ) -> None:
        """Gives a subscriber this name and password; of two who want a name one is refused.

        Raises SignInNameInvalid, SignInNameTaken.
        """
        name = parse_sign_in_name(sign_in_name)
        row = PasswordRow(
            subscriber_id=subscriber.id,
            sign_in_name_digest=self.name_digest(name),
            sealed_sign_in_name=subscriber.data_key.seal(
                name.encode(), context=_context("sign-in-name", subscriber)
            ),
            sealed_phc=_seal_phc(subscriber, phc),
            changed_at=now,
        )
        await store.write_password(tx, row)

    async def replace_everything(
        self,
        tx: Transaction,
        subscriber: Subscriber,
        *,
        sign_in_name: str,
        phc: str,
        now: datetime,
    ) -> None:
        """Gives a subscriber this name and password, and takes every other way in (a recovery).

        TOTP, recovery codes and passkeys go with the old password: whoever has them may be who the
        person recovers from. Raises SignInNameInvalid, SignInNameTaken.
        """
        await self.erase(tx, subscriber.id)
        await self.store(tx, subscriber, sign_in_name=sign_in_name, phc=phc, now=now)

    async def set_password(
        self,
        tx: Transaction,
        subscriber: Subscriber,
        *,
        sign_in_name: str,
        password: str,
        now: datetime,
    ) -> None:
        """`prepare` and `store` at once. It hashes inside the transaction: for set-up only."""
        prepared = await self.prepare(sign_in_name, password)
        await self.store(
            tx, subscriber, sign_in_name=prepared.sign_in_name, phc=prepared.phc, now=now
        )

    def name_digest(self, sign_in_name: str) -> bytes:
        """The keyed digest by which a name is found; for what is no name, one that finds nobody."""
        try:
            return self._digests.digest("sign-in-name", parse_sign_in_name(sign_in_name))
        except SignInNameInvalid:
            return self._digests.digest("no-sign-in-name", sign_in_name[: MAXIMUM + 1])

    async def find_password(self, tx: Transaction, name_digest: bytes) -> PasswordRow | None:
        """The password credential behind a name."""
        return await store.password_by_name(tx, name_digest)

    async def password_of(self, tx: Transaction, subscriber_id: UUID) -> PasswordRow | None:
        """A subscriber's password credential; None without one."""
        return await store.password_of(tx, subscriber_id)

    def phc_of(self, subscriber: Subscriber, credential: PasswordRow) -> str:
        """The PHC string of a subscriber's password credential."""
        context = _context("password", subscriber)
        return subscriber.data_key.open(credential.sealed_phc, context=context).decode()

    async def renew_phc(
        self, tx: Transaction, subscriber: Subscriber, known: PasswordRow, phc: str
    ) -> None:
        """Keeps a newer hash of the password behind `known`, if that is still the password."""
        await store.replace_phc(tx, known=known, sealed_phc=_seal_phc(subscriber, phc))

    async def sign_in_name_of(self, tx: Transaction, subscriber: Subscriber) -> str | None:
        """The name a subscriber signs in with; None without one."""
        row = await store.password_of(tx, subscriber.id)
        if row is None:
            return None
        context = _context("sign-in-name", subscriber)
        return subscriber.data_key.open(row.sealed_sign_in_name, context=context).decode()

    async def has_totp(self, tx: Transaction, subscriber_id: UUID) -> bool:
        """Whether a subscriber's password asks for a second factor."""
        return await store.totp_of(tx, subscriber_id) is not None

    async def turn_totp_on(
        self,
        tx: Transaction,
        subscriber: Subscriber,
        secret: bytes,
        *,
        replace: bool,
        used_step: int = NO_STEP,
        now: datetime,
    ) -> None:
        """Keeps a TOTP secret; `used_step` was used to confirm it.

        TOTPNotBegun if there is one already and it may not be replaced. The database decides that:
        of two sessions that turn it on at once, the later must not take the first one's place.
        """
        if replace:
            await store.delete_totp(tx, subscriber.id)
        sealed = subscriber.data_key.seal(secret, context=_context("totp", subscriber))
        await store.insert_totp(tx, TOTPRow(subscriber.id, sealed, used_step, now))

    async def import_totp(
        self, tx: Transaction, subscriber: Subscriber, secret: str, *, now: datetime
    ) -> None:
        """Keeps a secret from elsewhere, in base32, in place of an older one; TOTPSecretInvalid."""
        parsed = totp.parse_secret(secret)
        await self.turn_totp_on(tx, subscriber, parsed, replace=True, now=now)

    async def renew_recovery_codes(
        self, tx: Transaction, subscriber: Subscriber
    ) -> tuple[str, ...]:
        """Ten new recovery codes, to be shown once; older ones are dead."""
        codes = new_recovery_codes()
        digests = [self._code_digest(subscriber, totp.plain_code(code)) for code in codes]
        await store.write_recovery_codes(tx, subscriber.id, digests)
        return codes

    async def use_second_factor(
        self, tx: Transaction, subscriber: Subscriber, answer: str, *, now: datetime
    ) -> None:
        """Uses up a TOTP code or a recovery code; SecondFactorRefused if it cannot be used.

        A code works once, and no code of a step at or before the last used one works
        (RFC 6238 section 5.2).
        """
        code = totp.plain_code(answer)
        if is_recovery_code(code):
            digest = self._code_digest(subscriber, code)
            used = await store.claim_recovery_code(tx, subscriber.id, digest)
        else:
            used = await self._use_totp(tx, subscriber, code, now=now)
        if not used:
            raise SecondFactorRefused(field="otp")

    async def forget_used_steps(self, tx: Transaction, *, now: datetime) -> None:
        """Forgets when people last used TOTP, once no code of that time is taken any more.

        Five minutes later than that: another worker's clock may be behind, and a request that
        waited for a lock has an older `now`. Either would take a code a second time.
        """
        await store.forget_steps(tx, before=totp.oldest_step(now - _LATEST_MOMENT))

    async def count(self, tx: Transaction, subscriber_id: UUID) -> int:
        """How many credentials a subscriber has: password, TOTP, and each recovery code."""
        return await store.count(tx, subscriber_id)

    async def erase(self, tx: Transaction, subscriber_id: UUID) -> None:
        """Removes every credential of a subscriber."""
        await store.erase(tx, subscriber_id)
        await self.passkeys.erase(tx, subscriber_id)

    async def _use_totp(
        self, tx: Transaction, subscriber: Subscriber, code: str, *, now: datetime
    ) -> bool:
        row = await store.totp_of(tx, subscriber.id)
        if row is None:
            return False
        secret = subscriber.data_key.open(row.sealed_secret, context=_context("totp", subscriber))
        step = totp.matching_step(secret, code, now=now)
        return step is not None and await store.claim_step(tx, subscriber.id, step)

    def _code_digest(self, subscriber: Subscriber, code: str) -> bytes:
        return self._digests.digest("recovery-code", subscriber.id.bytes, code)


def _seal_phc(subscriber: Subscriber, phc: str) -> bytes:
    return subscriber.data_key.seal(phc.encode(), context=_context("password", subscriber))


def _context(kind: str, subscriber: Subscriber) -> str:
    return f"{kind}:{subscriber.id}"
