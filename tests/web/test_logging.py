import json
import logging
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog
from litestar import Litestar
from litestar.testing import TestClient

from authsvc.web.logging import FACTS, MAX_FACT, configure_logging
from tests.web.conftest import PRESENTED

Lines = list[dict[str, object]]


@pytest.fixture
def log() -> Iterator[StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    stream = StringIO()
    configure_logging(stream=stream)
    yield stream
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def lines(log: StringIO) -> Lines:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_a_line_is_json_of_allowed_facts(log: StringIO):
    structlog.get_logger().info("certificate_issued", kind="device", count=2, code=None)
    [line] = lines(log)
    assert line.pop("timestamp")
    assert line == {
        "event": "certificate_issued",
        "level": "info",
        "kind": "device",
        "count": 2,
        "code": None,
    }


def test_a_fact_that_nobody_allowed_is_left_out_and_counted(log: StringIO):
    structlog.get_logger().info("signed_in", password=PRESENTED, name=PRESENTED, code="ok")
    assert PRESENTED not in log.getvalue()
    assert lines(log)[0]["left_out"] == 2


def test_a_fact_is_never_long(log: StringIO):
    structlog.get_logger().info("odd", reason="x" * 5000)
    assert len(str(lines(log)[0]["reason"])) == MAX_FACT + 1


def test_what_is_below_the_level_is_not_written(log: StringIO):
    structlog.get_logger().debug("detail")
    logging.getLogger("library").info("detail")
    assert log.getvalue() == ""


def test_of_a_library_only_the_place_is_kept(log: StringIO):
    logging.getLogger("library").warning("could not parse %s", PRESENTED)
    try:
        raise ValueError(PRESENTED)
    except ValueError:
        logging.getLogger("library").exception(PRESENTED)
    warning, error = lines(log)
    assert PRESENTED not in log.getvalue()
    assert (warning["logger"], warning["level"]) == ("library", "warning")
    assert str(warning["where"]).startswith("test_logging.py:")
    assert error["error_type"] == "ValueError"


def test_a_request_is_one_line_with_the_template_of_its_route(
    log: StringIO, web: TestClient[Litestar]
):
    web.get("/numbers/3141?name=" + PRESENTED)
    [line] = lines(log)
    assert line["route"] == "/numbers/{number}"
    assert (line["method"], line["status"]) == ("GET", 200)
    assert set(line) <= FACTS


def test_a_path_that_is_nobodys_is_not_written(log: StringIO, web: TestClient[Litestar]):
    web.get("/" + PRESENTED)
    web.request(PRESENTED.upper(), "/echo")
    assert [(line["method"], line["route"]) for line in lines(log)] == [
        ("GET", "none"),
        ("other", "/echo"),
    ]


@pytest.mark.parametrize("path", ["/fault", "/broken"])
def test_an_incident_says_where_and_what_but_not_with_what(
    log: StringIO, web: TestClient[Litestar], path: str
):
    number = web.get(f"{path}?{PRESENTED}").json()["incident"]
    incident, request = lines(log)
    assert incident["incident"] == request["incident"] == number
    assert "RuntimeError" in str(incident["error_type"])
    assert "conftest.py:" in str(incident["where"])
    assert PRESENTED not in log.getvalue()


def test_a_cause_is_named_by_type(log: StringIO, web: TestClient[Litestar]):
    web.get("/fault")
    assert lines(log)[0]["error_type"] == "builtins.RuntimeError < builtins.ValueError"


def test_nothing_that_was_presented_is_written(log: StringIO, web: TestClient[Litestar]):
    secret = {"cookie": f"a={PRESENTED}", "authorization": PRESENTED, "x-header": PRESENTED}
    web.post("/echo", data={"password": PRESENTED}, headers=secret)
    web.post("/document", json={"inner": PRESENTED}, headers=secret)
    web.post("/bytes", content=PRESENTED.encode() * 50_000, headers=secret)
    assert len(lines(log)) == 3
    assert PRESENTED not in log.getvalue()


def test_a_refusal_is_logged_by_its_code(web: TestClient[Litestar], log: StringIO):
    assert web.get("/nowhere").status_code == 404
    [line] = lines(log)
    assert line["code"] == "web.address_unknown"


def test_what_is_unavailable_is_logged_with_the_reason(web: TestClient[Litestar], log: StringIO):
    assert web.get("/refusal/away").status_code == 503
    [line] = lines(log)
    assert line["code"] == "unavailable"
    assert line["reason"] == "HTTP 401"
