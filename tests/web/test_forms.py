from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsvc.web.errors import (
    ContentTypeRefused,
    FormTooLarge,
    MalformedForm,
    RepeatedField,
    TooManyFields,
)
from authsvc.web.forms import FORM, MAX_FIELDS, MAX_FORM, omit_empty, read_form, read_query


def test_an_empty_body_has_no_fields():
    assert read_form(b"", FORM) == {}


def test_names_and_values_are_decoded():
    assert read_form(b"a=1&b=%E7%BD%91+%2B&c=&d", FORM) == {"a": "1", "b": "网 +", "c": "", "d": ""}


def test_empty_parts_between_ampersands_are_nothing():
    assert read_form(b"&a=1&&b=2&", FORM) == {"a": "1", "b": "2"}


def test_raw_utf8_without_percent_signs_is_understood():
    assert read_form("名=网".encode(), FORM) == {"名": "网"}


def test_only_the_first_equals_sign_separates():
    assert read_form(b"a=b=c", FORM) == {"a": "b=c"}


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1),
        st.text(st.characters(codec="utf-8", exclude_characters="\0")),
        max_size=MAX_FIELDS,
    )
)
def test_whatever_a_library_encodes_comes_back(fields: dict[str, str]):
    assert read_form(urlencode(fields).encode(), FORM) == fields
    assert read_query(urlencode(fields)) == fields


MALFORMED = {
    "an escape of one digit": b"a=%4",
    "an escape of no digits": b"a=%zz",
    "an escape in a name": b"%=1",
    "an escape with a sign, which int() would read": b"a=%+1",
    "a half character": b"a=%E7%BD",
    "an overlong slash": b"a=%C0%AF",
    "a surrogate": b"a=%ED%A0%80",
    "latin-1": b"a=\xe9",
    "U+0000": b"a=%00",
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_what_cannot_be_decoded_is_refused(body: bytes):
    with pytest.raises(MalformedForm):
        read_form(body, FORM)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes):
    try:
        fields = read_form(body, FORM)
    except (MalformedForm, RepeatedField, TooManyFields):
        return
    assert all("\0" not in name + value for name, value in fields.items())


def test_a_repeated_parameter_is_refused_and_named():
    with pytest.raises(RepeatedField) as refusal:
        read_form(b"client_id=a&state=1&client%5Fid=b", FORM)
    assert refusal.value.field == "client_id"


def test_a_repeated_parameter_with_a_name_of_no_parameter_is_not_repeated_to_anybody():
    with pytest.raises(RepeatedField) as refusal:
        read_form(b"%3Cscript%3E=1&%3Cscript%3E=2", FORM)
    assert refusal.value.field is None


def test_a_form_may_have_so_many_fields_and_no_more():
    fields = [f"f{n}=1" for n in range(MAX_FIELDS)]
    assert len(read_form("&".join(fields).encode(), FORM)) == MAX_FIELDS
    with pytest.raises(TooManyFields):
        read_form("&".join([*fields, "g=1"]).encode(), FORM)


def test_a_form_may_be_so_long_and_no_longer():
    """Decoding a megabyte of escapes takes a fifth of a second, and nobody honest sends it."""
    assert read_form(b"a=" + b"%41" * ((MAX_FORM - 2) // 3), FORM)["a"].startswith("AAA")
    with pytest.raises(FormTooLarge):
        read_form(b"a=" + b"b" * (MAX_FORM - 1), FORM)
    with pytest.raises(FormTooLarge):
        read_query("a=" + "b" * (MAX_FORM - 1))


@pytest.mark.parametrize(
    "content_type",
    [FORM, FORM.upper(), f"{FORM};charset=UTF-8", f'{FORM} ; charset="utf-8"', f"{FORM};"],
)
def test_the_content_type_of_a_form_is_accepted(content_type: str):
    assert read_form(b"a=1", content_type) == {"a": "1"}


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "application/json",
        f"{FORM}; charset=gbk",
        f"{FORM}x",
        "multipart/form-data; boundary=x",
    ],
)
def test_any_other_content_type_is_refused(content_type: str | None):
    with pytest.raises(ContentTypeRefused):
        read_form(b"a=1", content_type)


def test_oauth_reads_an_empty_value_as_no_value():
    assert omit_empty({"a": "", "b": "1"}) == {"b": "1"}


def test_one_body_read_twice_is_parsed_twice_and_one_reading_cannot_change_the_other():
    body = b"password=secret"
    first = read_form(body, FORM)
    first["password"] = "changed"
    assert read_form(body, FORM) == {"password": "secret"}
