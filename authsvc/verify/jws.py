"""A compact JWS (RFC 7515) of one kind: read strictly, its key found, its signature good.

Everything that is verified here goes this one way: ID tokens, access tokens, certificates and what
binds them, status lists, proofs of possession. What differs is the `typ`, and who knows the key.

What is found good is not remembered, so that a token is verified as often as it is shown. What is
remembered is how a header reads that stood on a good token: an issuer has one for each key.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from cryptography.exceptions import InvalidSignature

from authsvc.algorithms import ALGORITHMS, canonical
from authsvc.verify import compact
from authsvc.verify.errors import AlgorithmRefused, HeaderRefused, SignatureRefused, TokenMalformed
from authsvc.verify.signatures import VerificationKey

# RFC 7515 section 4.1.11, RFC 7797, RFC 7516 section 4.1.3: each would have the rest read another
# way, and none is understood here.
_REFUSED_MEMBERS = ("crit", "b64", "zip")
# One for each key of an issuer, and room for a few that are spelt in another way.
_MOST_HEADERS = 64


@dataclass(frozen=True)
class DatedKey:
    """A key, and from when until when (seconds) it is believed without looking for it again.

    `check`, if there is one, is asked each time all the same: a refusal says why no more.
    """

    key: VerificationKey
    begins: float = float("-inf")
    ends: float = float("inf")
    check: Callable[[datetime], None] | None = None


class Keys(Protocol):
    """Who knows the key that a header names or brings."""

    def key_of(self, header: Mapping[str, Any], *, now: datetime) -> DatedKey:
        """The key; HeaderRefused, KeyUnknown or SignerRefused."""


class OneKey:
    """Knows one key, whatever a header says."""

    def __init__(self, key: VerificationKey) -> None:
        self._key = DatedKey(key)

    def key_of(self, header: Mapping[str, Any], *, now: datetime) -> DatedKey:
        """The one."""
        return self._key


class Signed(NamedTuple):
    """What stood under a good signature, and whose it was."""

    payload: bytes
    key: VerificationKey


def known_algorithms(names: Collection[str]) -> frozenset[str]:
    """What a caller agrees to; "EdDSA" and "Ed25519" are one.

    ValueError for a name that is not spoken, AlgorithmUnavailable for SM2 where the system has
    nothing for it.
    """
    found = frozenset(map(canonical, names))
    if isinstance(names, str) or not found <= {*ALGORITHMS}:
        raise ValueError(f"algorithms are some of {', '.join(ALGORITHMS)}")
    for alg in found:
        ALGORITHMS[alg].ready()
    return found


class JWSReader:
    """Reads what was signed as one kind. It may be used by many threads at once.

    `types` are spellings of the kind (`typ`), `algorithms` those that were agreed upon, as for
    `known_algorithms`.
    """

    def __init__(
        self,
        keys: Keys,
        *,
        types: Collection[str],
        algorithms: Collection[str],
        longest: int = compact.LONGEST,
    ) -> None:
        self.algorithms = known_algorithms(algorithms)
        self._keys = keys
        self._types = frozenset(types)
        self._longest = longest
        self._known: dict[bytes, DatedKey] = {}

    def read(self, text: str, *, now: datetime) -> Signed:
        """The payload under a good signature; a leaf of TokenRefused says what is wrong."""
        if now.tzinfo is None:
            raise ValueError("a moment without a time zone")
        header, payload, signed, signature = compact.parts(text, longest=self._longest)
        known = self._remembered(header, now.timestamp())
        if known is not None and known.check is not None:
            known.check(now)
        found = known or self._found(header, now)
        try:
            found.key.verify(signature, signed)
        except InvalidSignature:
            raise SignatureRefused from None
        if known is None:
            self._remember(header, found)
        return Signed(compact.octets(payload), found.key)

    def _found(self, header: bytes, now: datetime) -> DatedKey:
        """The key that a header names, if the header is one to go by."""
        if len(header) > compact.LONGEST:
            raise TokenMalformed(log="a header that is too long")
        said = compact.members(compact.octets(header))
        if any(member in said for member in _REFUSED_MEMBERS):
            raise HeaderRefused(log="crit, b64 or zip")
        typ, alg = said.get("typ"), said.get("alg")
        if not isinstance(typ, str) or typ.lower() not in self._types:
            raise HeaderRefused(log="another typ")
        if not isinstance(alg, str) or canonical(alg) not in self.algorithms:
            raise AlgorithmRefused(log="not agreed upon")
        found = self._keys.key_of(said, now=now)
        if canonical(alg) != found.key.alg:
            raise AlgorithmRefused(log="not that of the key")
        return found

    def _remembered(self, header: bytes, moment: float) -> DatedKey | None:
        known = self._known.get(header)
        return known if known and known.begins <= moment <= known.ends else None

    def _remember(self, header: bytes, found: DatedKey) -> None:
        """Only what a good signature protects, so that nobody else can fill the place."""
        if len(self._known) >= _MOST_HEADERS:
            self._known.clear()
        self._known[header] = found
