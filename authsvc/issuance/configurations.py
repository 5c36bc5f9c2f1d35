"""The kinds of certificates as the metadata describes them (OpenID4VCI 1.0, 12.2.4, A.2, A.3)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from authsvc.algorithms import ALGORITHMS as REGISTRY
from authsvc.certificates.credentials import CredentialKind, Format, type_of
from authsvc.certificates.credentials.claims import names_of
from authsvc.errors import Text
from authsvc.issuance.key_proofs import ALGORITHMS

# In which form a certificate shows the key that it is for (section 12.2.4).
_BOUND_BY = {Format.SD_JWT: "jwk", Format.MDOC: "cose_key"}
# How the type is told.
_TYPE = {Format.SD_JWT: "vct", Format.MDOC: "doctype"}

_NAMES: Mapping[str, Text] = {
    "verified-person": Text("网证", "Online certificate"),
    "verified-person-brief": Text("当日网证", "Online certificate for a day"),
    "verified-person-counter": Text("柜台网证", "Online certificate for counters"),
    "verified-person-at-platform": Text("平台网证", "Online certificate for a platform"),
    "residence-attestation": Text("户籍证明", "Place of residence"),
    "residence-permit-link": Text("居住证关联证明", "Residence permit"),
    "verified-person-mdoc": Text("网证(mdoc)", "Online certificate (mdoc)"),
    "verified-person-mdoc-brief": Text("当日网证(mdoc)", "Online certificate for a day (mdoc)"),
}
_CLAIMS: Mapping[str, Text] = {
    "age_over_14": Text("已满 14 周岁", "Over 14"),
    "age_over_16": Text("已满 16 周岁", "Over 16"),
    "age_over_18": Text("已满 18 周岁", "Over 18"),
    "document_class": Text("证件类别", "Class of the document"),
    "assurance": Text("核验强度", "How identity was verified"),
}
_SUBJECT = Text("该平台专用的代号", "Pseudonym for this platform alone")
_RECEIPT = Text("核验凭据(不含身份)", "Receipt without identity")


def described(
    issuer: str,
    kinds: Iterable[CredentialKind],
    *,
    proof_types: Sequence[str],
    signed_with: str,
) -> dict[str, Any]:
    """`credential_configurations_supported`; `signed_with` is the algorithm of this day."""
    return {kind.id: _configuration(issuer, kind, proof_types, signed_with) for kind in kinds}


def displayed(text: Text) -> list[dict[str, str]]:
    """A name in both languages (section 12.2.4, `display`)."""
    return [{"name": text.zh, "locale": "zh-CN"}, {"name": text.en, "locale": "en"}]


def _path(kind: CredentialKind, type_: str, name: str) -> list[str]:
    """Where a claim is (appendix C): in an mdoc in a namespace, which is called as the type is."""
    return [type_, name] if kind.format is Format.MDOC else [name]


def _signed_with(kind: CredentialKind, alg: str) -> list[str] | list[int]:
    """JOSE's name (appendix A.3), or COSE's numbers, by which wallets may know it (A.2)."""
    return [*REGISTRY[alg].cose_numbers] if kind.format is Format.MDOC else [alg]


def _configuration(
    issuer: str, kind: CredentialKind, proof_types: Sequence[str], signed_with: str
) -> dict[str, Any]:
    claims = dict(_CLAIMS)
    if kind.names_subject:
        claims["sub"] = _SUBJECT
    if kind.has_counterfoil:
        claims["receipt"] = _RECEIPT
    if kind.department is not None:
        claims = dict(names_of(kind))
    signed = {"proof_signing_alg_values_supported": ALGORITHMS}
    type_ = type_of(kind, issuer=issuer)
    return {
        "format": kind.format,
        "scope": kind.id,
        _TYPE[kind.format]: type_,
        "credential_signing_alg_values_supported": _signed_with(kind, signed_with),
        "cryptographic_binding_methods_supported": [_BOUND_BY[kind.format]],
        "proof_types_supported": dict.fromkeys(proof_types, signed),
        "credential_metadata": {
            "display": displayed(_NAMES[kind.id]),
            "claims": [
                {"path": _path(kind, type_, name), "display": displayed(text)}
                for name, text in claims.items()
            ],
        },
    }
