"""Separate consent: a person's word on being named to a platform, apart from every other consent.

It is asked by itself, for one platform, under one law and for one purpose, in a box that nobody has
ticked before; it ends after a year, and can be taken back alone (Personal Information Protection
Law, articles 14, 15, 23 and 29). No is a word, too. It is remembered as long as a yes, and the
sign-in goes on without the name: so refusing costs no more, today or the next time, than allowing.

Below the age at which a person decides for themselves nobody is asked, and nothing is told: a
guardian's yes is for one use of the number, and this would be for a year.
"""

from datetime import datetime, timedelta
from hashlib import sha256

import msgspec

from authsvc.clients import Client
from authsvc.oidc.scopes import IDENTITY

# Ours: as long as a grant holds. The law asks for an end, and leaves open which.
LIFETIME = timedelta(days=365)

# Enough that no two terms meet by chance; a grant must stay short.
_DIGEST_BYTES = 16


class Answer(msgspec.Struct, frozen=True):
    """Yes or no to one client's terms, as the person has just said it."""

    allowed: bool
    terms: bytes


class SeparateConsent(msgspec.Struct, frozen=True, array_like=True):
    """The person's word, kept inside their grant.

    `since` is when this answer was first given without a break: what was authorized before stays
    without the name, as a new grant revives no old token.
    """

    allowed: bool
    terms: bytes
    since: datetime
    until: datetime

    def holds(self, client: Client, *, now: datetime) -> bool:
        """Whether this is still the answer to what the client asks: not over, the same terms."""
        return now < self.until and self.terms == terms_of(client)

    def goes_on_in(self, later: "SeparateConsent") -> bool:
        """Whether a later word is this one, renewed."""
        said, says = (self.allowed, self.terms), (later.allowed, later.terms)
        return said == says and self.since == later.since

    def withdrawn(self, *, now: datetime) -> "SeparateConsent":
        """The person has taken it back: from now on it is a no, for as long as it would have held.

        The platform asks again when that time is over, or when it asks for consent anew.
        """
        return SeparateConsent(False, self.terms, now, self.until)


def terms_of(client: Client) -> bytes:
    """What a person reads beside the box, in short: a change of law or purpose is another question.

    The client must be one that `receives_identity`.
    """
    purpose = client.purposes.get(IDENTITY, {})
    said = (client.identity_legal_basis, sorted(purpose.items()))
    return sha256(msgspec.msgpack.encode(said)).digest()[:_DIGEST_BYTES]


def kept(answer: Answer, earlier: SeparateConsent | None, *, now: datetime) -> SeparateConsent:
    """The word that takes the place of an earlier one."""
    goes_on = (
        earlier is not None
        and now < earlier.until
        and (earlier.allowed, earlier.terms) == (answer.allowed, answer.terms)
    )
    since = earlier.since if earlier is not None and goes_on else now
    return SeparateConsent(answer.allowed, answer.terms, since, now + LIFETIME)
