"""Claims about a person, from their birth date: predicates and a band, never the date itself.

The scope `age` tells all of them; the parameter `claims` asks for one alone (OpenID Connect Core
5.5). Either way a client is told only what the scopes of its registration cover.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from authsvc.authentication.assurance import AAL1, AAL2
from authsvc.clients import Client
from authsvc.errors import Text
from authsvc.oidc.scopes import AGE
from authsvc.subscribers import age_on

VERIFIED_CLAIMS = "verified_claims"

# 14: a guardian's consent is no longer needed (PIPL article 31); 16: may work (Labour Law
# article 15); 18: of age (Civil Code article 17).
_THRESHOLDS = (14, 16, 18)
_BANDS = ("under_14", "14_to_15", "16_to_17", "18_and_over")

# Every claim about a person, and all values that it can have.
POSSIBLE: Mapping[str, Sequence[object]] = MappingProxyType(
    {f"age_over_{years}": (True, False) for years in _THRESHOLDS} | {"age_band": _BANDS}
)
NAMES = tuple(POSSIBLE)

# What UserInfo tells about the sign-in behind a token, where it is asked by name. It is no claim
# about the person. Nobody can know beforehand which `auth_time` would do.
SIGN_IN: Mapping[str, Sequence[object]] = MappingProxyType({"acr": (AAL1, AAL2), "auth_time": ()})

# What the person is shown.
SENTENCES: Mapping[str, Text] = MappingProxyType(
    {
        f"age_over_{years}": Text(f"您是否已满 {years} 周岁", f"whether you are over {years}")
        for years in _THRESHOLDS
    }
    | {
        "age_band": Text("您所在的年龄段", "your age band"),
        VERIFIED_CLAIMS: Text(
            "您的身份依照哪套规则、凭哪类证件核验",
            "by which rules, and with what kind of document, your identity was verified",
        ),
    }
)


def known_to(client: Client) -> Mapping[str, Sequence[object]]:
    """The claims about a person that a client may ask for, and their possible values."""
    return POSSIBLE if AGE in client.scopes else {}


def is_covered(name: str, scopes: Collection[str]) -> bool:
    """Whether somebody who granted these scopes has granted this claim with them."""
    return name in POSSIBLE and AGE in scopes


def consented_names(places: Mapping[str, Mapping[str, Any]] | None) -> tuple[str, ...]:
    """The claims that a person must have consented to, of what is asked of all places."""
    if not places:
        return ()
    names: dict[str, None] = {}
    for members in places.values():
        for name, wish in members.items():
            names[name] = None
            if name == VERIFIED_CLAIMS:
                several = wish if isinstance(wish, list) else [wish]
                names |= dict.fromkeys(inner for each in several for inner in each["claims"])
    return tuple(name for name in names if name not in SIGN_IN)


def age_claims(birth_date: date, day: date) -> dict[str, bool | str]:
    """`age_over_14`, `age_over_16`, `age_over_18` and `age_band` on a day of China's calendar."""
    age = age_on(birth_date, day)
    over: dict[str, bool | str] = {f"age_over_{years}": age >= years for years in _THRESHOLDS}
    return over | {"age_band": age_band(age)}


def age_band(age: int) -> str:
    """`under_14`, `14_to_15`, `16_to_17` or `18_and_over`."""
    return _BANDS[sum(age >= years for years in _THRESHOLDS)]
