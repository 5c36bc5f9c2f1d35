"""What a credential can tell of a person: predicates and classes, each disclosed by itself.

Never a name, a number or a birth date, and nothing that is one person's alone, but for the
pseudonym of the one platform that a credential is for.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from authsvc.attributes import DEPARTMENTS
from authsvc.certificates.credentials import counterfoil
from authsvc.certificates.credentials.kinds import CredentialKind
from authsvc.certificates.credentials.statement import Platform, Statement
from authsvc.errors import Text
from authsvc.subscribers import age_on

AGES = (14, 16, 18)

CLAIMS: Mapping[str, Text] = MappingProxyType(
    {
        "age_over_14": Text("已满14周岁", "14 or older"),
        "age_over_16": Text("已满16周岁", "16 or older"),
        "age_over_18": Text("已满18周岁", "18 or older"),
        "document_class": Text("证件种类", "Kind of document"),
        "assurance": Text("核验方式", "How the identity was verified"),
        "sub": Text("您在该平台的代号", "Your pseudonym at the platform"),
        counterfoil.CLAIM: Text("核验凭据(不含身份)", "Receipt without identity"),
    }
)
"""What may be disclosed, and what people call it."""


def names_of(kind: CredentialKind) -> Mapping[str, Text]:
    """The claims that every credential of a kind has, in one order, and what people call them."""
    if kind.department is not None:
        known = DEPARTMENTS[kind.department].attributes
        return {name: known[name].text for name in kind.attributes}
    left_out = set()
    if not kind.names_subject:
        left_out.add("sub")
    if not kind.has_counterfoil:
        left_out.add(counterfoil.CLAIM)
    return {name: text for name, text in CLAIMS.items() if name not in left_out}


def told(
    kind: CredentialKind, statement: Statement, platform: Platform | None, *, day: date
) -> dict[str, object]:
    """The claims about a person, and their values on a day of China's calendar.

    NOTE: an age is not told to change. Whoever has a birthday meanwhile fetches new credentials;
    one that ended on that day would tell the day.
    """
    if kind.department is not None:
        return {name: statement.attributes[name] for name in kind.attributes}
    age = age_on(statement.birth_date, day)
    claims: dict[str, object] = {f"age_over_{years}": age >= years for years in AGES}
    claims["document_class"] = statement.document_class
    claims["assurance"] = statement.assurance
    if platform is not None:
        claims["sub"] = platform.subject
    return claims
