"""npm's oauth4webapi: FAPI 2.0, and where the person is at another device."""

import pytest

from tests.interop.people import USERNAME

pytestmark = [pytest.mark.interop, pytest.mark.slow]

STRICT = "oauth4webapi/strict.mjs"


def test_oauth4webapi_goes_through_fapi_2(flow):
    seen = flow(STRICT, "strict", "fapi-oauth4webapi")

    assert seen == {
        "kind": "dpop",
        "parameters": ["client_id", "request_uri"],
        "age": True,
        "bound": ["jkt"],
        "active": [True, False],
        "nonceAsked": True,
        "byStranger": "invalid_token",
    }


def test_oauth4webapi_goes_through_fapi_2_with_a_certificate(flow):
    seen = flow(STRICT, "byCertificate", "fapi-tls-oauth4webapi")

    assert (seen["kind"], seen["bound"]) == ("bearer", ["x5t#S256"])
    assert seen["active"] == [True, False]
    assert seen["without"] == "invalid_token"


def test_oauth4webapi_goes_through_fapi_2_message_signing(flow):
    seen = flow(STRICT, "messageSigning", "fapi-signing-oauth4webapi")

    assert seen["parameters"] == ["client_id", "request_uri"]
    assert seen["answered"] == ["response"]
    assert seen["received"] == ["application/token-introspection+jwt", 3]


def test_oauth4webapi_authorizes_a_device(flow, issuer):
    seen = flow(STRICT, "device", "television")

    assert seen["pending"] == "authorization_pending"
    assert seen["claims"]["iss"] == issuer
    assert seen["again"] == "invalid_grant"


def test_oauth4webapi_asks_a_person_at_another_device(flow, issuer):
    seen = flow(STRICT, "ciba", "counter", username=USERNAME)

    assert seen["pending"] == "authorization_pending"
    assert seen["claims"]["iss"] == issuer
    assert seen["again"] == "invalid_grant"
