import asyncio
from datetime import timedelta

import pytest

from authsvc.clients.assertion import ClientAssertions, client_id_of
from authsvc.clients.client import Client, Profile
from authsvc.clients.client_keys import ClientKeys
from authsvc.clients.errors import ClientNotAuthenticated
from authsvc.errors import Unavailable
from authsvc.keyring import KeyRing
from authsvc.storage import Ephemeral
from authsvc.storage.ephemeral.memory import MemoryBackend
from tests.clients.signer import Signer, assertion_claims

ISSUER = "https://id.example"
TOKEN_ENDPOINT = f"{ISSUER}/token"
EC = Signer("P-256", kid="ec")
RSA = Signer("RSA", kid="rsa")
ED = Signer("Ed25519", kid="ed")
JWKS = {"keys": [EC.jwk, RSA.jwk, ED.jwk]}


class Nowhere:
    async def get(self, url, *, accept, largest):
        raise Unavailable(log="away")


def client(**members):
    parts = {"client_id": "platform-j", "sector_identifier": "platform.example", "jwks": JWKS}
    return Client(name="Platform", **(parts | members))


@pytest.fixture(scope="module")
def ring(key_directory):
    return KeyRing.open(key_directory)


@pytest.fixture
def assertions(ring, clock):
    ephemeral = Ephemeral(MemoryBackend(clock), seals=ring.sealer, digests=ring.digests)
    return ClientAssertions(
        keys=ClientKeys(Nowhere()),
        ephemeral=ephemeral,
        issuer=ISSUER,
        token_endpoint=TOKEN_ENDPOINT,
    )


@pytest.fixture
def check(assertions, now):
    async def attempt(token, at=None, **members):
        await assertions.check(client(**members), token, now=at or now)

    return attempt


async def refused(check, token, at=None, **members):
    with pytest.raises(ClientNotAuthenticated) as caught:
        await check(token, at, **members)
    assert caught.value.__cause__ is None
    return caught.value


def assertion(signer=EC, *, alg=None, header=None, **changes):
    return signer.sign(assertion_claims(**changes), alg=alg, **(header or {}))


@pytest.mark.parametrize("typ", [None, "JWT", "client-authentication+jwt"])
@pytest.mark.parametrize(
    ("signer", "alg"), [(EC, "ES256"), (RSA, "PS256"), (RSA, "RS256"), (ED, "EdDSA")]
)
async def test_a_good_assertion_is_taken(check, signer, alg, typ):
    header = {} if typ is None else {"typ": typ}
    await check(assertion(signer, alg=alg, header=header))


@pytest.mark.parametrize("typ", ["dpop+jwt", "oauth-authz-req+jwt", "at+jwt", "logout+jwt"])
async def test_a_token_that_was_made_for_something_else_is_refused(check, typ):
    await refused(check, assertion(header={"typ": typ}))


async def test_rs256_is_not_for_the_strict_profile(check):
    token = assertion(RSA, alg="RS256")
    await refused(check, token, profile=Profile.FAPI2)
    await refused(check, token, profile=Profile.FAPI2, token_endpoint_auth_signing_alg="RS256")
    await check(assertion(RSA, alg="PS256"), profile=Profile.FAPI2)


async def test_the_registered_algorithm_is_the_only_one(check):
    await refused(check, assertion(EC), token_endpoint_auth_signing_alg="PS256")
    await check(assertion(RSA), token_endpoint_auth_signing_alg="PS256")


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": None},
        {"sub": None},
        {"iss": "platform-k"},
        {"sub": "platform-k"},
        {"iss": 7},
        {"sub": ["platform-j"]},
    ],
)
async def test_it_is_about_the_client_and_by_the_client(check, changes):
    await refused(check, assertion(**changes))


@pytest.mark.parametrize(
    "audience",
    [
        None,
        "",
        7,
        {},
        [],
        [ISSUER],
        [ISSUER, TOKEN_ENDPOINT],
        TOKEN_ENDPOINT,
        f"{ISSUER}/par",
        f"{ISSUER}/",
        ISSUER.upper(),
        "https://other.example",
    ],
)
async def test_the_audience_is_the_issuer_and_nothing_else(check, audience):
    await refused(check, assertion(aud=audience))


