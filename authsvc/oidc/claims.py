"""Claims about a person, from their birth date: predicates and a band, never the date itself."""

from collections.abc import Sequence
from datetime import date

from authsvc.oidc.scopes import AGE
from authsvc.subscribers import age_on

# 14: a guardian's consent is no longer needed (PIPL article 31); 16: may work (Labour Law
# article 15); 18: of age (Civil Code article 17).
_THRESHOLDS = (14, 16, 18)

NAMES = ("age_over_14", "age_over_16", "age_over_18", "age_band")


def needs_birth_date(scopes: Sequence[str]) -> bool:
    """Whether anything beyond the subject is told under these scopes."""
    return AGE in scopes


def age_claims(birth_date: date, day: date) -> dict[str, bool | str]:
    """`age_over_14`, `age_over_16`, `age_over_18` and `age_band` on a day of China's calendar."""
    age = age_on(birth_date, day)
    over: dict[str, bool | str] = {f"age_over_{years}": age >= years for years in _THRESHOLDS}
    return over | {"age_band": age_band(age)}


def age_band(age: int) -> str:
    """`under_14`, `14_to_15`, `16_to_17` or `18_and_over`."""
    if age < 14:
        return "under_14"
    if age < 16:
        return "14_to_15"
    return "16_to_17" if age < 18 else "18_and_over"
