"""npm's openid-client, a certified relying party: grant types, and what becomes of tokens."""

import pytest

from tests.interop.platforms import ARCHIVE, CASES

pytestmark = [pytest.mark.interop, pytest.mark.slow]

GRANTS = "openid_client/grants.mjs"


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
def test_openid_client_gets_through_everything(flow, issuer, method):
    seen = flow(GRANTS, "everything", method)

    assert seen["claims"]["iss"] == issuer
    assert seen["userinfo"]["sub"] == seen["claims"]["sub"]
    assert seen["userinfo"]["age_over_18"] is True
    assert seen["rotated"] is True
    assert seen["refreshedSubject"] == seen["claims"]["sub"]
    assert seen["refreshAfterRevocation"] == "invalid_grant"
    if method != "none":
        assert (seen["activeBefore"], seen["activeAfter"]) == (True, False)
    assert seen["farewell"] == "bye"
    assert seen["askedAgain"] is True


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_openid_client_takes_an_id_token_of_every_algorithm(flow, alg):
    seen = flow(GRANTS, "codeAlone", f"id-token-{alg}")

    assert seen["header"]["alg"] == alg


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_openid_client_proves_itself_by_a_signed_assertion(flow, alg):
    seen = flow(GRANTS, "codeAlone", f"assertion-{alg}")

    assert seen["claims"]["aud"] == f"assertion-{alg}"


def test_openid_client_has_its_keys_fetched(flow):
    seen = flow(GRANTS, "codeAlone", "assertion-jwks-uri")

    assert seen["claims"]["aud"] == "assertion-jwks-uri"


def test_openid_client_finds_the_service_by_the_metadata_of_oauth(flow, issuer):
    assert flow(GRANTS, "codeByOAuthMetadata", "client_secret_basic")["iss"] == issuer


def test_openid_client_gets_a_new_refresh_token_each_time_and_an_old_one_ends_them_all(flow):
    seen = flow(GRANTS, "rotation", "client_secret_basic")

    assert seen == {"distinct": 3, "replayed": "invalid_grant", "afterwards": "invalid_grant"}


def test_openid_client_asks_for_itself(flow, issuer):
    seen = flow(GRANTS, "clientCredentials", "machine")

    assert seen["claims"]["sub"] == "machine"
    assert (seen["claims"]["iss"], seen["claims"]["aud"]) == (issuer, CASES)


def test_openid_client_exchanges_a_token_along_a_chain_of_services(flow):
    seen = flow(GRANTS, "tokenExchange", "portal")

    assert seen["issued"] == "urn:ietf:params:oauth:token-type:access_token"
    assert (seen["before"]["aud"], seen["after"]["aud"]) == (CASES, ARCHIVE)
    assert seen["after"]["sub"] == seen["before"]["sub"]
    assert seen["after"]["act"] == {"sub": "cases"}
    assert seen["toStranger"] == {"active": False}


def test_openid_client_authorizes_a_device(flow, issuer):
    seen = flow(GRANTS, "device", "television")

    assert seen["interval"] == 5
    assert seen["claims"]["iss"] == issuer
