"""Scopes: what each word tells, and which of them a client gets.

    openid           that this is one real, verified person: a pairwise subject, nothing else
    age              predicates and a band (`known_claims`), never a birth date
    identity         name and document number, to whom a law names (`separate_consent`)
    offline_access   refresh tokens go on while the person is away (OpenID Connect Core 11)
    verified-person…, residence-…  a wallet fetches certificates of that kind (`certificate_words`)

Words that a client is not registered for are left out, and the answer says what remained. So is
`identity` where the person did not consent to that by itself.
"""

from authsvc.clients import Client
from authsvc.clients.client import CERTIFICATES
from authsvc.oidc.errors import InvalidScope

OPENID = "openid"
AGE = "age"
IDENTITY = "identity"
OFFLINE_ACCESS = "offline_access"

SUPPORTED = (OPENID, AGE, IDENTITY, OFFLINE_ACCESS, *CERTIFICATES)

# Eight times the longest scope that could be asked for here; unknown words may stand beside it.
_LONGEST = 1000


def granted(requested: str | None, client: Client) -> tuple[str, ...]:
    """The words of an authorization request that the client may have, in one order.

    InvalidScope if none remains. Refresh tokens are for clients registered for them, so that
    `offline_access` means nothing to the others. `identity` is told at UserInfo, which wants
    `openid` beside it.
    """
    if requested is None or len(requested) > _LONGEST:
        raise InvalidScope("scope is missing or too long", field="scope")
    words = requested.split(" ")
    found = tuple([word for word in SUPPORTED if word in words and word in client.scopes])
    if OFFLINE_ACCESS in found and not client.refreshes:
        found = without(OFFLINE_ACCESS, found)
    if IDENTITY in found and not (OPENID in found and client.receives_identity):
        found = without(IDENTITY, found)
    if not found:
        raise InvalidScope("the client is registered for none of these scopes", field="scope")
    return found


def without(left_out: str, held: tuple[str, ...]) -> tuple[str, ...]:
    """The scopes but for one."""
    return tuple([word for word in held if word != left_out])


def still_registered(held: tuple[str, ...], client: Client) -> tuple[str, ...]:
    """Of the scopes that were granted, those that the client is still registered for.

    InvalidScope if none of them is.
    """
    found = tuple([word for word in held if word in client.scopes])
    if held and not found:
        raise InvalidScope("the client is registered for none of these scopes", field="scope")
    return found


def narrowed(requested: str | None, held: tuple[str, ...]) -> tuple[str, ...]:
    """The scopes of a refreshed token: those held, or fewer if fewer are asked for (RFC 6749 6)."""
    if requested is None:
        return held
    words = set(requested.split(" ")) if len(requested) <= _LONGEST else set()
    if not words or not words <= set(held):
        raise InvalidScope("scope exceeds what was granted", field="scope")
    return tuple(word for word in held if word in words)
