"""npm's openid-client: tokens that only their owner can use, and the strict profile."""

import pytest

pytestmark = [pytest.mark.interop, pytest.mark.slow]

PROOFS = "openid_client/proofs.mjs"


def test_openid_client_proves_possession_of_a_key(flow):
    seen = flow(PROOFS, "dpop", "proofs")

    assert seen == {
        "type": "dpop",
        "bound": True,
        "age": True,
        "asBearer": 401,
        "byStranger": 401,
        "unproven": "invalid_request",
    }


@pytest.mark.parametrize("client_id", ["tls-by-itself", "tls-by-authority"])
def test_openid_client_proves_itself_by_a_certificate_and_its_tokens_are_bound_to_it(
    flow, client_id
):
    seen = flow(PROOFS, "certificate", client_id)

    assert "x5t#S256" in seen["claims"]["cnf"]
    assert seen["userinfo"]["sub"] == seen["claims"]["sub"]
    assert seen["rotated"] == "bearer"
    assert seen["without"] == 401
    assert seen["unproven"] == 401


def test_openid_client_goes_through_fapi_2(flow, issuer):
    seen = flow(PROOFS, "strict", "fapi-openid-client")

    assert seen == {
        "type": "dpop",
        "parameters": ["client_id", "request_uri"],
        "age": True,
        "bound": ["jkt"],
        "active": [True, False],
        "iss": issuer,
    }


def test_openid_client_goes_through_fapi_2_with_a_certificate(flow, issuer):
    seen = flow(PROOFS, "strictByCertificate", "fapi-tls-openid-client")

    assert (seen["type"], seen["bound"]) == ("bearer", ["x5t#S256"])
    assert seen["iss"] == issuer


def test_openid_client_goes_through_fapi_2_message_signing(flow):
    seen = flow(PROOFS, "strictMessageSigning", "fapi-signing-openid-client")

    assert seen["parameters"] == ["client_id", "request_uri"]
    assert seen["answered"] == ["response"]
    assert seen["active"] == [True, False]
