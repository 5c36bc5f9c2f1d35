import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from authsvc.web.asgi import MAX_BODY
from authsvc.web.errors import MalformedJSON, RepeatedMember, TooDeep, TooManyValues
from authsvc.web.json_body import MAX_DEPTH, MAX_VALUES, check_json
from tests.web.conftest import PRESENTED

MALFORMED = {
    "nothing but spaces": b"  ",
    "half a word": b"nul",
    "not a number": b"[NaN]",
    "beyond all numbers": b"[-Infinity]",
    "two documents": b"{}{}",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "half a character": b'["\xe7\xbd"]',
    "half a surrogate pair": rb'["\ud800"]',
    "half a surrogate pair as a name": rb'{"\udfff": 1}',
    "U+0000": rb'["\u0000"]',
    "a number of 5000 digits": b"[" + b"9" * 5000 + b"]",
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_what_is_not_strict_json_is_refused(body: bytes):
    with pytest.raises(MalformedJSON):
        check_json(body)


@pytest.mark.parametrize(
    "body",
    [b'{"a": 1, "a": 1}', b'[{"b": {"a": 1, "b": 2, "a": 3}}]', rb'{"a": 1, "\u0061": 2}'],
)
def test_a_member_named_twice_is_refused_at_any_depth(body: bytes):
    with pytest.raises(RepeatedMember):
        check_json(body)


def test_so_many_levels_and_no_more():
    check_json(b"[" * (MAX_DEPTH - 1) + b"1" + b"]" * (MAX_DEPTH - 1))
    with pytest.raises(TooDeep):
        check_json(b"[" * MAX_DEPTH + b"1" + b"]" * MAX_DEPTH)


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_a_document_of_nothing_but_openings_is_refused(opening: bytes):
    with pytest.raises(TooManyValues):
        check_json(opening * (MAX_BODY // len(opening)))
    with pytest.raises((TooDeep, MalformedJSON)):
        check_json(opening * (MAX_VALUES - 1))


@pytest.mark.parametrize("value", [b"0", b"[]", b'{"":0}', b"1e-320", b'""'])
def test_a_document_of_nothing_but_values_is_refused_before_it_is_read(value: bytes):
    """A megabyte of small values takes a worker a second and more, from anybody."""
    check_json(b"[" + b",".join([value] * (MAX_VALUES // 3)) + b"]")
    with pytest.raises(TooManyValues):
        check_json(b"[" + b",".join([value] * (MAX_VALUES + 1)) + b"]")


def test_deep_towers_count_by_every_storey():
    tower = b"[" * (MAX_DEPTH - 2) + b"]" * (MAX_DEPTH - 2)
    with pytest.raises(TooManyValues):
        check_json(b"[" + b",".join([tower] * (MAX_VALUES // (MAX_DEPTH - 2))) + b"]")


_scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"))
)
_documents = st.recursive(
    _scalars, lambda below: st.lists(below) | st.dictionaries(st.text("abc"), below), max_leaves=9
)


@given(_documents)
def test_every_honest_document_passes(document: object):
    check_json(json.dumps(document).encode())
    check_json(json.dumps(document, ensure_ascii=False).encode())


JSON = {"content-type": "application/json"}


def test_a_typed_handler_gets_its_struct(web: TestClient[Litestar]):
    answer = web.post("/document", json={"inner": {"number": 7}})
    assert (answer.status_code, answer.json()) == (201, {"number": 7})


def test_a_handler_that_wants_no_body_needs_no_content_type(web: TestClient[Litestar]):
    assert web.post("/without-body").status_code == 201


FAULTS = {
    "a wrong type": ('{"inner": {"number": "x"}}', "web.field_invalid", "inner.number"),
    "a wrong type in a list": (
        '{"inner": {"number": 1}, "list_of": [{"number": 1}, {"number": []}]}',
        "web.field_invalid",
        "list_of[1].number",
    ),
    "a bound passed": (
        f'{{"inner": {{"number": 1}}, "short": "{PRESENTED}"}}',
        "web.field_invalid",
        "short",
    ),
    "a member missing": ("{}", "web.field_missing", "inner"),
    "a member missing below": ('{"inner": {}}', "web.field_missing", "inner.number"),
    "a member too many": (
        f'{{"inner": {{"number": 1}}, "{PRESENTED}": 1}}',
        "web.field_unknown",
        None,
    ),
    "a member too many below": (
        f'{{"inner": {{"number": 1, "{PRESENTED}": 2}}}}',
        "web.field_unknown",
        "inner",
    ),
    "a list for an object": ("[]", "web.field_invalid", None),
    "null": ("null", "web.field_invalid", None),
    "not JSON": (PRESENTED, "web.json_malformed", None),
    "a member twice": ('{"inner": {"number": 1, "number": 2}}', "web.json_member_repeated", None),
}


@pytest.mark.parametrize(("body", "code", "field"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_by_code_and_field_and_never_quoted(
    web: TestClient[Litestar], body: str, code: str, field: str | None
):
    answer = web.post("/document?q=" + PRESENTED, content=body, headers=JSON)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.json().get("field") == field
    assert PRESENTED not in answer.text


def test_a_typed_handler_without_a_body_says_that_it_wants_json(web: TestClient[Litestar]):
    answer = web.post("/document", headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "web.json_malformed")


@pytest.mark.parametrize("content_type", ["text/plain", "application/json; charset=gbk", ""])
def test_another_content_type_is_refused(web: TestClient[Litestar], content_type: str):
    answer = web.post("/document", content="{}", headers={"content-type": content_type})
    assert (answer.status_code, answer.json()["code"]) == (415, "web.content_type_refused")


def test_two_content_types_are_refused(web: TestClient[Litestar]):
    twice = [("content-type", "application/json"), ("content-type", "text/plain")]
    assert web.post("/document", content="{}", headers=twice).status_code == 415


def test_a_body_over_the_bound_is_refused_announced_or_not(web: TestClient[Litestar]):
    announced = web.post("/document", content=b" " * (MAX_BODY + 1), headers=JSON)
    counted = web.post("/document", content=iter([b" " * 600_000] * 2), headers=JSON)
    assert [announced.status_code, counted.status_code] == [413, 413]
    assert announced.json()["code"] == "web.body_too_large"
