"""oidcc-dynamic-certification-test-plan: requests that are signed, and lie somewhere else."""

from hashlib import sha256
from typing import Any

import pytest

from authsvc.identifiers import b64url
from tests.conformance.host import Host
from tests.conformance.registrar import Registrar
from tests.oidc.jwt_makers import jwks_of, private_key, signed
from tests.oidc.leaving_platforms import reaching_loopback

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
KEY = private_key("RS256", "first")
BY_KEY: dict[str, Any] = {"token_endpoint_auth_method": "private_key_jwt", "jwks": jwks_of(KEY)}
ELSEWHERE = "https://localhost:8443/test/a/authsvc/elsewhere"


@pytest.fixture
def fetcher(authority):
    return reaching_loopback(authority)


@pytest.fixture
def registrar(provider):
    return Registrar(provider, dynamic=True)


@pytest.fixture
def host(authority):
    return Host(authority, "application/jwt")


def request_object(rp, inside, *, alg="RS256"):
    """As the suite makes one: `iss` and `aud` beside the parameters, and no times."""
    claims = inside | {"iss": rp.client_id, "aud": rp.service.issuer}
    return signed(claims, KEY, alg=alg, typ=None)


def outside(rp, **more):
    """What Core 6.1 wants to stand outside as well."""
    return {"client_id": rp.client_id, "response_type": "code", "scope": "openid", **more}


async def carried(rp, person, inside, sent):
    """Where a request leads whose own parameters are `inside`."""
    outcome = await person.carry(await person.get("/authorize", **sent), inside)
    if outcome.location is not None:
        assert outcome.location.startswith(inside["redirect_uri"] + "?")
        assert outcome.parameters.get("state") == inside["state"]
    return outcome


async def test_a_signed_request_behind_an_address_is_done(registrar, person, host):
    """oidcc-request-uri-signed-rs256: fetched from the registered address, and obeyed."""
    found = (await registrar.http.get("/.well-known/openid-configuration")).json()
    assert found["request_uri_parameter_supported"] is True
    assert "RS256" in found["request_object_signing_alg_values_supported"]
    async with host.open() as server:
        address = server.url("/requesturi/artificial")
        rp = await registrar.client(
            key=KEY, **BY_KEY, request_uris=[address], request_object_signing_alg="RS256"
        )
        assert rp.registered["request_uris"] == [address]
        inside = rp.request()
        host.body = request_object(rp, inside).encode()
        outcome = await carried(rp, person, inside, outside(rp, request_uri=address))
        await rp.finish(outcome)
        assert len(server.requests) == 1


async def test_an_address_may_name_the_digest_of_what_lies_there(provider, person, host):
    """oidcc-request-uri-signed-rs256: with the fragment of OpenID Connect Core 6.2.

    The client is listed, since the object holds its `client_id` and the address its digest.
    """
    listed = Registrar(provider, dynamic=False)
    async with host.open() as server:
        rp = await listed.client(key=KEY, **BY_KEY, client_secret=None)
        inside = rp.request()
        host.body = request_object(rp, inside).encode()
        digest = b64url(sha256(host.body).digest())
        address = f"{server.url('/requesturi/artificial')}#{digest}"
        await listed.client(key=KEY, **BY_KEY, client_secret=None, request_uris=[address])
        sent = outside(rp, request_uri=address)
        await rp.finish(await carried(rp, person, inside, sent))


async def test_an_unsigned_request_behind_an_address_is_refused(registrar, person, host):
    """oidcc-request-uri-unsigned: skipped, since `none` is not offered; refused all the same."""
    found = (await registrar.http.get("/.well-known/openid-configuration")).json()
    assert "none" not in found["request_object_signing_alg_values_supported"]
    async with host.open() as server:
        address = server.url("/requesturi/artificial")
        rp = await registrar.client(key=KEY, **BY_KEY, request_uris=[address])
        inside = rp.request()
        host.body = request_object(rp, inside, alg="none").encode()
        outcome = await carried(rp, person, inside, outside(rp, request_uri=address))
        outcome.require_error_page("invalid_request_object")


async def test_the_redirect_uri_inside_is_the_one_that_counts(registrar, person):
    """oidcc-ensure-request-object-with-redirect-uri: it wins over another one outside."""
    rp = await registrar.client(key=KEY, **BY_KEY)
    inside = rp.request()
    for beside in (ELSEWHERE, "https://elsewhere.example/"):
        sent = outside(rp, request=request_object(rp, inside), redirect_uri=beside)
        await rp.finish(await carried(rp, person, inside, sent))


async def test_no_redirect_uri_outside_stands_in_for_a_wrong_one_inside(registrar, person):
    """oidcc-ensure-request-object-with-redirect-uri: the other way round there is a page."""
    rp = await registrar.client(key=KEY, **BY_KEY)
    inside = rp.request(redirect_uri=ELSEWHERE)
    sent = outside(rp, request=request_object(rp, inside), redirect_uri=rp.redirect_uri)
    (await carried(rp, person, inside, sent)).require_error_page("redirect_uri_refused")
