"""What a holder authorizes by presenting (OpenID4VP 1.0 sections 5.1 and 8.4, appendix B.3.3.1).

A platform says what is to be done, in members of its own beside `type`; the wallet shows it to its
holder, and the holder's proof has a hash of it. Which types there are platforms and wallets agree
upon: a wallet that does not know one refuses the whole request.

What is hashed is the text that was sent. So it is made once, and kept with the request.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256, sha384, sha512
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from authsvc.identifiers import b64url, from_b64url
from authsvc.verify.presentation.dcql import MdocQuery, Name, Query
from authsvc.verify.presentation.errors import (
    RequestRefused,
    TransactionDataMissing,
    TransactionDataRefused,
)

# IANA "Named Information Hash Algorithm"; the first is what a request means that names none.
_HASHES = {"sha-256": sha256, "sha-384": sha384, "sha-512": sha512}
_DEFAULT = "sha-256"

# A person reads all of it before saying yes; the lengths are ours, as in `dcql`.
MOST = 4
_LONGEST = 4096
_Text = Annotated[str, Meta(min_length=1, max_length=256)]


class _Datum(msgspec.Struct, frozen=True):
    """The members that every type has; what else there is concerns its type alone."""

    type: _Text
    credential_ids: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=16)]
    transaction_data_hashes_alg: Annotated[tuple[str, ...], Meta(min_length=1)] | None = None

    @property
    def algorithms(self) -> tuple[str, ...]:
        return self.transaction_data_hashes_alg or (_DEFAULT,)


class _Proof(msgspec.Struct, frozen=True):
    """What a Key Binding JWT says of it."""

    transaction_data_hashes: Annotated[tuple[str, ...], Meta(min_length=1)] | None = None
    transaction_data_hashes_alg: str | None = None


def encoded(documents: Sequence[Mapping[str, Any]], query: Query) -> tuple[str, ...]:
    """What is sent for each; RequestRefused for what no wallet could answer, or we not check."""
    if len(documents) > MOST:
        raise RequestRefused(field="transaction_data", log="too many")
    return tuple(_encoded(each, query) for each in documents)


def _encoded(document: Mapping[str, Any], query: Query) -> str:
    try:
        datum = msgspec.convert(document, _Datum)
        text = b64url(msgspec.json.encode(document))
    except (ValueError, TypeError, RecursionError):
        raise RequestRefused(field="transaction_data", log="not of this kind") from None
    if len(text) > _LONGEST or not set(datum.algorithms) <= set(_HASHES):
        raise RequestRefused(field="transaction_data", log="too long, or another hash")
    if any(query.of(name) is None for name in datum.credential_ids):
        raise RequestRefused(field="transaction_data", log="a credential that is not asked for")
    if any(isinstance(query.of(name), MdocQuery) for name in datum.credential_ids):
        # Appendix B.2.1 leaves it to a profile in which elements a device signs it; none is ours.
        raise RequestRefused(field="transaction_data", log="an mdoc, which authorizes nothing")
    return text


def authorized_by(
    sent: Sequence[str], proofs: Mapping[str, Sequence[Mapping[str, Any]]]
) -> tuple[str, ...]:
    """Which credential query's holder has authorized each; exactly one has.

    `proofs` are the claims of the Key Binding JWTs that were verified, by the name of the query.
    TransactionDataMissing; TransactionDataRefused for a hash of something else, or twice.
    """
    said = [(name, _read(each)) for name, each in _flat(proofs)]
    data = [msgspec.json.decode(from_b64url(text), type=_Datum) for text in sent]
    found: list[str | None] = [None] * len(sent)
    for name, proof in said:
        for digest in proof.transaction_data_hashes or ():
            place = _place(digest, name, proof.transaction_data_hashes_alg, sent, data)
            if found[place] is not None:
                raise TransactionDataRefused(log="authorized twice")
            found[place] = name
    if None in found:
        raise TransactionDataMissing
    return tuple(name for name in found if name is not None)


def _flat(
    proofs: Mapping[str, Sequence[Mapping[str, Any]]],
) -> list[tuple[str, Mapping[str, Any]]]:
    return [(name, each) for name, several in proofs.items() for each in several]


def _read(claims: Mapping[str, Any]) -> _Proof:
    try:
        return msgspec.convert(claims, _Proof)
    except msgspec.ValidationError:
        raise TransactionDataRefused(log="of another kind") from None


def _place(
    digest: str, name: str, said: str | None, sent: Sequence[str], data: Sequence[_Datum]
) -> int:
    """Which of what was sent this is the hash of, under a name that may authorize it."""
    for place, (text, datum) in enumerate(zip(sent, data, strict=True)):
        if name not in datum.credential_ids or not _may_be(said, datum):
            continue
        if digest == b64url(_HASHES[said or _DEFAULT](text.encode()).digest()):
            return place
    raise TransactionDataRefused(log="a hash of something else")


def _may_be(said: str | None, datum: _Datum) -> bool:
    """Where the request names algorithms, so does the proof (appendix B.3.3.1)."""
    if said is None:
        return datum.transaction_data_hashes_alg is None
    return said in datum.algorithms
