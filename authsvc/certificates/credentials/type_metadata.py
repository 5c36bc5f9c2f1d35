"""What the types mean, for whoever meets one (SD-JWT VC, type metadata)."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import msgspec

from authsvc.certificates.credentials.claims import CLAIMS, names_of
from authsvc.certificates.credentials.kinds import KINDS, CredentialKind, Format
from authsvc.certificates.errors import CredentialTypeUnknown
from authsvc.errors import Text

NAMES: Mapping[str, Text] = MappingProxyType(
    {
        "verified-person": Text("网证", "Verified person"),
        "verified-person-at-platform": Text(
            "网证(用于一个平台)", "Verified person, at one platform"
        ),
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
    }
)
# Registered claims that are always shown. What is not listed is no part of a type.
_SHOWN = ("iss", "iat", "exp", "cnf", "vct")


@cache
def type_metadata(name: str, *, vct: str) -> bytes:
    """The document about a type, in JSON; CredentialTypeUnknown."""
    kind = next((kind for kind in KINDS.values() if _is_called(kind, name)), None)
    if kind is None:
        raise CredentialTypeUnknown
    shown = [*_SHOWN, "sector"] if kind.names_subject else list(_SHOWN)
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
            *(_disclosable(claim) for claim in names_of(kind)),
        ],
    }
    return msgspec.json.encode(document)


def _is_called(kind: CredentialKind, name: str) -> bool:
    """Only types of SD-JWT VCs are described: of an mdoc the type is no address."""
    return kind.format is Format.SD_JWT and kind.type_name == name


_LOCALES = (("zh-CN", "zh"), ("en", "en"))


def _disclosable(claim: str) -> dict[str, Any]:
    return {
        "path": [claim],
        "mandatory": True,
        "sd": "always",
        "display": [
            {"locale": locale, "label": getattr(CLAIMS[claim], language)}
            for locale, language in _LOCALES
        ],
    }
