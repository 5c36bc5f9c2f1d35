"""What the real provider issues is taken; another library agrees on every token."""

from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from authsvc.keyring import rotation
from authsvc.verify import (
    AccessTokenRefused,
    AssuranceTooLow,
    AudienceRefused,
    HeaderRefused,
    IDTokenVerifier,
    KeyUnknown,
    NonceRefused,
    VerificationKeys,
)
from tests.authentication.makers import ISSUER
from tests.clients.makers import SECRET, metadata
from tests.oidc.makers import SECRETS, Platform, request

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")


@pytest.fixture
async def platforms(provider, monkeypatch):
    registered = [
        metadata(f"with-{alg.lower()}", id_token_signed_response_alg=alg) for alg in ALGORITHMS
    ]
    await provider.clients.import_clients(registered, now=provider.clock.now())
    for each in registered:
        monkeypatch.setitem(SECRETS, each["client_id"], SECRET)
    return {alg: Platform(provider, f"with-{alg.lower()}") for alg in ALGORITHMS}


async def published(platform):
    return VerificationKeys.from_jwks((await platform.http.get("/jwks")).content)


async def verifier(platform, alg):
    return IDTokenVerifier(
        issuer=ISSUER,
        client_id=platform.client_id,
        keys=await published(platform),
        algorithms=[alg],
    )


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
async def test_an_id_token_of_each_algorithm_is_taken(provider, browser, platforms, clock):
    for alg, platform in platforms.items():
        tokens = await platform.tokens(browser, request(platform.client_id, max_age="3600"))
        whole = await verifier(platform, alg)
        found = whole.verify(
            tokens["id_token"],
            nonce="nonce-1",
            now=clock.now(),
            max_age=timedelta(hours=1),
            acr="urn:authsvc:acr:aal1",
            access_token=tokens["access_token"],
        )
        keys = KeySet.import_key_set((await platform.http.get("/jwks")).json())
        read = jwt.decode(tokens["id_token"], keys, algorithms=[alg])
        assert (found.claims, found.amr) == (read.claims, ("pwd",))
        assert found.auth_time == clock.now()


async def test_what_else_the_provider_signs_is_no_id_token(provider, browser, platforms, clock):
    tokens = await platforms["ES256"].tokens(browser)
    whole = await verifier(platforms["ES256"], "ES256")
    with pytest.raises(HeaderRefused):
        whole.verify(tokens["access_token"], nonce="nonce-1", now=clock.now())


async def test_the_token_of_another_platform_or_request_is_refused(
    provider, browser, platforms, clock
):
    platform = platforms["ES256"]
    first, second = await platform.tokens(browser), await platform.tokens(browser)
    whole = await verifier(platform, "ES256")
    asked = {"nonce": "nonce-1", "now": clock.now()}
    with pytest.raises(AccessTokenRefused):
        whole.verify(first["id_token"], access_token=second["access_token"], **asked)
    with pytest.raises(AssuranceTooLow):
        whole.verify(first["id_token"], acr="urn:authsvc:acr:aal2", **asked)
    with pytest.raises(NonceRefused):
        whole.verify(first["id_token"], nonce="another", now=clock.now())
    other = IDTokenVerifier(
        issuer=ISSUER, client_id="spa", keys=await published(platform), algorithms=["ES256"]
    )
    with pytest.raises(AudienceRefused):
        other.verify(first["id_token"], **asked)


async def test_a_new_key_is_known_before_it_signs_to_who_fetches_every_quarter_of_an_hour(
    provider, browser, platforms, clock
):
    platform = platforms["ES256"]
    old = await verifier(platform, "ES256")
    rotation.rotate(provider.keyring, "ES256", now=clock.now())
    newer = await verifier(platform, "ES256")
    clock.advance(provider.keyring.rules.propagation)
    signed_by_the_new_key = (await platform.tokens(browser))["id_token"]
    asked = {"nonce": "nonce-1", "now": clock.now()}
    with pytest.raises(KeyUnknown):
        old.verify(signed_by_the_new_key, **asked)
    assert newer.verify(signed_by_the_new_key, **asked)
    assert old.with_keys(await published(platform)).verify(signed_by_the_new_key, **asked)
