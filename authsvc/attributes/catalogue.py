"""Which departments there are, what each attests, what it may be asked for, and by whom.

A closed list each: a department that read free words about the purpose would soon know which
platform wrote them. A department is added by an entry here and its address in the settings.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from authsvc.errors import Text


@dataclass(frozen=True)
class Attribute:
    """Something that a department says of a person.

    `values` are all that it can be, or a pattern (of text) that each of them fits. A `sensitive`
    one wants separate consent (Personal Information Protection Law, articles 28 and 29).
    """

    name: str
    text: Text
    values: tuple[str | bool, ...] | re.Pattern[str]
    sensitive: bool = False

    def takes(self, value: object) -> bool:
        """Whether it can have this value; in JSON `true` is not 1."""
        if isinstance(self.values, re.Pattern):
            return isinstance(value, str) and self.values.fullmatch(value) is not None
        return any(type(value) is type(each) and value == each for each in self.values)


@dataclass(frozen=True)
class Kind:
    """A department: its name in addresses and settings, what people call it, what it attests."""

    id: str
    text: Text
    attributes: Mapping[str, Attribute]

    @property
    def sector(self) -> str:
        """For whom its pseudonyms are derived. No platform's sector is called so: it is no host."""
        return f"department:{self.id}"


def _kind(id_: str, text: Text, *attributes: Attribute) -> Kind:
    return Kind(id_, text, MappingProxyType({each.name: each for each in attributes}))


_YES_OR_NO = (True, False)
# GB/T 2260: two digits for the province, two more for the city. Nothing finer is ever told.
_PROVINCE = re.compile(r"[1-8][0-9]0000")
_CITY = re.compile(r"[1-8][0-9]{3}00")
# A day would be few people's; a month is a class.
_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")

_KINDS = (
    _kind(
        "education",
        Text("教育部门", "the education department"),
        Attribute(
            "education_level",
            Text("最高学历层次", "your highest level of education"),
            ("none", "compulsory", "secondary", "vocational", "bachelor", "master", "doctorate"),
        ),
        Attribute(
            "student", Text("是否为在籍学生", "whether you are enrolled as a student"), _YES_OR_NO
        ),
    ),
    _kind(
        "employment",
        Text("人力资源部门", "the employment department"),
        Attribute(
            "employment_status",
            Text("就业状态", "your employment status"),
            ("employed", "self_employed", "unemployed", "retired", "not_in_the_labour_force"),
        ),
        Attribute(
            "vocational_certificate",
            Text("是否持有职业资格证书", "whether you hold a vocational certificate"),
            _YES_OR_NO,
        ),
    ),
    _kind(
        "residence",
        Text("户籍与居住管理部门", "the residence department"),
        Attribute(
            "residence_province",
            Text("户籍所在省份", "the province of your registered residence"),
            _PROVINCE,
        ),
        Attribute(
            "residence_city", Text("户籍所在城市", "the city of your registered residence"), _CITY
        ),
        Attribute(
            "residence_permit_city",
            Text("居住证的签发城市", "the city of your residence permit"),
            _CITY,
        ),
        Attribute(
            "residence_permit_until",
            Text("居住证有效至哪个月", "the month in which your residence permit ends"),
            _MONTH,
        ),
    ),
    _kind(
        "social_insurance",
        Text("社会保险经办机构", "the social insurance agency"),
        Attribute(
            "pension_insured",
            Text("是否参加养老保险", "whether you have pension insurance"),
            _YES_OR_NO,
            sensitive=True,
        ),
        Attribute(
            "medical_insured",
            Text("是否参加医疗保险", "whether you have medical insurance"),
            _YES_OR_NO,
            sensitive=True,
        ),
        Attribute(
            "contribution_years",
            Text("缴费年限区间", "for how many years you have paid in (a band)"),
            ("none", "under_1", "1_to_4", "5_to_14", "15_and_over"),
            sensitive=True,
        ),
    ),
)

DEPARTMENTS: Mapping[str, Kind] = MappingProxyType({kind.id: kind for kind in _KINDS})
"""Every department that can be there, by its id."""

ATTRIBUTES: Mapping[str, tuple[Kind, Attribute]] = MappingProxyType(
    {name: (kind, each) for kind in _KINDS for name, each in kind.attributes.items()}
)
"""Every attribute, by its name, which no two departments share."""

PURPOSES: Mapping[str, Text] = MappingProxyType(
    {
        "school_admission": Text("办理入学", "school admission"),
        "employment_service": Text("就业服务", "employment services"),
        "social_insurance_transfer": Text("社会保险关系转移", "moving social insurance"),
        "housing_benefit": Text("住房保障", "housing benefits"),
        "residence_service": Text("户籍与居住证业务", "residence and permit services"),
        "medical_benefit": Text("医疗待遇办理", "medical benefits"),
        "recruitment": Text("招聘核验", "recruitment checks"),
        "own_certificate": Text("本人领取证明", "a certificate for the person"),
    }
)
"""What an attribute may be asked for. Departments are told the word."""

OWN_CERTIFICATE = "own_certificate"
"""The one that is no platform's: the person themselves fetches a certificate."""

CATEGORIES: Mapping[str, Text] = MappingProxyType(
    {
        "government": Text("政务服务", "government services"),
        "public_service": Text("公共服务", "public services"),
        "education": Text("教育机构", "education"),
        "health": Text("医疗机构", "health care"),
        "finance": Text("金融机构", "finance"),
        "commerce": Text("商业平台", "commerce"),
        "person": Text("本人", "the person"),
    }
)
"""What a department learns of who asks: no more than this."""

THE_PERSON = "person"
"""The category of whoever asks about themselves."""
