"""The modules of an OpenID4VP 1.0 verifier plan that must not end well, each with its reason."""

import json
from datetime import timedelta

import pytest
from joserfc.jwk import ECKey

from tests.makers import NOW
from tests.oidc.jwt_makers import private_key
from tests.presentation.conftest import SECTOR
from tests.presentation.wallet import (
    AT_PLATFORM,
    Wallet,
    answer_form,
    encrypted,
)

STRANGER = private_key("ES256", "stranger")


async def refused(door, request, form, *, code):
    """The answer is refused for this reason."""
    answer = await door.answers(request, form)
    assert (answer.status_code // 100, answer.json()["code"]) == (4, code)


async def refused_for_good(door, wallet, *shown, code, now=NOW, asked=None, **wrong):
    """What the wallet presents is refused, and the platform is told so and nothing else."""
    asked = asked or await door.orders("age_over_18")
    request = await door.opens(asked["link"])
    presented = wallet.present(request, *(shown or ("age_over_18",)), now=now, **wrong)
    await refused(door, request, answer_form(request, {"person": [presented]}), code=code)
    assert await door.result(asked["id"]) == {"status": "refused", "reason": code}


async def test_wrong_nonce_in_key_binding(door, wallet):
    """oid4vp-1final-verifier-invalid-kb-jwt-nonce: refused at the response URI, and final."""
    await refused_for_good(door, wallet, nonce="another", code="verify.binding_nonce_refused")


async def test_wrong_audience_in_key_binding(door, wallet):
    """oid4vp-1final-verifier-invalid-kb-jwt-aud: another, and ours without its prefix."""
    other = "x509_hash:another"
    await refused_for_good(door, wallet, audience=other, code="verify.binding_audience_refused")
    # Without its prefix a client identifier is another (section 14.8).
    request = await door.opens((await door.orders())["link"])
    bare = request.audience.partition(":")[2]
    await refused_for_good(door, wallet, audience=bare, code="verify.binding_audience_refused")


async def test_bad_signature_of_key_binding(door, wallet):
    """oid4vp-1final-verifier-invalid-kb-jwt-signature: by another key."""
    await refused_for_good(door, wallet, key=STRANGER, code="verify.binding_signature_refused")


async def test_wrong_sd_hash(door, wallet):
    """oid4vp-1final-verifier-invalid-sd-hash: of something else than was shown."""
    await refused_for_good(door, wallet, digest="x" * 43, code="verify.presentation_altered")


async def test_key_binding_of_another_time(door, wallet):
    """A year ago and to come; and so near that only our own bounds tell.

    oid4vp-1final-verifier-kb-jwt-iat-in-past, oid4vp-1final-verifier-kb-jwt-iat-in-future: a year.
    """
    year, minutes = timedelta(days=365), timedelta(minutes=6)
    for moment in (NOW - year, NOW + year, NOW - minutes, NOW + minutes):
        await refused_for_good(door, wallet, now=moment, code="verify.binding_too_old")


async def test_bad_signature_of_the_credential(door, issuer):
    """oid4vp-1final-verifier-invalid-credential-signature: by another key than the issuer's."""
    forged = Wallet.of(issuer, now=NOW, key=STRANGER)
    await refused_for_good(door, forged, code="verify.signature_refused")


async def test_expired_credential(door, issuer):
    long_ago = NOW - timedelta(hours=25)
    await refused_for_good(door, Wallet.of(issuer, now=long_ago), code="verify.expired")


async def test_credential_for_another_platform(door, issuer):
    wallet = Wallet.of(issuer, now=NOW, kind=AT_PLATFORM, sector="other.example", sub="x")
    asked = await door.orders(query=door.query("sub", kind=AT_PLATFORM))
    await refused_for_good(door, wallet, "sub", asked=asked, code="verify.sector_refused")


async def test_credential_of_another_kind(door, issuer):
    wallet = Wallet.of(issuer, now=NOW, kind=AT_PLATFORM, sector=SECTOR)
    await refused_for_good(door, wallet, code="verify.type_refused")


@pytest.mark.parametrize(
    "status,code",
    [(1, "verify.credential_revoked"), (2, "verify.credential_suspended")],
    ids=["revoked", "suspended"],
)
async def test_credential_that_holds_no_more(door, issuer, status, code):
    issuer.statuses[7] = status
    await refused_for_good(door, Wallet.of(issuer, now=NOW, index=7), code=code)


async def test_revocation_shows_within_a_minute(door, issuer, clock):
    wallet = Wallet.of(issuer, now=NOW, index=7)
    asked = await door.orders("age_over_18")
    request = await door.opens(asked["link"])
    presented = wallet.present(request, "age_over_18", now=NOW)
    await door.answers(request, answer_form(request, {"person": [presented]}))
    assert (await door.result(asked["id"]))["status"] == "presented"

    issuer.statuses[7] = 2
    now = clock.advance(minutes=1)
    await refused_for_good(door, wallet, now=now, code="verify.credential_suspended")


async def test_missing_key_binding(door, wallet):
    request = await door.opens((await door.orders("age_over_18"))["link"])
    unbound = wallet.credential.shown(["age_over_18"])
    form = answer_form(request, {"person": [unbound]})
    await refused(door, request, form, code="verify.binding_missing")


async def test_undisclosed_required_claim(door, wallet):
    await refused_for_good(door, wallet, "age_over_14", code="verify.presentation.claim_missing")


async def test_claim_of_another_value(door, issuer):
    [credential] = door.query()["credentials"]
    credential["claims"] = [{"path": ["age_over_18"], "values": [True]}]
    asked = await door.orders(query={"credentials": [credential]})
    minor = Wallet.of(issuer, now=NOW, age_over_18=False)
    await refused_for_good(door, minor, asked=asked, code="verify.presentation.claim_refused")


async def test_replayed_response(door, wallet):
    asked = await door.orders("age_over_18")
    request = await door.opens(asked["link"])
    presented = wallet.present(request, "age_over_18", now=NOW)
    form = answer_form(request, {"person": [presented]})
    assert (await door.answers(request, form)).status_code == 200
    await refused(door, request, form, code="presentation.already_answered")
    # The same presentation in answer to another request.
    other = await door.opens((await door.orders("age_over_18"))["link"])
    form = answer_form(other, {"person": [presented]})
    await refused(door, other, form, code="verify.binding_nonce_refused")


async def test_wrong_state_leaves_no_mark(door, wallet):
    asked = await door.orders("age_over_18")
    request = await door.opens(asked["link"])
    presented = wallet.present(request, "age_over_18", now=NOW)
    for wrong in ("another", "", None):
        form = answer_form(request, {"person": [presented]}, state=wrong)
        await refused(door, request, form, code="verify.presentation.state_refused")
    assert await door.result(asked["id"]) == {"status": "waiting"}
    form = answer_form(request, {"person": [presented]})
    assert (await door.answers(request, form)).status_code == 200


MALFORMED = {
    "nothing": None,
    "a text": "eyJ",
    "a list": ["x"],
    "empty": {},
    "not in a list": {"person": "x~y"},
    "an object in the place of a text": {"person": [{"x": 1}]},
}


@pytest.mark.parametrize("vp_token", MALFORMED.values(), ids=[*MALFORMED])
async def test_malformed_vp_token(door, vp_token):
    request = await door.opens((await door.orders())["link"])
    form = answer_form(request, vp_token)
    await refused(door, request, form, code="verify.presentation.malformed")


async def test_malformed_vp_token_in_a_form(door):
    request = await door.opens((await door.orders(encrypted=False))["link"])
    for wrong in ('{"person": ["x"], "person": ["y"]}', "[", "x" * 120_001):
        form = {"vp_token": wrong, "state": request.parameters["state"]}
        await refused(door, request, form, code="verify.presentation.malformed")


async def test_more_or_less_than_was_asked_for(door, wallet):
    shown = (await door.orders())["link"]
    request = await door.opens(shown)
    presented = wallet.present(request, now=NOW)
    for vp_token, code in (
        ({"other": [presented]}, "unasked"),
        ({"person": [presented, presented]}, "unasked"),
        ({"person": []}, "missing"),
    ):
        request = await door.opens((await door.orders())["link"])
        form = answer_form(request, vp_token)
        await refused(door, request, form, code=f"verify.presentation.{code}")


async def test_unencrypted_when_encryption_was_asked_for(door, wallet):
    request = await door.opens((await door.orders())["link"])
    presented = wallet.present(request, now=NOW)
    form = {"vp_token": json.dumps({"person": [presented]}), "state": request.parameters["state"]}
    await refused(door, request, form, code="verify.presentation.encryption_missing")


async def test_unknown_encryption_key(door):
    request = await door.opens((await door.orders())["link"])
    other = ECKey.generate_key("P-256", auto_kid=True).as_dict(private=False)
    said = {"vp_token": {"person": ["x~"]}, "state": request.parameters["state"]}
    form = {"response": encrypted(request, said, jwk=other)}
    await refused(door, request, form, code="verify.presentation.encryption_key_unknown")
    # Another key under the right name.
    kid = request.parameters["client_metadata"]["jwks"]["keys"][0]["kid"]
    form = {"response": encrypted(request, said, jwk=other, kid=kid)}
    await refused(door, request, form, code="verify.presentation.undecipherable")


@pytest.mark.parametrize("alg,enc", [("ECDH-ES", "A128CBC-HS256"), ("ECDH-ES+A128KW", "A128GCM")])
async def test_unknown_encryption_algorithm(door, alg, enc):
    request = await door.opens((await door.orders())["link"])
    said = {"vp_token": {"person": ["x~"]}, "state": request.parameters["state"]}
    form = {"response": encrypted(request, said, alg=alg, enc=enc)}
    await refused(door, request, form, code="verify.presentation.encryption_refused")


async def test_altered_encrypted_response(door):
    request = await door.opens((await door.orders())["link"])
    said = {"vp_token": {"person": ["x~"]}, "state": request.parameters["state"]}
    *parts, tag = encrypted(request, said).split(".")
    other = ("B" if tag[0] == "A" else "A") + tag[1:]
    form = {"response": ".".join([*parts, other])}
    await refused(door, request, form, code="verify.presentation.undecipherable")
    for wrong in ("", "a.b.c.d.e", "x" * 120_001):
        form = {"response": wrong}
        await refused(door, request, form, code="verify.presentation.malformed")


async def test_request_that_has_passed_away(door, wallet, clock):
    asked = await door.orders()
    request = await door.opens(asked["link"])
    now = clock.advance(minutes=5, seconds=1)
    form = answer_form(request, {"person": [wallet.present(request, now=now)]})
    await refused(door, request, form, code="presentation.unknown")


async def test_response_code_in_another_browser_session(door, wallet):
    async def presented():
        asked = await door.orders(way="same_device")
        request = await door.opens(asked["link"])
        form = answer_form(request, {"person": [wallet.present(request, now=NOW)]})
        back = (await door.answers(request, form)).json()["redirect_uri"]
        return asked["id"], back.partition("response_code=")[2]

    own, own_code = await presented()
    other, other_code = await presented()
    tries = (
        (own, own_code, "another session of another browser"),
        (own, other_code, None),
        (other, own_code, None),
    )
    for presentation, code, session in tries:
        options = {} if session is None else {"session": session}
        answer = await door.redeems(presentation, code, **options)
        assert (answer.status_code, answer.json()["code"]) == (403, "presentation.browser_refused")
    assert (await door.redeems(own, own_code)).status_code == 200
    # A code is redeemed once.
    assert (await door.redeems(own, own_code)).status_code == 403
    # Nothing was to come back from a phone, so nothing is redeemed.
    asked = await door.orders()
    assert (await door.redeems(asked["id"], own_code)).status_code == 403


async def test_a_strangers_server_gets_nothing(door):
    asked = await door.orders()
    one = f"/presentations/{asked['id']}"
    for headers in ({}, {"authorization": "Bearer another"}, {"authorization": door.token}):
        for method, address in (("POST", "/presentations"), ("GET", one)):
            answer = await door.http.request(method, address, json={}, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (
                401,
                "presentation.platform_unknown",
            )


WRONG_ORDERS = {
    "no query": {"query": {}},
    "another format": {"format": "ldp_vc"},
    "no type": {"meta": {}},
    "a member that is not known": {"require_cryptographic_holder_binding": False},
    "a claim twice": {"claims": [{"path": ["sub"]}, {"path": ["sub"]}]},
    "sets of claims without names": {"claims": [{"path": ["sub"]}], "claim_sets": [["sub"]]},
    "no session": {"way": "same_device", "session": None},
    "nowhere to come back to": {"way": "same_device", "return_to": None},
    "a script to come back to": {"way": "same_device", "return_to": "javascript:alert(1)"},
    "http beyond loopback": {"way": "same_device", "return_to": "http://platform.example/"},
    "a wallet that is no page": {"wallet": "javascript:alert(1)#x"},
    "a wallet with a query": {"wallet": "https://id.example/app?x=1"},
    "a purpose of two lines": {"purpose": "one\ntwo"},
    "a name that turns a line around": {"name": "\u202egpj.elpmaxe"},
    "a purpose without end": {"purpose": "x" * 121},
    "an origin with a path": {"way": "browser", "origin": "https://platform.example/x"},
}


_MEMBERS = ("way", "query", "session", "return_to", "origin", "wallet", "name", "purpose")


@pytest.mark.parametrize("wrong", WRONG_ORDERS.values(), ids=[*WRONG_ORDERS])
async def test_an_order_that_cannot_be_met(door, wrong):
    query = door.query()
    order = {"way": "cross_device", "query": query, "session": "x" * 16, "return_to": "https://a.b"}
    changes = {name: wrong[name] for name in wrong if name in _MEMBERS}
    query["credentials"][0] |= {name: wrong[name] for name in wrong if name not in changes}
    answer = await door.http.post("/presentations", json=order | changes, headers=door.bearer)
    assert answer.status_code == 400
