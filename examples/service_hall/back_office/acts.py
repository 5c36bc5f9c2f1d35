"""The acts of a case, one after another: each is done by a clerk, and may be done again."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from examples.service_hall.back_office.cases import Case, Cases
from examples.service_hall.back_office.clerk import ActFailed, Clerk, RegisteredPerson

# A permit is good for a year (Interim Regulations on Residence Permits, article 10).
_PERMIT_YEARS = 1

PLANS: Mapping[str, tuple[str, ...]] = {
    "card": ("check", "report_loss", "issue_card"),
    "move": ("check", "move_household", "record_household"),
    "permit": ("check", "write_permit"),
    "school": ("check", "enroll"),
    "insurance": ("check", "transfer_insurance"),
}
"""Which acts a case of each service is made of."""

IN_A_CITY = {"move", "permit", "school", "insurance"}
"""The services that need a city."""


class Acts:
    """Does them. What an act returns is a note for the person: a linking code, or nothing."""

    def __init__(self, clerk: Clerk, cases: Cases, clock: Callable[[], int]) -> None:
        self._clerk = clerk
        self._cases = cases
        self._clock = clock
        self._by_name: Mapping[str, Callable[[Case], Awaitable[str | None]]] = {
            "check": self._check,
            "report_loss": self._report_loss,
            "issue_card": self._issue_card,
            "move_household": self._move_household,
            "record_household": self._record_household,
            "write_permit": self._write_permit,
            "enroll": self._enroll,
            "transfer_insurance": self._transfer_insurance,
        }

    async def do(self, act: str, case: Case) -> str | None:
        """One act; ActFailed if a desk refuses it."""
        return await self._by_name[act](case)

    async def _check(self, case: Case) -> None:
        """Whose number it is, and whether the card that is theirs can be worked with."""
        person = await self._person(case)
        if person.document_number is None:
            raise ActFailed("no card was ever issued")
        if case.service != "card" and person.status != "valid":
            raise ActFailed("the card is not good: replace it first")
        self._cases.keep_card(case.reference, person.document_number)

    async def _report_loss(self, case: Case) -> None:
        person = await self._person(case)
        if person.document_number == case.card and person.status == "valid":
            await self._clerk.report_loss(str(case.card))

    async def _issue_card(self, case: Case) -> None:
        # Whoever was killed after the card was made does not make a second one.
        if (await self._person(case)).document_number == case.card:
            await self._clerk.replace_card(case.number)

    async def _move_household(self, case: Case) -> None:
        await self._clerk.move(case.number, _city(case))

    async def _record_household(self, case: Case) -> str | None:
        city = _city(case)
        where: dict[str, str | bool] = {
            "residence_province": f"{city[:2]}0000",
            "residence_city": city,
        }
        return await self._write(case, "residence", where)

    async def _write_permit(self, case: Case) -> str | None:
        today = datetime.fromtimestamp(self._clock(), UTC)
        until = f"{today.year + _PERMIT_YEARS}-{today.month:02}"
        permit: dict[str, str | bool] = {
            "residence_permit_city": _city(case),
            "residence_permit_until": until,
        }
        return await self._write(case, "residence", permit)

    async def _enroll(self, case: Case) -> str | None:
        return await self._write(case, "education", {"student": True})

    async def _transfer_insurance(self, case: Case) -> str | None:
        insured: dict[str, str | bool] = {"pension_insured": True, "medical_insured": True}
        return await self._write(case, "social_insurance", insured)

    async def _write(
        self, case: Case, department: str, attributes: dict[str, str | bool]
    ) -> str | None:
        """Writes into the person's record, and hands out a code if it is not linked yet."""
        record = await self._clerk.write(
            department, self._cases.record_of(case.number, department), attributes
        )
        self._cases.keep_record(case.number, department, record)
        if await self._clerk.is_linked(department, record):
            return None
        return await self._clerk.linking_code(department, record, str(case.card))

    async def _person(self, case: Case) -> RegisteredPerson:
        person = await self._clerk.person(case.number)
        if person.name != case.name:
            raise ActFailed("the name is not that of the number")
        return person


def _city(case: Case) -> str:
    if case.city is None:
        raise ActFailed("no city was named")
    return case.city
