"""From digests to claims (RFC 9901 section 7.1, steps 3 to 5).

The issuer signs digests; the holder shows the text behind those that they want to show. Each text
must be wanted by exactly one place, and each place takes it or stays empty:

    {"_sd": [digest, …]}        takes [salt, name, value]: the claim `name`, unless it is there
    [{"...": digest}, …]        takes [salt, value]: the element
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from authsvc.identifiers import b64url
from authsvc.verify import compact
from authsvc.verify.credentials.errors import DisclosureRefused
from authsvc.verify.errors import AlgorithmRefused, TokenMalformed

# Section 4.1.1: every implementation has it, and it is what goes without saying.
HASH = "sha-256"
# Nothing that is told about a person is nested more than three deep.
_DEEPEST = 16

_DIGESTS, _HASH_NAME, _ELEMENT = "_sd", "_sd_alg", "..."


@dataclass(frozen=True)
class _Disclosure:
    """What a disclosure says; `name` is None for an element of an array."""

    name: str | None
    value: Any


def digest_of(text: str) -> str:
    """The digest of a disclosure or an SD-JWT, as it is spelt (section 4.2.3)."""
    return b64url(sha256(text.encode()).digest())


def disclosed(payload: Mapping[str, Any], disclosures: Sequence[str]) -> dict[str, Any]:
    """The Processed SD-JWT Payload; AlgorithmRefused for another hash, DisclosureRefused."""
    if payload.get(_HASH_NAME, HASH) != HASH:
        raise AlgorithmRefused(log="another hash")
    # Read before it is hashed: half a character, as JSON can spell one, has no octets.
    read = [(_read(text), text) for text in disclosures]
    shown = {digest_of(text): disclosure for disclosure, text in read}
    if len(shown) < len(disclosures):
        raise DisclosureRefused(log="twice the same")
    filling = _Filling(shown)
    claims = filling.members({name: payload[name] for name in payload if name != _HASH_NAME}, 0)
    if filling.unplaced:
        raise DisclosureRefused(log="one that the issuer has not made")
    return claims


def _read(text: str) -> _Disclosure:
    try:
        parts = compact.elements(compact.octets(text.encode("ascii")))
    except (UnicodeEncodeError, TokenMalformed):
        raise DisclosureRefused(log="not base64url of a JSON array") from None
    if not 2 <= len(parts) <= 3 or not isinstance(parts[0], str):
        raise DisclosureRefused(log="neither a claim nor an element")
    if len(parts) == 2:
        return _Disclosure(None, parts[1])
    name = parts[1]
    # Section 4.2.1; the third would change how the others are read.
    if not isinstance(name, str) or name in (_DIGESTS, _ELEMENT, _HASH_NAME):
        raise DisclosureRefused(log="a name that is none")
    return _Disclosure(name, parts[2])


class _Filling:
    """Puts what was disclosed in its places; what is in `unplaced` has found none so far."""

    def __init__(self, shown: Mapping[str, _Disclosure]) -> None:
        self.unplaced = dict(shown)
        self._met: set[str] = set()

    def members(self, said: Mapping[str, Any], depth: int) -> dict[str, Any]:
        """An object, with the claims behind its digests."""
        if _ELEMENT in said or _HASH_NAME in said:
            raise DisclosureRefused(log="a reserved name out of place")
        digests = said.get(_DIGESTS, [])
        if not isinstance(digests, list):
            raise DisclosureRefused(log="_sd is no array")
        names = (name for name in said if name != _DIGESTS)
        found = {name: self._value(said[name], depth + 1) for name in names}
        for digest in digests:
            disclosure = self._taken(digest)
            if disclosure is None:
                continue
            if disclosure.name is None or disclosure.name in found:
                raise DisclosureRefused(log="no claim, or one that is there already")
            found[disclosure.name] = self._value(disclosure.value, depth + 1)
        return found

    def _elements(self, said: list[Any], depth: int) -> Iterator[Any]:
        for element in said:
            if not isinstance(element, dict) or _ELEMENT not in element:
                yield self._value(element, depth + 1)
                continue
            if len(element) > 1:
                raise DisclosureRefused(log="an element with more than a digest")
            disclosure = self._taken(element[_ELEMENT])
            if disclosure is None:
                continue
            if disclosure.name is not None:
                raise DisclosureRefused(log="a claim in the place of an element")
            yield self._value(disclosure.value, depth + 1)

    def _value(self, said: Any, depth: int) -> Any:
        if depth > _DEEPEST:
            raise DisclosureRefused(log="nested too deep")
        if isinstance(said, dict):
            return self.members(said, depth)
        if isinstance(said, list):
            return list(self._elements(said, depth))
        return said

    def _taken(self, digest: Any) -> _Disclosure | None:
        """What stands behind a digest, once; None for what was kept back, or is a decoy."""
        if not isinstance(digest, str) or digest in self._met:
            raise DisclosureRefused(log="no digest, or one that is there twice")
        self._met.add(digest)
        return self.unplaced.pop(digest, None)
