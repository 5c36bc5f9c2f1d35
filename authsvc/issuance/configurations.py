"""The kinds of certificates as the metadata describes them (OpenID4VCI 1.0, 12.2.4 and A.3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from authsvc.certificates.credentials import KINDS, CredentialKind
from authsvc.certificates.credentials.claims import names_of
from authsvc.errors import Text
from authsvc.issuance.key_proofs import ALGORITHMS

FORMAT = "dc+sd-jwt"

_NAMES: Mapping[str, Text] = {
    "verified-person": Text("网证", "Online certificate"),
    "verified-person-brief": Text("当日网证", "Online certificate for a day"),
    "verified-person-counter": Text("柜台网证", "Online certificate for counters"),
    "verified-person-at-platform": Text("平台网证", "Online certificate for a platform"),
    "residence-attestation": Text("户籍证明", "Place of residence"),
    "residence-permit-link": Text("居住证关联证明", "Residence permit"),
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


def described(issuer: str, *, proof_types: Sequence[str], signed_with: str) -> dict[str, Any]:
    """`credential_configurations_supported`; `signed_with` is the algorithm of this day."""
    return {
        kind.id: _configuration(issuer, kind, proof_types)
        | {"credential_signing_alg_values_supported": [signed_with]}
        for kind in KINDS.values()
    }


def displayed(text: Text) -> list[dict[str, str]]:
    """A name in both languages (section 12.2.4, `display`)."""
    return [{"name": text.zh, "locale": "zh-CN"}, {"name": text.en, "locale": "en"}]


def _configuration(issuer: str, kind: CredentialKind, proof_types: Sequence[str]) -> dict[str, Any]:
    claims = dict(_CLAIMS)
    if kind.names_subject:
        claims["sub"] = _SUBJECT
    if kind.has_counterfoil:
        claims["receipt"] = _RECEIPT
    if kind.department is not None:
        claims = dict(names_of(kind))
    signed = {"proof_signing_alg_values_supported": ALGORITHMS}
    return {
        "format": FORMAT,
        "scope": kind.id,
        "vct": f"{issuer}/credentials/types/{kind.vct_name}",
        "cryptographic_binding_methods_supported": ["jwk"],
        "proof_types_supported": dict.fromkeys(proof_types, signed),
        "credential_metadata": {
            "display": displayed(_NAMES[kind.id]),
            "claims": [
                {"path": [name], "display": displayed(text)} for name, text in claims.items()
            ],
        },
    }
