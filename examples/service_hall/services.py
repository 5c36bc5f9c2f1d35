"""The services of the hall, what each asks for, and how little that is.

Every service needs name and identity number, because the register files by them and by nothing
else; it asks when something is filed, hands them on, and keeps a masked number. Whoever
comes back to see how far things are is asked for no name: `sub` is enough.
"""

from collections.abc import Mapping
from dataclasses import dataclass

LEGAL_BASIS = "《样例政务服务法》第三条"
"""The law that the hall is registered with; artificial, as the hall is."""

CITIES: Mapping[str, tuple[str, str]] = {
    "330100": ("浙江省杭州市", "Hangzhou, Zhejiang"),
    "420100": ("湖北省武汉市", "Wuhan, Hubei"),
    "440300": ("广东省深圳市", "Shenzhen, Guangdong"),
    "510100": ("四川省成都市", "Chengdu, Sichuan"),
}
"""Where one can move to (GB/T 2260), with the words for people."""


@dataclass(frozen=True)
class Query:
    """One question to a department (RFC 9396, type `attribute_query`)."""

    department: str
    attributes: tuple[str, ...]
    purpose: str

    def detail(self) -> dict[str, object]:
        """As an authorization detail, with the law."""
        return {
            "type": "attribute_query",
            "department": self.department,
            "attributes": list(self.attributes),
            "purpose": self.purpose,
            "legal_basis": LEGAL_BASIS,
        }


@dataclass(frozen=True)
class Service:
    """A service: what it is called, what it asks, and which applications it files.

    `asks_city` if one chooses where to; `cases` are the back office's words.
    """

    id: str
    zh: str
    en: str
    about_zh: str
    about_en: str
    queries: tuple[Query, ...]
    cases: tuple[str, ...]
    asks_city: bool = True


_HOUSEHOLD = Query("residence", ("residence_province", "residence_city"), "residence_service")
_PERMIT = Query(
    "residence", ("residence_permit_city", "residence_permit_until"), "residence_service"
)
_SCHOOL = Query("education", ("student",), "school_admission")
_INSURANCE = Query(
    "social_insurance", ("pension_insured", "medical_insured"), "social_insurance_transfer"
)

_ALL = (
    Service(
        "card",
        "补领身份证",
        "Replace a lost card",
        "身份证丢了：在家报失并补领，网号不变。",
        "Report a lost identity card and get a new one from home; the online number stays.",
        (),
        ("card",),
        asks_city=False,
    ),
    Service(
        "move",
        "户口跨省迁移",
        "Move to another province",
        "把户口迁到另一个省份，不必两头跑。",
        "Move the household to another province, without a journey to either.",
        (_HOUSEHOLD,),
        ("move",),
    ),
    Service(
        "permit",
        "办理并关联居住证",
        "Link a residence permit",
        "办理居住证，并关联到您的网号。",
        "Get a residence permit, and link it to your online number.",
        (_PERMIT,),
        ("permit",),
    ),
    Service(
        "new-in-town",
        "新市民“一件事”",
        "One thing: new in town",
        "居住、入学、社保转移：一次同意，一并办理。",
        "Residence, school and social insurance: one consent, all filed together.",
        (_PERMIT, _SCHOOL, _INSURANCE),
        ("permit", "school", "insurance"),
    ),
)

SERVICES: Mapping[str, Service] = {each.id: each for each in _ALL}
"""Every service, by its id in addresses."""


def registered_queries() -> list[dict[str, object]]:
    """What an operator registers (`attribute_queries`): each question once, with the law."""
    asked = {query.department + query.purpose: query for each in _ALL for query in each.queries}
    found = []
    for key, query in asked.items():
        names = dict.fromkeys(
            name
            for each in _ALL
            for other in each.queries
            if other.department + other.purpose == key
            for name in other.attributes
        )
        detail = {**query.detail(), "attributes": list(names)}
        del detail["type"]
        found.append(detail)
    return found
