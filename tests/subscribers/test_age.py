"""Ages on China's calendar."""

from datetime import UTC, date, datetime

import pytest

from authsvc.clock import china_today
from authsvc.subscribers import age_on


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        pytest.param(date(2008, 11, 23), date(2026, 11, 22), 17, id="the day before"),
        pytest.param(date(2008, 11, 23), date(2026, 11, 23), 18, id="the birthday"),
        pytest.param(date(2008, 2, 29), date(2026, 2, 28), 17, id="leap day, 28 February"),
        pytest.param(date(2008, 2, 29), date(2026, 3, 1), 18, id="leap day, 1 March"),
        pytest.param(date(2026, 1, 1), date(2026, 1, 1), 0, id="newborn"),
    ],
)
def test_age_is_full_years(birth: date, day: date, age: int) -> None:
    assert age_on(birth, day) == age


def test_a_day_begins_in_china_before_it_does_in_greenwich() -> None:
    assert china_today(datetime(2026, 11, 22, 15, 59, tzinfo=UTC)) == date(2026, 11, 22)
    assert china_today(datetime(2026, 11, 22, 16, 0, tzinfo=UTC)) == date(2026, 11, 23)
