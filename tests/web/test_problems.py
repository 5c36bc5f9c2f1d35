import pytest
from litestar import Litestar
from litestar.exceptions import (
    ClientException,
    HTTPException,
    NotAuthorizedException,
    SerializationException,
    ServiceUnavailableException,
    TooManyRequestsException,
    ValidationException,
)
from litestar.testing import TestClient

from authsvc.errors import AuthsvcError, InvalidInput, Throttled, TooLarge
from authsvc.web.exception_handlers import as_refusal
from authsvc.web.problems import error_headers, problem, status_of
from tests.web.conftest import PRESENTED, StepOutOfOrder


def test_a_refusal_is_one_document_in_the_language_asked_for(web: TestClient[Litestar]):
    answer = web.get("/refusal/conflict")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == "en"
    assert answer.headers["vary"] == "accept-language"
    assert answer.json() == {
        "type": "urn:authsvc:problem:room.step_out_of_order",
        "title": "That step is not next",
        "status": 409,
        "code": "room.step_out_of_order",
        "next_step": "Finish the step before",
        "texts": {
            "zh": {"title": "步骤顺序不对", "next_step": "请先完成上一步"},
            "en": {"title": "That step is not next", "next_step": "Finish the step before"},
        },
        "detail": "The field at fault is credentials.password.",
        "field": "credentials.password",
    }


def test_it_is_chinese_for_whoever_asks_for_nothing(web: TestClient[Litestar]):
    del web.headers["accept-language"]
    answer = web.get("/refusal/conflict")
    assert answer.headers["content-language"] == "zh"
    assert answer.json()["title"] == "步骤顺序不对"


@pytest.mark.parametrize(
    ("kind", "status", "header", "value"),
    [
        ("stranger", 401, "www-authenticate", 'Bearer realm="authsvc"'),
        ("throttled", 429, "retry-after", "90"),
        ("hurried", 429, "retry-after", "1"),
        ("away", 503, "retry-after", "5"),
    ],
)
def test_the_status_brings_its_header(
    web: TestClient[Litestar], kind: str, status: int, header: str, value: str
):
    answer = web.get(f"/refusal/{kind}")
    assert (answer.status_code, answer.headers[header]) == (status, value)


def test_a_wait_is_told_in_words_and_in_seconds(web: TestClient[Litestar]):
    assert web.get("/refusal/throttled").json()["detail"] == "Try again in 90 seconds."
    assert web.get("/refusal/throttled").json()["retry_after"] == 90
    assert problem(Throttled(), "zh").detail == "请在 60 秒后重试。"


def test_an_unforeseen_fault_has_a_number_and_quotes_nothing(web: TestClient[Litestar]):
    answer = web.get(f"/fault?{PRESENTED}")
    assert answer.status_code == 500
    assert answer.json()["code"] == "web.incident"
    assert answer.json()["incident"] in answer.json()["detail"]
    assert PRESENTED not in answer.text
    assert web.get("/fault").json()["incident"] != answer.json()["incident"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "web.address_unknown"),
        ("GET", f"/numbers/{PRESENTED}", 404, "web.address_unknown"),
        ("DELETE", "/numbers/3", 405, "web.method_not_allowed"),
        ("FOO", "/numbers/3", 405, "web.method_not_allowed"),
        ("GET", f"/query?number={PRESENTED}", 400, "web.field_invalid"),
        ("GET", "/query", 400, "web.field_missing"),
    ],
)
def test_what_litestar_refuses_is_a_problem_of_ours(
    web: TestClient[Litestar], method: str, path: str, status: int, code: str
):
    answer = web.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert PRESENTED not in answer.text


def test_a_query_at_fault_is_named(web: TestClient[Litestar]):
    assert web.get("/query?number=x").json()["field"] == "number"
    assert web.get("/query").json()["field"] == "number"


def test_a_host_header_of_nonsense_is_refused(web: TestClient[Litestar]):
    answer = web.get("/numbers/3", headers={"host": "a b"})
    assert (answer.status_code, answer.json()["code"]) == (400, "web.request_malformed")


def test_methods_are_listed_where_one_is_refused(web: TestClient[Litestar]):
    assert web.delete("/numbers/3").headers["allow"] == "GET, OPTIONS"


@pytest.mark.parametrize(
    ("exception", "status"),
    [
        (NotAuthorizedException(PRESENTED), 401),
        (TooManyRequestsException(PRESENTED), 429),
        (ServiceUnavailableException(PRESENTED), 503),
        (ClientException(PRESENTED), 400),
        (HTTPException(PRESENTED, status_code=418), 400),
        (SerializationException(PRESENTED), 400),
        (ValidationException(PRESENTED), 400),
        (ValidationException(PRESENTED, extra=[PRESENTED]), 400),
        (ValidationException(PRESENTED, extra={"a": PRESENTED}), 400),
        (ValidationException(extra=[{"message": PRESENTED, "key": "<b>"}]), 400),
        (StepOutOfOrder(), 409),
    ],
)
def test_every_exception_of_litestar_becomes_a_refusal(exception: Exception, status: int):
    refusal = as_refusal(exception)
    assert refusal is not None
    assert status_of(refusal) == status
    assert PRESENTED not in str(problem(refusal, "en"))


def test_what_nobody_foresaw_is_no_refusal():
    assert as_refusal(RuntimeError(PRESENTED)) is None
    assert as_refusal(HTTPException(status_code=500)) is None


@pytest.mark.parametrize(("error", "status"), [(TooLarge(), 413), (InvalidInput(), 400)])
def test_a_category_alone_has_its_status(error: AuthsvcError, status: int):
    assert status_of(error) == status
    assert error_headers(error) == ()


def test_a_refusal_of_no_category_is_our_fault():
    assert status_of(AuthsvcError()) == 500
