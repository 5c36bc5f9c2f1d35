"""FAPI 2.0 Security Profile, the lines about proofs of possession, most of them at the resource."""

import pytest

from tests.conformance.outcomes import carried
from tests.conformance.platforms import certificate_of
from tests.oidc.jwt_makers import private_key
from tests.oidc.makers import request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
WITH_DPOP = pytest.mark.parametrize("kind", ["private_key_jwt-dpop"], indirect=True)
ISSUER = "https://id.example"


@pytest.fixture
async def token(fapi, browser):
    """An access token."""
    return (await fapi.tokens(browser))["access_token"]


@pytest.fixture
def ask(fapi, token):
    """Asks UserInfo with a proof that a test has made, and gives the status."""

    async def asked(made, **options):
        response = await fapi.userinfo(token, dpop=made, **options)
        if response.status_code != 200:
            assert "www-authenticate" in response.headers
            assert "sub" not in response.json()
        return response.status_code

    return asked


@pytest.fixture
def proved(fapi, token):
    """Makes a proof for UserInfo, right but for the changes."""
    return lambda **changes: fapi.proof("GET", "/userinfo", access_token=token, **changes)


@pytest.mark.parametrize("spell", [str.lower, str.upper, str.swapcase])
async def test_a_scheme_is_a_scheme_in_any_case(fapi, token, spell):
    """access-token-type-header-case-sensitivity: dpop, DPOP, dPoP; bearer, BEARER, bEARER."""
    scheme = spell(fapi.kind.scheme)
    assert (await fapi.userinfo(token, scheme=scheme)).status_code == 200


async def test_a_token_is_worth_nothing_to_whoever_finds_it(fapi, token):
    """ensure-holder-of-key-required: at the resource, no proof and another's proof."""
    thief = fapi.thief()
    assert (await thief.userinfo(token)).status_code == 401
    assert (await thief.userinfo(token, dpop=False)).status_code == 401
    found = {"authorization": f"{fapi.kind.scheme} {token}"}
    bare = await fapi.service.http().get("/userinfo", headers=found)
    assert bare.status_code == 401
    other = "Bearer" if fapi.kind.dpop else "DPoP"
    assert (await fapi.userinfo(token, scheme=other)).status_code == 401


@pytest.mark.parametrize("kind", ["self_signed_tls_client_auth-mtls"], indirect=True)
async def test_a_second_certificate_for_the_same_key_is_another_certificate(fapi, token):
    """ensure-holder-of-key-required: with mTLS the token is bound to the certificate."""
    again = certificate_of.__wrapped__(fapi.kind, "fapi")
    assert again.public_key() == certificate_of(fapi.kind, "fapi").public_key()
    fapi.show(again)
    assert (await fapi.userinfo(token)).status_code == 401


@WITH_DPOP
async def test_a_proof_may_say_how_long_it_is_good(fapi, browser, ask, proved):
    """check-dpop-proof-nbf-exp: taken at all three places, and believed."""
    now = int(fapi.now)
    times = {"nbf": now - 5, "exp": now + 60}
    assert await ask(proved(**times)) == 200
    assert await ask(proved(exp=now - 3600)) == 401
    assert await ask(proved(nbf=now + 3600)) == 401
    asked = request("fapi")
    pushed = await fapi.push(asked, dpop=fapi.proof("POST", "/par", **times))
    outcome = await carried(fapi, browser, pushed)
    made = fapi.proof("POST", "/token", **times)
    assert (await fapi.redeem(asked, outcome.code, dpop=made)).status_code == 200


@WITH_DPOP
@pytest.mark.parametrize("seconds", [-10, 10])
async def test_clocks_may_differ_by_seconds(fapi, browser, ask, proved, seconds):
    """ensure-dpopproof-with-iat-10seconds-before-succeeds: at PAR, token endpoint and resource.

    ensure-dpopproof-with-iat-10seconds-after-succeeds: likewise.
    """
    iat = int(fapi.now) + seconds
    asked = request("fapi")
    pushed = await fapi.push(asked, dpop=fapi.proof("POST", "/par", iat=iat))
    outcome = await carried(fapi, browser, pushed)
    made = fapi.proof("POST", "/token", iat=iat)
    assert (await fapi.redeem(asked, outcome.code, dpop=made)).status_code == 200
    assert await ask(proved(iat=iat)) == 200


@WITH_DPOP
@pytest.mark.parametrize(
    "changes",
    [
        {"header": {"typ": None}},
        {"header": {"alg": None}},
        {"header": {"jwk": None}},
        {"jti": None},
        {"htm": None},
        {"htu": None},
        {"iat": None},
        {"ath": None},
        {"header": {"typ": "JWT"}},
        {"alg": "none"},
        {"htm": "PUT"},
        {"htm": "get"},
        {"htu": ISSUER + "/token"},
        {"htu": "https://other.example/userinfo"},
        {"htu": "/userinfo"},
        {"ath": "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"},
        {"key": private_key(name="a third key")},
    ],
    ids=lambda changes: " ".join(map(str, next(iter(changes.items())))).split(" object")[0],
)
async def test_a_proof_that_lacks_something_or_is_for_something_else(ask, proved, changes):
    """dpop-negative-tests: members missing or wrong, none, another key."""
    assert await ask(proved(**changes)) in (400, 401)
    assert await ask(proved()) == 200