@pytest.mark.parametrize(
    "audience",
    [ISSUER, TOKEN_ENDPOINT, [ISSUER], [TOKEN_ENDPOINT, "https://other.example"]],
)
async def test_older_clients_may_name_the_token_endpoint_or_a_list(check, audience):
    await check(assertion(aud=audience), legacy_assertion_audience=True)


@pytest.mark.parametrize(
    "audience",
    [
        None,
        [],
        [["https://id.example"]],
        "https://other.example",
        ["https://other.example"],
        f"{ISSUER}/par",
        [*(f"https://{n}.example" for n in range(10)), ISSUER],
    ],
)
async def test_older_clients_name_us_all_the_same(check, audience):
    await refused(check, assertion(aud=audience), legacy_assertion_audience=True)


@pytest.mark.parametrize(
    ("claim", "seconds", "good"),
    [
        ("exp", 1, True),
        ("exp", 300, True),
        ("exp", 301, False),
        ("exp", 3600, False),
        ("exp", -9, True),
        ("exp", -10, False),
        ("exp", -300, False),
        ("nbf", -3600, True),
        ("nbf", 8, True),
        ("nbf", 60, True),
        ("nbf", 61, False),
        ("iat", 8, True),
        ("iat", 60, True),
        ("iat", 61, False),
        ("iat", -3600, True),
    ],
)
async def test_it_holds_now_and_not_for_long(check, now, claim, seconds, good):
    token = assertion(**{claim: int(now.timestamp()) + seconds})
    if good:
        await check(token)
    else:
        await refused(check, token)


@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", ["1", True, [], {}, 10**300, -(10**300)])
async def test_a_time_that_is_none_is_refused(check, claim, value):
    await refused(check, assertion(**{claim: value}))


async def test_a_time_may_have_a_fraction_and_null_is_no_time(check, now):
    await check(assertion(exp=now.timestamp() + 59.5))
    claims = {**assertion_claims(jti="2"), "nbf": None}
    await refused(check, EC.sign(claims))


async def test_a_missing_exp_is_refused(check):
    await refused(check, assertion(exp=None))


@pytest.mark.parametrize("jti", [None, "", 7, ["a"], "j" * 257])
async def test_a_jti_is_needed(check, jti):
    await refused(check, assertion(jti=jti))


async def test_it_works_once(check, now):
    token = assertion()
    await check(token)
    error = await refused(check, token)
    assert error.log == "assertion: used before"
    # Another text with the same claims is the same assertion.
    await refused(check, assertion())
    await check(assertion(jti="jti-2"))


async def test_each_client_has_its_own_jtis(check):
    await check(assertion())
    await check(assertion(client_id="platform-k"), client_id="platform-k")


async def test_it_is_remembered_for_as_long_as_it_would_be_taken(check, clock, now):
    token = assertion(exp=int(now.timestamp()) + 300)
    await check(token)
    for seconds in (1, 299, 309):
        clock.set(now + timedelta(seconds=seconds))
        error = await refused(check, token, clock.now())
        assert error.log == "assertion: used before"
    clock.set(now + timedelta(seconds=310))
    error = await refused(check, token, clock.now())
    assert error.log == "assertion: expired"


async def test_nobody_uses_up_anothers_jti(check):
    thief = Signer("P-256", 2, kid="ec")
    await refused(check, assertion(thief))
    await refused(check, assertion(aud="https://other.example"))
    await refused(check, assertion(exp=1))
    await check(assertion())


async def test_of_many_at_once_one_is_taken(check):
    token = assertion()
    results = await asyncio.gather(*(check(token) for _ in range(20)), return_exceptions=True)
    assert results.count(None) == 1


async def test_keys_that_cannot_be_fetched_are_a_refusal_like_any(check):
    error = await refused(check, assertion(), jwks=None, jwks_uri="https://platform.example/jwks")
    assert error.log == "assertion: jwks_uri"


async def test_a_client_without_keys_is_refused(check):
    await refused(check, assertion(), jwks=None)


def test_whom_an_assertion_names_is_told_before_it_is_believed():
    assert client_id_of(assertion()) == "platform-j"


@pytest.mark.parametrize(
    "token", ["", "a.b.c", assertion(sub=None), assertion(sub=7), assertion(x="x" * 9000)]
)
def test_an_assertion_that_names_nobody_is_refused(token):
    with pytest.raises(ClientNotAuthenticated):
        client_id_of(token)
