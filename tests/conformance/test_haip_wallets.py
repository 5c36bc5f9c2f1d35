"""What the plans for issuers ask of wallets that show the word of their maker, at the PAR endpoint.

The rest of the plan of HAIP 1.0 is in `issuance/test_issuer_plan.py`, and in the tests of FAPI 2.0
here, whose third kind of client is such a wallet.
"""

import pytest

from tests.conformance.outcomes import must_be_refused
from tests.issuance.makers import Maker
from tests.makers import NOW
from tests.oidc.jwt_makers import private_key
from tests.oidc.makers import request

pytestmark = [
    pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True),
    pytest.mark.parametrize("kind", ["attest_jwt_client_auth-dpop"], indirect=True),
]


async def refused(fapi):
    """401 and JSON, in the words of an OAuth error; and the same wallet is known without."""
    answer = await fapi.push(request("fapi"))
    must_be_refused(answer, "invalid_client")
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/json")
    fapi.attestation, fapi.attestation_proof = {}, {}
    assert (await fapi.push(request("fapi"))).status_code == 201


def tampered(text):
    """The same with another signature."""
    signed, _, signature = text.rpartition(".")
    return f"{signed}.{signature[::-1]}"


@pytest.mark.parametrize("part", ["oauth-client-attestation", "oauth-client-attestation-pop"])
async def test_a_word_or_proof_with_another_signature_is_none(fapi, monkeypatch, part):
    """Two modules: the maker's signature, and the wallet's.

    oid4vci-1_0-issuer-fail-invalid-client-attestation-signature: altered, and by a stranger.
    oid4vci-1_0-issuer-fail-invalid-client-attestation-pop-signature: altered.
    """
    good = fapi.shown
    with monkeypatch.context() as patched:
        patched.setattr(fapi, "shown", lambda: good() | {part: tampered(good()[part])})
        must_be_refused(await fapi.push(request("fapi")), "invalid_client")
    await refused_by_a_stranger(fapi, monkeypatch)


async def refused_by_a_stranger(fapi, monkeypatch):
    """A maker whom nobody trusts signs just as well."""
    stranger = Maker("somebody else", now=NOW)
    with monkeypatch.context() as patched:
        patched.setattr("tests.conformance.platforms.MAKER", stranger)
        must_be_refused(await fapi.push(request("fapi")), "invalid_client")
    assert (await fapi.push(request("fapi"))).status_code == 201


async def test_a_word_that_is_over_is_none(fapi):
    """oid4vci-1_0-issuer-fail-client-attestation-exp-in-past: ten minutes ago."""
    fapi.attestation = {"exp": int(fapi.now) - 600}
    await refused(fapi)


async def test_a_word_about_nobody_is_none(fapi):
    """oid4vci-1_0-issuer-fail-client-attestation-no-sub: nor one about another client."""
    for subject in (None, "fapi-2"):
        fapi.attestation = {"sub": subject}
        must_be_refused(await fapi.push(request("fapi")), "invalid_client", "invalid_request")
    fapi.attestation = {"sub": None}
    await refused(fapi)


async def test_a_proof_is_for_this_server(fapi):
    """oid4vci-1_0-issuer-fail-client-attestation-pop-wrong-aud: the issuer, and not an endpoint."""
    for audience in ("https://elsewhere.example", f"{fapi.service.issuer}/par", None):
        fapi.attestation_proof = {"aud": audience}
        await refused(fapi)


async def test_a_proof_is_by_the_key_in_the_word(fapi):
    """oid4vci-1_0-issuer-fail-mismatched-client-attestation-pop-key: both signatures are good."""
    other = private_key(name="another instance")
    fapi.attestation = {"cnf": {"jwk": other.as_dict(private=False)}}
    await refused(fapi)


async def test_a_proof_is_shown_once(fapi):
    """Attestation-Based Client Authentication, section 6: `jti`."""
    fapi.attestation_proof = {"jti": "an artificial identifier of a proof"}
    # The first answer asks for a nonce of DPoP; the second request is the one that is taken.
    assert (await fapi.push(request("fapi"))).status_code in (201, 401)
    must_be_refused(await fapi.push(request("fapi")), "invalid_client")


async def test_the_metadata_says_how_a_wallet_is_known(fapi):
    """discovery-end-point-verification: with client_attestation."""
    found = (await fapi.http.get("/.well-known/oauth-authorization-server")).json()
    assert "attest_jwt_client_auth" in found["token_endpoint_auth_methods_supported"]
    for name in ("client_attestation_signing_alg", "client_attestation_pop_signing_alg"):
        assert found[f"{name}_values_supported"] == ["ES256"]
