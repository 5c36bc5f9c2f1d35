"""Machine readable zones: the specimens of Doc 9303, check digits, dates, names, broken zones."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsvc.evidence.authority.specimens.zones import card_zone, passport_zone
from authsvc.evidence.errors import ZoneMalformed
from authsvc.evidence.mrz import MachineReadableZone
from authsvc.evidence.mrz_characters import check_digit
from authsvc.evidence.resident_number import Sex

TODAY = date(2026, 11, 23)

# Doc 9303 part 4 appendix B, part 5 appendix B, part 6 appendix B: the specimens of Utopia.
TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
TD1 = (
    "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
)
TD2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"


def read(text: str) -> MachineReadableZone:
    return MachineReadableZone.parse(text, today=TODAY)


@pytest.mark.parametrize(
    "text,size,code,number,optional",
    [
        pytest.param(TD3, "TD3", "P", "L898902C3", "ZE184226B", id="a passport"),
        pytest.param(TD1, "TD1", "I", "D23145890", "", id="a card"),
        pytest.param(TD2, "TD2", "I", "D23145890", "", id="a larger card"),
    ],
)
def test_the_specimens_of_the_standard_are_read(
    text: str, size: str, code: str, number: str, optional: str
) -> None:
    zone = read(text)
    assert (zone.size, zone.document_code, zone.number, zone.optional) == (
        size,
        code,
        number,
        optional,
    )
    assert (zone.issuer, zone.nationality) == ("UTO", "UTO")
    assert (zone.primary, zone.secondary, zone.name) == (
        "ERIKSSON",
        "ANNA MARIA",
        "ERIKSSON ANNA MARIA",
    )
    assert (zone.birth_date, zone.sex) == (date(1974, 8, 12), Sex.FEMALE)
    assert zone.valid_until == date(2012, 4, 15)
    assert "ERIKSSON" not in repr(zone)
    assert number not in repr(zone)
    assert read(text.replace("\n", "")) == zone


@pytest.mark.parametrize(
    "text,digit",
    [
        # Part 3 section 4.9 works these out.
        pytest.param("520727", "3", id="a date"),
        pytest.param("AB2134<<<", "5", id="a number with fillers"),
        pytest.param("HA672242<658022549601086<<<<<<<<<<<<<<0", "8", id="a composite"),
        pytest.param("L898902C3", "6", id="the passport's number"),
    ],
)
def test_check_digits_of_the_standard(text: str, digit: str) -> None:
    assert check_digit(text) == digit


def test_a_long_number_runs_on_in_the_optional_data() -> None:
    """Part 5 section 4.2.2, note j; the specimen number of that note."""
    text = (
        "I<UTOD23145890<7349<<<<<<<<<<<3407127M9507122UTO<<<<<<<<<<<2STEVENSON<<PETER<JOHN<<<<<<<<<"
    )
    zone = read(text)
    assert zone.number == "D23145890734"
    assert zone.optional == ""


@pytest.mark.parametrize("text", [TD1, TD2, TD3])
def test_in_every_place_that_a_check_digit_covers_another_character_is_refused(text: str) -> None:
    lines = text.split("\n")
    checked = "".join(lines[1:2])
    at = len(lines[0]) + 1
    for place, character in enumerate(checked):
        if text == TD1 and place in (7, 15, 16, 17):
            continue
        if place in (10, 11, 12) or (place == 20 and text != TD1):
            continue
        other = "7" if character != "7" else "8"
        broken = text[: at + place] + other + text[at + place + 1 :]
        with pytest.raises(ZoneMalformed):
            read(broken)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param(TD3[:-1], id="a character short"),
        pytest.param(TD3 + "<", id="a character too many"),
        pytest.param(TD3.replace("ERIKSSON", "eriksson"), id="small letters"),
        pytest.param(TD3.replace("ERIKSSON", "ERIKSS0N"), id="a digit in the name"),
        pytest.param(TD3.replace("UTOERIKSSON", "ZZZERIKSSON"), id="an issuer that does not exist"),
        pytest.param(TD3.replace("6UTO7", "6QQQ7"), id="a nationality that does not exist"),
        pytest.param(TD3.replace("2F1", "2X1"), id="another sex"),
        pytest.param(TD3.replace("ERIKSSON<<ANNA<MARIA", "<" * 20), id="no name"),
        pytest.param("P" * 88, id="letters only"),
        pytest.param("<" * 90, id="fillers only"),
        pytest.param(TD3.replace("E", "É"), id="a letter with a mark"),
    ],
)
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(ZoneMalformed) as refusal:
        read(text)
    assert refusal.value.field == "chip"
    assert "ERIK" not in str(refusal.value)


def with_birth(text: str) -> str:
    """The passport's zone with another date of birth, its check digits right."""
    numbered, rest = TD3.split("\n")[1][:10], TD3.split("\n")[1]
    dates = text + check_digit(text)
    composite = check_digit(numbered + dates + rest[21:28] + rest[28:43])
    return TD3.split("\n", maxsplit=1)[0] + numbered + "UTO" + dates + rest[20:43] + composite


