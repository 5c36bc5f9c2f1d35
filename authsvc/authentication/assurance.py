"""How strong is a sign-in? Factors, and the words for them that platforms read.

A factor is of a kind: something known or something had. Two kinds together make the second
authenticator assurance level (NIST SP 800-63B section 2.2.1); two factors of one kind do not. A
passkey is of both: a key that its authenticator uses only for whoever it has verified.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum
from functools import lru_cache

AAL1 = "urn:authsvc:acr:aal1"
AAL2 = "urn:authsvc:acr:aal2"
_LEVELS = (AAL1, AAL2)


class _Kind(Enum):
    # Or something that one is: the authenticator asks its holder for a PIN or a fingerprint.
    KNOWN = "known"
    HAD = "had"


# How old a sign-in may be for what cannot be undone: long enough to read what it means, short
# enough that a device somebody walked away from is no risk.
FRESH = timedelta(minutes=5)


class Factor(Enum):
    """What was proved; the value is its `amr` word (RFC 8176 section 2)."""

    PASSWORD = "pwd"  # noqa: S105 - the word of RFC 8176
    # Recovery codes count as this one: they too are one-time passwords, had and not known.
    TOTP = "otp"
    # The key may live in software: nothing attests the device's hardware.
    DEVICE_KEY = "swk"
    # User verification is required of every passkey: a multi-factor authenticator (SP 800-63B
    # section 3.1.7), the second level alone.
    PASSKEY = "pop"
    # The phone, by a code that was sent to it: restricted (SP 800-63B section 3.1.3.4), and only
    # for who has neither TOTP nor a passkey.
    SMS = "sms"

    @property
    def is_known(self) -> bool:
        """Whether it shows something known (or the person themselves)."""
        return _Kind.KNOWN in _KINDS[self]

    @property
    def is_had(self) -> bool:
        """Whether it shows something had."""
        return _Kind.HAD in _KINDS[self]


_KINDS: dict[Factor, frozenset[_Kind]] = {
    Factor.PASSWORD: frozenset({_Kind.KNOWN}),
    Factor.TOTP: frozenset({_Kind.HAD}),
    Factor.DEVICE_KEY: frozenset({_Kind.HAD}),
    Factor.PASSKEY: frozenset({_Kind.KNOWN, _Kind.HAD}),
    Factor.SMS: frozenset({_Kind.HAD}),
}


def acr_of(factors: Iterable[Factor]) -> str:
    """The level that the factors reach together; ValueError for no factor at all."""
    return _acr(frozenset(factors))


def amr_of(factors: Iterable[Factor]) -> tuple[str, ...]:
    """The `amr` words, sorted; "mfa" is added where two kinds come together."""
    return _amr(frozenset(factors))


def satisfies(acr: str, wanted: str) -> bool:
    """Whether a level is enough where `wanted` is asked for; an unknown level never is."""
    if acr not in _LEVELS or wanted not in _LEVELS:
        return False
    return _LEVELS.index(acr) >= _LEVELS.index(wanted)


def is_fresh(auth_time: datetime, *, now: datetime) -> bool:
    """Whether somebody has just signed in."""
    return now - auth_time <= FRESH


# There are 31 sets of factors, and every sign-in is one of them.
@lru_cache
def _acr(factors: frozenset[Factor]) -> str:
    kinds = frozenset[_Kind]().union(*(_KINDS[factor] for factor in factors))
    if not kinds:
        raise ValueError("nothing was proved")
    return _LEVELS[len(kinds) - 1]


@lru_cache
def _amr(factors: frozenset[Factor]) -> tuple[str, ...]:
    words = {factor.value for factor in factors}
    if _acr(factors) == AAL2:
        words.add("mfa")
    return tuple(sorted(words))
