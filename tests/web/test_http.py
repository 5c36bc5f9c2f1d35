import pytest

from authsvc.web.errors import RepeatedField
from authsvc.web.http import (
    Headers,
    HTTPRequest,
    HTTPResponse,
    empty,
    html_response,
    json_response,
    redirect,
)


def request_with(*headers: tuple[bytes, bytes]) -> HTTPRequest:
    scope = {"method": "GET", "path": "/", "query_string": b"a=1", "headers": list(headers)}
    return HTTPRequest.from_scope(scope)


def test_no_headers_at_all():
    assert Headers().get("host") is None
    assert "host" not in Headers()


def test_a_header_is_found_in_any_case():
    headers = Headers([(b"Content-Type", b"text/plain")])
    assert headers.get("content-type") == headers.get("CONTENT-TYPE") == "text/plain"
    assert "Content-type" in headers
    assert 1 not in headers


def test_a_header_sent_twice_is_seen_twice_and_refused_where_one_is_wanted():
    headers = Headers(((b"x", b"1"), (b"x", b"2")))
    assert headers.all("X") == ("1", "2")
    with pytest.raises(RepeatedField) as refusal:
        headers.get("x")
    assert refusal.value.field == "x"


def test_cookies_are_read_from_every_header_and_the_first_of_a_name_counts():
    request = request_with((b"cookie", b'a=1; b="2" ; nonsense; =x'), (b"cookie", b"a=3; c=4=5"))
    assert request.cookies == {"a": "1", "b": "2", "": "x", "c": "4=5"}


def test_a_request_without_a_peer_has_an_empty_client():
    assert request_with().client == ""


def test_a_request_answers_in_the_language_it_asks_for():
    assert request_with((b"accept-language", b"en")).language() == "en"
    assert request_with((b"accept-language", b"en")).language("zh-CN en") == "zh"
    assert request_with((b"accept-language", b"fr"), (b"accept-language", b"zh")).language() == "zh"


def test_nothing_of_a_request_or_of_the_headers_of_an_answer_shows_when_printed():
    request = request_with((b"cookie", b"session=secret"))
    answer = HTTPResponse(200, (("set-cookie", "session=secret"),), b"secret")
    assert "secret" not in f"{request!r} {request.headers!r} {answer!r}"


def test_json_is_encoded_compactly_in_utf8():
    answer = json_response(201, {"词": 1}, [("x-a", "b")])
    assert answer.body == '{"词":1}'.encode()
    assert answer.headers == (("content-type", "application/json"), ("x-a", "b"))


def test_a_redirect_is_always_303():
    assert redirect("/there?a=b#c").status == 303


@pytest.mark.parametrize("location", ["", "/a b", "/a\r\nset-cookie: x=1", "/网", "/a\n"])
def test_a_location_that_could_break_the_line_is_not_sent(location: str):
    with pytest.raises(ValueError, match="location"):
        redirect(location)


@pytest.mark.parametrize(
    "header",
    [("x", "a\r\nb: c"), ("x", "a\n"), ("x", "网"), ("X", "a"), ("x y", "a"), ("x", "\x7f")],
)
def test_a_header_that_could_break_the_line_is_not_sent(header: tuple[str, str]):
    with pytest.raises(ValueError, match="header"):
        empty(200, [header])


def test_further_headers_are_added_at_the_end():
    answer = empty(204, [("a", "1")]).with_headers(("b", "2"), ("b", "3"))
    assert answer.headers == (("a", "1"), ("b", "2"), ("b", "3"))


def test_a_page_is_utf8():
    answer = html_response(200, "网")
    assert answer.body == "网".encode()
    assert ("content-type", "text/html; charset=utf-8") in answer.headers
