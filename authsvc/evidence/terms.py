"""How long documents are good at the longest, by the age of their holder.

Sources. Resident card: Resident Identity Card Law, article 5. Temporary card: Measures for the
Administration of Temporary Resident Identity Cards (Order 78 of the Ministry of Public Security),
three months from the day of issue. Residence permits: Measures for the Application, Issuance and
Use of Residence Permits for Hong Kong, Macao and Taiwan Residents (2018), five years. Travel
permits as cards: ten years, five for minors; Taiwan residents' five. Permanent residence card:
Measures for the Administration of the Examination and Approval of Foreigners' Permanent Residence
in China, ten years, five for minors. Passports: Passport Law, article 7, ten years and five below
sixteen; other states carry over up to a year of an old passport.
"""

from dataclasses import dataclass
from datetime import date

_OF_AGE = 18
_CARD_IS_DUE = 16


@dataclass(frozen=True)
class Term:
    """The longest validity: `steps` are (age from which, months), oldest first.

    None months are for life. `until_age` ends it on the eve of that birthday, whatever else.
    """

    steps: tuple[tuple[int, int | None], ...]
    until_age: int | None = None

    def last_day(self, birth_date: date, valid_from: date) -> date | None:
        """The last day of a document of somebody born then that begins then; None for life."""
        age = _age(birth_date, valid_from)
        months = next(months for least, months in self.steps if age >= least)
        ends = [] if months is None else [_later(valid_from, months)]
        if self.until_age is not None:
            ends.append(date.fromordinal(_later(birth_date, self.until_age * 12).toordinal() - 1))
        return min(ends, default=None)


RESIDENT_CARD_TERM = Term(((46, None), (26, 240), (_CARD_IS_DUE, 120), (0, 60)))
THREE_MONTHS = Term(((0, 3),))
FIVE_YEARS = Term(((0, 60),))
TRAVEL_PERMIT_TERM = Term(((_OF_AGE, 120), (0, 60)))
# Ten years, and the year that some states carry over.
PASSPORT_TERM = Term(((0, 132),))
# From sixteen on everybody has to have a card of their own (Resident Identity Card Law, article 2).
UNTIL_SIXTEEN = Term(((0, None),), until_age=_CARD_IS_DUE)


def _age(birth_date: date, day: date) -> int:
    """In whole years; below zero for who is not born yet, which counts as zero."""
    before = (day.month, day.day) < (birth_date.month, birth_date.day)
    return max(0, day.year - birth_date.year - before)


def _later(day: date, months: int) -> date:
    """The same day some months later; where there is none, the last one of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in range(day.day, 27, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return date(year, month + 1, day.day)
