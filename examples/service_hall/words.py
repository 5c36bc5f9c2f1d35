"""What the hall calls things, in both languages."""

from collections.abc import Mapping
from datetime import UTC, datetime

from examples.service_hall.services import CITIES

ATTRIBUTES: Mapping[str, tuple[str, str]] = {
    "residence_province": ("户籍所在省份", "Province of registered residence"),
    "residence_city": ("户籍所在城市", "City of registered residence"),
    "residence_permit_city": ("居住证签发城市", "City of the residence permit"),
    "residence_permit_until": ("居住证有效至", "Residence permit until"),
    "student": ("在籍学生", "Enrolled as a student"),
    "pension_insured": ("参加养老保险", "Pension insurance"),
    "medical_insured": ("参加医疗保险", "Medical insurance"),
}
MISSING: Mapping[str, tuple[str, str]] = {
    "not_linked": ("尚未关联", "not linked yet"),
    "not_on_record": ("没有记录", "not on record"),
    "unavailable": ("该部门暂无回应", "the department does not answer now"),
    "not_allowed": ("未获允许", "not allowed"),
    "declined": ("您未同意", "you did not agree"),
}
ACTS: Mapping[str, tuple[str, str]] = {
    "check": ("核对身份", "Identity checked with the register"),
    "report_loss": ("旧证报失", "Old card reported lost"),
    "issue_card": ("签发新证并寄出", "New card issued and sent to you"),
    "move_household": ("登记户口迁移", "Household moved in the register"),
    "record_household": ("户籍部门记录更新", "Residence department's record changed"),
    "write_permit": ("签发居住证", "Residence permit issued"),
    "enroll": ("登记入学", "Enrolled at school"),
    "transfer_insurance": ("转入社会保险", "Social insurance transferred"),
}
CASES: Mapping[str, tuple[str, str]] = {
    "card": ("补领身份证", "Replacement of a card"),
    "move": ("户口迁移", "Household migration"),
    "permit": ("居住证", "Residence permit"),
    "school": ("入学", "School admission"),
    "insurance": ("社会保险转移", "Social insurance transfer"),
}
STATES: Mapping[str, tuple[str, str]] = {
    "waiting": ("等待", "waiting"),
    "doing": ("办理中", "under way"),
    "done": ("完成", "done"),
    "refused": ("未通过", "refused"),
}
_PROVINCES = {f"{city[:2]}0000": names for city, names in CITIES.items()}
_YES, _NO = ("是", "yes"), ("否", "no")


class Words:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self._at = 0 if language == "zh" else 1

    def of(self, kind: Mapping[str, tuple[str, str]], word: str) -> str:
        """A word of a list; itself if the list does not have it."""
        return kind.get(word, (word, word))[self._at]

    def attribute(self, name: str) -> str:
        """What an attribute is called."""
        return self.of(ATTRIBUTES, name)

    def missing(self, why: str) -> str:
        """Why something is not told."""
        return self.of(MISSING, why)

    def act(self, name: str) -> str:
        """What a step is called."""
        return self.of(ACTS, name)

    def case(self, name: str) -> str:
        """What an application is called."""
        return self.of(CASES, name)

    def state(self, name: str) -> str:
        """How far a step is."""
        return self.of(STATES, name)

    def city(self, code: str) -> str:
        """A city by its code."""
        return self.of(CITIES, code)

    def value(self, name: str, value: str | bool) -> str:
        """A value of an attribute."""
        if isinstance(value, bool):
            return (_YES if value else _NO)[self._at]
        if name == "residence_province" and value in _PROVINCES:
            full = _PROVINCES[value][self._at]
            return full.partition("省")[0] + "省" if self._at == 0 else full.partition(", ")[2]
        return self.city(value)

    def moment(self, at: int | None) -> str:
        """A moment, to the minute; a dash if there is none."""
        return "–" if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
