"""What the types mean, for whoever meets one (SD-JWT VC, type metadata)."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import msgspec

from authsvc.certificates.credentials.claims import names_of
from authsvc.certificates.credentials.kinds import KINDS, CredentialKind, Format
from authsvc.certificates.errors import CredentialTypeUnknown
from authsvc.errors import Text

NAMES: Mapping[str, Text] = MappingProxyType(
    {
        "verified-person": Text("网证", "Verified person"),
        "verified-person-at-platform": Text(
            "网证(用于一个平台)", "Verified person, at one platform"
        ),
        "residence-attestation": Text("户籍证明", "Place of residence"),
        "residence-permit-link": Text("居住证关联证明", "Residence permit"),
    }
)
"""What people call each type, by the end of its address."""

_DESCRIPTIONS: Mapping[str, Text] = MappingProxyType(
    {
        "verified-person": Text(
            "持有人是一位经过核验的真实的人；仅出示其选择出示的内容，不含姓名与号码。",
            "The holder is a real person who was verified; what they choose is shown, no name, no"
            " number.",
        ),
        "verified-person-at-platform": Text(
            "持有人是一位经过核验的真实的人，并以该平台认识的代号出示；仅供该平台使用。",
            "The holder is a real person who was verified, under the pseudonym that this one"
            " platform knows; for this platform alone.",
        ),
        "residence-attestation": Text(
            "持有人的户籍所在省份与城市，由户籍与居住管理部门证明，不含更细的地址。",
            "The province and the city of the holder's registered residence, as the residence"
            " department says; nothing finer.",
        ),
        "residence-permit-link": Text(
            "持有人的居住证由哪个城市签发、有效至哪个月；不含居住证号码。",
            "Which city's residence permit the holder has, and until which month; not its number.",
        ),
    }
)
# Registered claims that are always shown. What is not listed is no part of a type.
_SHOWN = ("iss", "iat", "exp", "cnf", "vct")


@cache
def type_metadata(name: str, *, vct: str) -> bytes:
    """The document about a type, in JSON; CredentialTypeUnknown."""
    kinds = [kind for kind in KINDS.values() if _is_called(kind, name)]
    if not kinds:
        raise CredentialTypeUnknown
    claims = [names_of(kind) for kind in kinds]
    everywhere = set.intersection(*map(set, claims))
    texts = {claim: text for each in claims for claim, text in each.items()}
    shown = [*_SHOWN, *(["sector"] if kinds[0].names_subject else [])]
    shown += [] if kinds[0].department is None else ["attested_by"]
    document = {
        "vct": vct,
        "name": NAMES[name].en,
        "description": _DESCRIPTIONS[name].en,
        "display": [
            {
                "locale": locale,
                "name": getattr(NAMES[name], language),
                "description": getattr(_DESCRIPTIONS[name], language),
            }
            for locale, language in _LOCALES
        ],
        "claims": [
            *({"path": [claim], "mandatory": True, "sd": "never"} for claim in shown),
            {"path": ["status"], "sd": "never"},
            *(
                _disclosable(claim, text, mandatory=claim in everywhere)
                for claim, text in texts.items()
            ),
        ],
    }
    return msgspec.json.encode(document)


def _is_called(kind: CredentialKind, name: str) -> bool:
    """Only types of SD-JWT VCs are described: of an mdoc the type is no address."""
    return kind.format is Format.SD_JWT and kind.type_name == name


_LOCALES = (("zh-CN", "zh"), ("en", "en"))


def _disclosable(claim: str, text: Text, *, mandatory: bool) -> dict[str, Any]:
    return {
        "path": [claim],
        "mandatory": mandatory,
        "sd": "always",
        "display": [
            {"locale": locale, "label": getattr(text, language)} for locale, language in _LOCALES
        ],
    }