@pytest.mark.parametrize(
    "text,born",
    [
        pytest.param("740812", date(1974, 8, 12), id="in the last century"),
        pytest.param("261123", date(2026, 11, 23), id="today"),
        pytest.param("261124", date(1926, 11, 24), id="tomorrow is a hundred years ago"),
        pytest.param("000229", date(2000, 2, 29), id="a leap day"),
        pytest.param("7408<<", date(1974, 8, 31), id="the day is not known"),
        pytest.param("7402<<", date(1974, 2, 28), id="nor in February"),
        pytest.param("74<<<<", date(1974, 12, 31), id="nor the month"),
        pytest.param("26<<<<", date(2026, 11, 23), id="this year, not after today"),
    ],
)
def test_a_birth_is_the_last_day_that_it_can_be(text: str, born: date) -> None:
    assert read(with_birth(text)).birth_date == born


@pytest.mark.parametrize(
    "text", ["<<<<<<", "740230", "741301", "74<<12", "7A0812", "<40812", "7400<<", "7413<<"]
)
def test_a_date_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ZoneMalformed):
        read(with_birth(text))


@pytest.mark.parametrize(
    "last", [date(2027, 1, 1), date(2036, 11, 22), date(2016, 5, 5), date(1999, 1, 1)]
)
def test_an_expiry_is_the_one_nearest_to_today(last: date) -> None:
    assert read(written(valid_until=last)).valid_until == last


def written(**parts: object) -> str:
    given: dict[str, object] = {
        "issuer": "UTO",
        "nationality": "UTO",
        "number": "AB1",
        "primary": "TEST",
        "secondary": "",
        "birth_date": date(1990, 1, 1),
        "sex": Sex.UNSPECIFIED,
        "valid_until": date(2030, 1, 1),
        **parts,
    }
    return passport_zone(**given)  # type: ignore[arg-type]


def test_our_zones_are_those_of_the_standard() -> None:
    zone = passport_zone(
        issuer="UTO",
        nationality="UTO",
        number="L898902C3",
        primary="ERIKSSON",
        secondary="ANNA MARIA",
        birth_date=date(1974, 8, 12),
        sex=Sex.FEMALE,
        valid_until=date(2012, 4, 15),
        optional="ZE184226B",
    )
    assert zone == TD3.replace("\n", "")
    card = card_zone(
        code="I",
        issuer="UTO",
        nationality="UTO",
        number="D23145890",
        primary="ERIKSSON",
        secondary="ANNA MARIA",
        birth_date=date(1974, 8, 12),
        sex=Sex.FEMALE,
        valid_until=date(2012, 4, 15),
    )
    assert card == TD1.replace("\n", "")


LETTERS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=12)


@given(
    primary=LETTERS,
    secondary=st.one_of(st.just(""), LETTERS),
    number=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=22),
    birth_date=st.dates(date(1930, 1, 1), TODAY),
    sex=st.sampled_from(Sex),
    valid_until=st.dates(date(2000, 1, 1), date(2070, 1, 1)),
    issuer=st.sampled_from(["UTO", "CHN", "D", "USA", "GBR"]),
)
def test_what_is_written_is_read(
    primary: str,
    secondary: str,
    number: str,
    birth_date: date,
    sex: Sex,
    valid_until: date,
    issuer: str,
) -> None:
    def check(zone: MachineReadableZone, length: int) -> None:
        assert (zone.primary, zone.secondary) == (primary, secondary)
        assert (zone.number, zone.birth_date, zone.sex) == (number[:length], birth_date, sex)
        assert (zone.valid_until, zone.issuer, zone.nationality) == (valid_until, issuer, "UTO")

    parts = {
        "issuer": issuer,
        "nationality": "UTO",
        "primary": primary,
        "secondary": secondary,
        "birth_date": birth_date,
        "sex": sex,
        "valid_until": valid_until,
    }
    check(read(passport_zone(number=number[:9], **parts)), 9)  # type: ignore[arg-type]
    check(read(card_zone(code="CR", number=number, **parts)), 22)  # type: ignore[arg-type]


@given(
    st.one_of(
        st.text(max_size=100),
        *(st.text("ABCZ0129<", min_size=length, max_size=length) for length in (72, 88, 90)),
    )
)
def test_any_text_is_a_zone_or_is_refused(text: str) -> None:
    try:
        read(text)
    except ZoneMalformed:
        return


@given(st.data())
def test_any_changed_characters_are_read_or_refused(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([TD1, TD2, TD3]))
    places = data.draw(st.dictionaries(st.integers(0, len(text) - 1), st.characters(), max_size=5))
    broken = "".join(places.get(place, character) for place, character in enumerate(text))
    try:
        zone = read(broken)
    except ZoneMalformed:
        return
    assert zone.birth_date <= TODAY
