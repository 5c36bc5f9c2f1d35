"""npm's openid-client: the ways in which a platform asks."""

import pytest

from tests.interop.platforms import ARCHIVE, CASES

pytestmark = [pytest.mark.interop, pytest.mark.slow]

REQUESTS = "openid_client/requests.mjs"


def test_openid_client_pushes_its_request(flow, issuer):
    seen = flow(REQUESTS, "pushed", "pushing")

    assert seen["parameters"] == ["client_id", "request_uri"]
    assert seen["claims"]["iss"] == issuer


def test_openid_client_signs_its_request_at_the_front_and_when_it_pushes(flow):
    seen = flow(REQUESTS, "signed", "signing")

    front, back = seen["parameters"]
    assert front == ["client_id", "request"]
    assert back == ["client_id", "request_uri"]
    assert len(set(seen["subjects"])) == 1
    assert seen["unsigned"] == "invalid_request"


def test_openid_client_lets_its_signed_request_be_fetched(flow):
    seen = flow(REQUESTS, "byReference", "signing")

    assert "request_uri" in seen["parameters"]
    assert seen["claims"]["aud"] == "signing"


def test_openid_client_asks_for_one_act_in_one_case(flow):
    seen = flow(REQUESTS, "detailed", "detailed")

    assert seen["granted"] == seen["details"]
    assert "refreshed" not in seen  # an act is for once
    assert seen["introspected"] == seen["details"]
    assert seen["unknown"] == "invalid_authorization_details"


def test_openid_client_aims_its_tokens_at_resource_servers(flow):
    seen = flow(REQUESTS, "aimed", "portal")

    assert seen["audiences"] == [CASES, ARCHIVE]
    assert seen["types"] == ["at+jwt", "at+jwt"]
    assert seen["beyond"] == "invalid_target"


def test_openid_client_asks_for_single_claims_and_how_they_were_verified(flow):
    seen = flow(REQUESTS, "claimsByName", "client_secret_basic")

    assert seen["claims"]["age_over_18"] is True
    assert seen["claims"]["auth_time"] > 0
    assert "age_band" not in seen["claims"]
    assert seen["userinfo"].keys() == {"sub", "age_band", "verified_claims"}
    assert seen["userinfo"]["age_band"] == "18_and_over"
    verified = seen["userinfo"]["verified_claims"]
    assert verified["claims"] == {"age_over_16": True}
    assert verified["verification"].keys() == {"trust_framework", "assurance_level"}