@WITH_DPOP
@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_proof_is_for_now(fapi, ask, proved, hours):
    """dpop-negative-tests: iat an hour ago, or in an hour, whether or not it has a nonce."""
    iat = int(fapi.now) + hours * 3600
    assert await ask(proved(iat=iat)) in (400, 401)
    assert await ask(proved(iat=iat, nonce=None)) in (400, 401)


@WITH_DPOP
async def test_a_proof_is_one_jwt_of_its_key(fapi, token, ask, proved):
    """dpop-negative-tests: junk, two of them, a bad signature, the private key shown, none."""
    good = proved()
    assert await ask(good.upper()) in (400, 401)
    assert await ask("not.a.jwt") in (400, 401)
    assert await ask("junk") in (400, 401)
    head, body, signature = good.split(".")
    assert await ask(f"{head}.{body}.{signature[::-1]}") in (400, 401)
    private = fapi.dpop_key.as_dict(private=True)
    assert await ask(proved(header={"jwk": private})) in (400, 401)
    assert await ask(False) in (400, 401)
    assert await ask(False, scheme="Bearer") in (400, 401)
    assert await ask(proved(), scheme="Bearer") in (400, 401)
    both = [("authorization", f"DPoP {token}"), ("dpop", proved()), ("dpop", proved())]
    assert (await fapi.http.get("/userinfo", headers=both)).status_code in (400, 401)
    assert await ask(good) == 200


@WITH_DPOP
async def test_a_proof_is_good_once(ask, proved):
    """dpop-negative-tests: the same jti again."""
    assert await ask(proved(jti="the same")) == 200
    assert await ask(proved(jti="the same")) in (400, 401)


@WITH_DPOP
async def test_rs256_is_not_for_proofs(fapi, browser):
    """dpop-negative-tests: RS256, with the very key that the token is bound to."""
    fapi.dpop_key = private_key("RS256", "dpop")
    asked = request("fapi")
    await fapi.push(asked, dpop=fapi.proof("POST", "/par", alg="PS256"))  # to learn the nonce
    outcome = await carried(fapi, browser, await fapi.push(asked, dpop=False))
    made = fapi.proof("POST", "/token", alg="PS256")
    response = await fapi.redeem(asked, outcome.code, dpop=made)
    assert response.status_code == 200, response.text
    token = response.json()["access_token"]
    for alg, expected in (("PS256", 200), ("RS256", 401)):
        made = fapi.proof("GET", "/userinfo", access_token=token, alg=alg)
        assert (await fapi.userinfo(token, dpop=made)).status_code == expected


@WITH_DPOP
@pytest.mark.parametrize(
    "changes",
    [
        {"htu": ISSUER + "/userinfo?a=b"},
        {"htu": ISSUER + "/userinfo#part"},
        {"htu": "HTTPS://ID.Example/userinfo"},
        {"htu": "https://id.example:443/userinfo"},
        {"header": {"extra": "member"}, "further": "claim"},
    ],
    ids=lambda changes: next(iter(changes.values())),
)
async def test_what_a_proof_may_look_like(ask, proved, changes):
    """dpop-negative-tests: what must be accepted."""
    assert await ask(proved(**changes)) == 200


@WITH_DPOP
async def test_neither_the_query_nor_the_case_of_a_header_counts(fapi, token, proved):
    """dpop-negative-tests: an address with a query, a header in capitals."""
    headers = {"AUTHORIZATION": f"DPoP {token}", "DPOP": proved()}
    response = await fapi.http.get("/userinfo?dummy=1", headers=headers)
    assert response.status_code == 200


@WITH_DPOP
async def test_what_is_refused_at_the_resource_is_refused_at_the_token_endpoint(fapi, browser):
    """dpop-negative-tests: and the code is not used up by it."""
    asked, code = await fapi.authorize(browser)
    wrong = [
        fapi.proof("POST", "/token", htm="GET"),
        fapi.proof("POST", "/userinfo"),
        fapi.proof("POST", "/token", header={"typ": "JWT"}),
        fapi.proof("POST", "/token", iat=int(fapi.now) - 3600),
        fapi.proof("POST", "/token", alg="none"),
    ]
    for made in wrong:
        response = await fapi.redeem(asked, code, dpop=made)
        assert response.status_code == 400
        assert response.json()["error"] == "invalid_dpop_proof"
    assert (await fapi.redeem(asked, code)).status_code == 200
