"""Receipts at `/receipt`: exactly what is in one, and who gets one."""

import asyncio
import json
from datetime import timedelta

import pytest

from authsvc.certificates.credentials.signer import CredentialSigner
from authsvc.identifiers import from_b64url
from authsvc.oidc.claims.receipt_endpoint import MOST_OF_A_DAY, WINDOW
from authsvc.verify import ReceiptVerifier, TokenRefused, new_salt, reference_of
from tests.authentication.makers import ISSUER
from tests.oidc.jwt_makers import unverified
from tests.oidc.makers import Browser, Platform, request

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
REFERENCE = reference_of(b"s" * 32, "an account of an artificial platform")
MEMBERS = {"iss", "aud", "iat", "acr", "assurance", "reference", "jti"}


def another() -> str:
    return reference_of(new_salt(), "an account")


async def receipt(platform: Platform, token: str, reference: str = REFERENCE, **form: str):
    """What the platform's server asks for."""
    return await platform.http.post(
        "/receipt",
        data={"reference": reference} | form,
        headers={"authorization": f"Bearer {token}"},
    )


def auditor(provider, client_id: str = "platform-a") -> ReceiptVerifier:
    """Knows the root of credentials, and nothing else."""
    root = CredentialSigner(provider.keyring, url=ISSUER).root(now=provider.clock.now())
    return ReceiptVerifier(issuer=ISSUER, anchors=[root], client_id=client_id)


async def test_a_receipt_says_that_it_was_done_and_not_for_whom(provider, browser, platform):
    tokens = await platform.tokens(browser)
    answer = await receipt(platform, tokens["access_token"])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/verification-receipt+jwt"
    assert answer.headers["cache-control"] == "no-store"
    said = unverified(answer.text)
    midnight = provider.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    assert {**said, "jti": ""} == {
        "iss": ISSUER,
        "aud": "platform-a",
        "iat": midnight.timestamp(),
        "acr": "urn:authsvc:acr:aal1",
        "assurance": "chip-and-face",
        "reference": REFERENCE,
        "jti": "",
    }
    assert len(from_b64url(said["jti"])) == 16
    header = unverified(answer.text, 0)
    assert header.keys() == {"alg", "typ", "kid", "x5c"}
    assert header["typ"] == "verification-receipt+jwt"


@ONE_STORE
async def test_nothing_in_it_is_a_persons_or_a_tokens(provider, browser, platform):
    """Two people, two platforms, two days: what differs is random, a platform's or a day's."""
    await provider.person("wang")
    seen: dict[str, set[str]] = {}
    told = set()
    for name in ("zhang", "wang"):
        for client_id in ("platform-a", "platform-b"):
            provider.clock.advance(hours=1)
            server = Platform(provider, client_id)
            tokens = await server.tokens(Browser(provider), username=name)
            answer = await receipt(server, tokens["access_token"], another())
            said = unverified(answer.text)
            assert said.keys() == MEMBERS
            for member, value in said.items():
                seen.setdefault(member, set()).add(json.dumps(value))
            told.add(len(answer.text))
            access, identity = (unverified(tokens[kind]) for kind in ("access_token", "id_token"))
            for secret in (access["jti"], access["sub"], access["authsvc_ref"], identity["sub"]):
                assert secret not in answer.text
                assert secret not in json.dumps(said)
    assert {member: len(values) for member, values in seen.items()} == {
        "iss": 1,
        "aud": 2,
        "iat": 1,
        "acr": 1,
        "assurance": 1,
        "reference": 4,
        "jti": 4,
    }
    # Lengths say nothing, either: both platforms' names are of one length.
    assert len(told) == 1


@ONE_STORE
async def test_an_auditor_believes_it_years_later_and_nobody_elses(provider, browser, platform):
    tokens = await platform.tokens(browser)
    text = (await receipt(platform, tokens["access_token"])).text
    verifier = auditor(provider)
    years_later = provider.clock.now() + timedelta(days=3000)
    found = verifier.verify(text, reference=REFERENCE, now=years_later)
    assert (found.platform, found.reference) == ("platform-a", REFERENCE)
    assert (found.acr, found.assurance) == ("urn:authsvc:acr:aal1", "chip-and-face")
    assert found.day == provider.clock.now().date()
    with pytest.raises(TokenRefused) as refused:
        auditor(provider, "platform-b").verify(text, reference=REFERENCE, now=years_later)
    assert refused.value.code == "verify.audience_refused"


