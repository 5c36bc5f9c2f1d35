"""From what is said to what is handed over: one credential, written in the form of its kind.

Everything that is the same whatever the form is decided before: the times, the place in a status
list, the claims. Here they get their names in that form, and are signed.
"""

from collections.abc import Callable, Mapping

from authsvc.algorithms import ALGORITHMS
from authsvc.certificates.credentials import mdoc, sd_jwt
from authsvc.certificates.credentials.counterfoil import CLAIM as COUNTERFOIL
from authsvc.certificates.credentials.counterfoil import counterfoil
from authsvc.certificates.credentials.kinds import CredentialKind, Format, Validity
from authsvc.certificates.credentials.mobile_security_object import MobileSecurityObject
from authsvc.certificates.credentials.signer import DOCUMENTS, CredentialSigner
from authsvc.certificates.credentials.statement import Wanted
from authsvc.certificates.credentials.types import type_of
from authsvc.certificates.status_entry import StatusReference

Writer = Callable[[Wanted, Mapping[str, object], StatusReference | None], str]
"""Of what is wanted, what is told, and where its status will be."""


def is_written(kind: CredentialKind, alg: str) -> bool:
    """Whether a kind can be signed with an algorithm.

    An mdoc needs its number in COSE, and a certificate: SM2 has neither.
    """
    return kind.format is not Format.MDOC or ALGORITHMS[alg].cose is not None


def writer(
    kind: CredentialKind,
    times: Validity,
    *,
    issuer: str,
    signer: CredentialSigner,
    attested_by: str | None,
) -> Writer:
    """Who writes credentials of a kind that hold at these times; AuthorityExpired.

    `attested_by` is the department behind what is told, of a kind that rests on one.
    """
    if kind.format is Format.MDOC:
        return _mdoc(kind, times, issuer, signer)
    return _sd_jwt(kind, times, issuer, signer, attested_by)


def _sd_jwt(
    kind: CredentialKind,
    times: Validity,
    issuer: str,
    signer: CredentialSigner,
    attested_by: str | None,
) -> Writer:
    identity = signer.at(times.issued_at)
    header: dict[str, object] = {
        "alg": identity.key.alg,
        "typ": sd_jwt.TYPE,
        "kid": identity.key.kid,
    }
    if kind.carries_chain and identity.chain:
        header["x5c"] = identity.chain
    vct = type_of(kind, issuer=issuer)
    always = {
        "iss": issuer,
        "vct": vct,
        "iat": int(times.issued_at.timestamp()),
        "exp": int(times.expires_at.timestamp()),
    }

    def write(wanted: Wanted, told: Mapping[str, object], status: StatusReference | None) -> str:
        shown: dict[str, object] = dict(always)
        if wanted.platform is not None:
            shown["sector"] = wanted.platform.sector
        shown["cnf"] = {"jwk": sd_jwt.holder_jwk(wanted.holder_key)}
        if status is not None:
            shown["status"] = {"status_list": {"idx": status.idx, "uri": status.uri}}
        if kind.department is not None:
            shown["attested_by"] = attested_by
        claims = dict(told)
        if kind.has_counterfoil:
            sector = None if wanted.platform is None else wanted.platform.sector
            claims[COUNTERFOIL] = counterfoil(
                issuer=issuer, vct=vct, times=times, sector=sector, key=identity.key
            )
        return sd_jwt.signed(header, shown, sd_jwt.disclosures(claims), key=identity.key)

    return write


def _mdoc(kind: CredentialKind, times: Validity, issuer: str, signer: CredentialSigner) -> Writer:
    identity = signer.at(times.issued_at, trade=DOCUMENTS)
    doc_type = type_of(kind, issuer=issuer)

    def write(wanted: Wanted, told: Mapping[str, object], status: StatusReference | None) -> str:
        items = mdoc.items(told)
        security_object = MobileSecurityObject(doc_type, items, times, wanted.holder_key, status)
        return mdoc.issued(security_object, identity)

    return write
