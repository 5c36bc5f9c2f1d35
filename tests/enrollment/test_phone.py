import pytest

from authsvc.enrollment.errors import PhoneInvalid
from authsvc.enrollment.phone import parse_phone


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("10000000001", "+8610000000001"),
        ("+8610000000001", "+8610000000001"),
        ("+85200000000", "+85200000000"),
        ("+1234567", "+1234567"),
        ("+999999999999999", "+999999999999999"),
    ],
    ids=["mainland", "mainland in full", "another country", "shortest", "longest"],
)
def test_a_number_has_one_spelling(typed, number):
    assert parse_phone(typed) == number


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "1000000000",
        "100000000011",
        "20000000001",
        "+86100000000",
        "+8620000000001",
        "+0123456789",
        "+123456",
        "+1234567890123456",
        "+86 10000000001",
        "10000000001\n",
        "１００００００００01",
        "+861000000000x",
    ],
    ids=repr,
)
def test_everything_else_is_refused(typed):
    with pytest.raises(PhoneInvalid):
        parse_phone(typed)