async def test_one_authorization_has_one_receipt_however_many_ask_at_once(
    provider, browser, platform
):
    tokens = await platform.tokens(browser)
    token = tokens["access_token"]
    answers = await asyncio.gather(*(receipt(platform, token, another()) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    # A refreshed token is of the same authorization.
    refreshed = (await platform.refresh(tokens["refresh_token"])).json()
    again = await receipt(platform, refreshed["access_token"], another())
    assert again.status_code == 409
    assert again.json()["error"] == "receipt_already_given"
    assert 'error="receipt_already_given"' in again.headers["www-authenticate"]
    # Another authorization has another.
    tokens = await platform.tokens(browser)
    assert (await receipt(platform, tokens["access_token"], another())).status_code == 200


@ONE_STORE
@pytest.mark.parametrize(
    "reference",
    ["", "x", "A" * 42, "A" * 44, "A" * 42 + "B", REFERENCE + "=", "é" * 43, "+" * 43],
)
async def test_a_reference_that_is_no_digest_is_refused_and_uses_nothing_up(
    provider, browser, platform, reference
):
    token = (await platform.tokens(browser))["access_token"]
    answer = await receipt(platform, token, reference)
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_request"
    assert "reference" in answer.json()["error_description"]
    assert (await receipt(platform, token)).status_code == 200


@ONE_STORE
async def test_who_shows_no_good_token_gets_nothing(provider, browser, platform):
    post = platform.http.post
    assert (await post("/receipt", data={"reference": REFERENCE})).status_code == 401
    assert (await receipt(platform, "x")).status_code == 401
    tokens = await platform.tokens(browser)
    await platform.revoke(tokens["access_token"])
    assert (await receipt(platform, tokens["access_token"])).status_code == 401
    assert (await platform.http.get("/receipt")).status_code == 405


@ONE_STORE
async def test_nothing_is_receipted_that_was_not_decided_just_now(provider, browser, platform):
    tokens = await platform.tokens(browser)
    provider.clock.advance(seconds=WINDOW.total_seconds() - 1)
    tokens = (await platform.refresh(tokens["refresh_token"])).json()
    provider.clock.advance(seconds=1)
    answer = await receipt(platform, tokens["access_token"])
    assert answer.status_code == 401
    assert "too old" in answer.json()["error_description"]


@ONE_STORE
async def test_the_claim_lives_as_long_as_it_could_be_asked_for(provider, browser, platform):
    tokens = await platform.tokens(browser)
    assert (await receipt(platform, tokens["access_token"])).status_code == 200
    provider.clock.advance(seconds=WINDOW.total_seconds() - 1)
    tokens = (await platform.refresh(tokens["refresh_token"])).json()
    assert (await receipt(platform, tokens["access_token"], another())).status_code == 409


@ONE_STORE
async def test_without_openid_there_is_nothing_to_receipt(provider, browser, platform):
    tokens = await platform.tokens(browser, request(scope="age"))
    answer = await receipt(platform, tokens["access_token"])
    assert answer.status_code == 403
    assert answer.json()["error"] == "insufficient_scope"


@ONE_STORE
async def test_one_person_is_not_receipted_for_a_crowd(provider, browser, platform):
    """With a session and a consent authorizations cost nothing; a platform could make thousands."""
    await platform.tokens(browser)
    statuses = []
    for _ in range(MOST_OF_A_DAY + 1):
        token = (await platform.tokens(browser, request(prompt="none")))["access_token"]
        statuses.append((await receipt(platform, token, another())).status_code)
    assert statuses == [200] * MOST_OF_A_DAY + [429]
    # Another person, and the same one at another platform, are not concerned; nor is tomorrow.
    await provider.person("wang")
    token = (await platform.tokens(Browser(provider), username="wang"))["access_token"]
    assert (await receipt(platform, token, another())).status_code == 200
    other = Platform(provider, "platform-b")
    token = (await other.tokens(browser))["access_token"]
    assert (await receipt(other, token, another())).status_code == 200
    provider.clock.advance(hours=25)
    token = (await platform.tokens(browser))["access_token"]
    assert (await receipt(platform, token, another())).status_code == 200


@ONE_STORE
async def test_a_bound_token_needs_its_key_here_too(provider, browser, strict):
    tokens = await strict.tokens(browser)
    token = tokens["access_token"]
    http, form = strict.http, {"reference": REFERENCE}
    bearer = await http.post("/receipt", data=form, headers={"authorization": f"Bearer {token}"})
    assert bearer.status_code == 401
    proof = strict.proof("POST", "/receipt", access_token=token)
    headers = {"authorization": f"DPoP {token}", "dpop": proof}
    answer = await http.post("/receipt", data=form, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["dpop-nonce"]
    for_another = strict.proof("POST", "/userinfo", access_token=token)
    headers = {"authorization": f"DPoP {token}", "dpop": for_another}
    assert (await http.post("/receipt", data=form, headers=headers)).status_code == 401


@ONE_STORE
async def test_the_metadata_names_the_endpoint(provider, platform):
    document = (await platform.http.get("/.well-known/openid-configuration")).json()
    assert document["verification_receipt_endpoint"] == f"{ISSUER}/receipt"


@ONE_STORE
async def test_no_page_of_another_origin_reads_the_answer(provider, browser, platform):
    token = (await platform.tokens(browser))["access_token"]
    answer = await receipt(platform, token)
    assert "access-control-allow-origin" not in answer.headers
