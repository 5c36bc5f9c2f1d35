"""A person invites their wallet from the app: offer, picture, transaction code, tokens."""

from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest

from authsvc.clients.client import PRE_AUTHORIZED_CODE
from authsvc.issuance import offers
from tests.family import grown_up, ward_of
from tests.holder.apps import App
from tests.issuance.makers import BRIEF, PERSON, Wallet, new_keys, read_certificate
from tests.whole import ISSUER

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def signed_in(issuing, client, resident):
    """By the device's key: the password alone invites no wallet."""
    app = App(issuing.service, client, resident)
    assert (await app.sign_in_by(resident.device, resident.certificate)).is_success


async def signed_in_by_password(client, resident):
    body = {"sign_in_name": resident.sign_in_name, "password": resident.password}
    assert (await client.post("/authentication/password", json=body)).is_success


async def offered(issuing, *kinds, resident=None):
    """What the app is told."""
    async with issuing.service.client() as client:
        await signed_in(issuing, client, resident or issuing.zhang)
        response = await client.post(
            "/holder/wallets/offers", json={"certificates": list(kinds or (PERSON,))}
        )
    assert response.status_code == 201, response.text
    return response.json()


def grant(offer, **changes):
    """The token request for an offer."""
    code = offer["credential_offer"]["grants"][PRE_AUTHORIZED_CODE]["pre-authorized_code"]
    form = {
        "grant_type": PRE_AUTHORIZED_CODE,
        "pre-authorized_code": code,
        "tx_code": offer["transaction_code"],
    } | changes
    return {name: value for name, value in form.items() if value is not None}


async def test_a_wallet_fetches_what_it_was_invited_to(issuing):
    offer, wallet = await offered(issuing, PERSON, BRIEF), issuing.wallet()
    told = offer["credential_offer"]
    assert told["credential_issuer"] == ISSUER
    assert told["credential_configuration_ids"] == [PERSON, BRIEF]
    assert told["grants"][PRE_AUTHORIZED_CODE]["tx_code"]["length"] == 6
    assert offer["transaction_code"] not in str(told)
    assert offer["picture"].startswith("data:image/svg+xml")
    assert dict(parse_qsl(urlsplit(offer["link"]).query)).keys() == {"credential_offer"}
    tokens = await wallet.redeem(**grant(offer))
    assert (tokens["token_type"], tokens["scope"]) == ("DPoP", f"{PERSON} {BRIEF}")
    [found] = await wallet.fetch(tokens, new_keys(1), credential_configuration_id=BRIEF)
    assert "status" not in read_certificate(found)[1]
    async with issuing.service.client() as client:
        await signed_in(issuing, client, issuing.zhang)
        log = (await client.get("/holder/activity")).json()["entries"]
    lines = {(each["kind"], each["client_id"], *each["scopes"]) for each in log}
    assert ("certificates_offered", None, PERSON, BRIEF) in lines
    assert ("certificates_fetched", wallet.client_id, BRIEF) in lines


async def test_a_wallet_may_take_a_part_and_no_more(issuing):
    offer, wallet = await offered(issuing, PERSON), issuing.wallet()
    detail = '[{"type":"openid_credential","credential_configuration_id":"%s"}]'
    response = await wallet.post("/token", grant(offer, authorization_details=detail % BRIEF))
    assert response.json()["error"] == "invalid_authorization_details"
    tokens = await wallet.redeem(**grant(offer, authorization_details=detail % PERSON))
    [granted] = tokens["authorization_details"]
    assert granted["credential_identifiers"] == [PERSON]
    assert await wallet.fetch(tokens, new_keys(1), credential_identifier=PERSON)


async def test_an_offer_is_fetched_by_reference_and_is_over_after_five_minutes(issuing):
    async with issuing.service.client() as client:
        assert (await client.get("/credentials/offers/unknown")).status_code == 404
    offer, wallet = await offered(issuing), issuing.wallet()
    issuing.service.clock.advance(minutes=5)
    response = await wallet.post("/token", grant(offer))
    assert response.json()["error"] == "invalid_grant"


async def test_the_transaction_code_is_not_found_by_guessing(issuing):
    offer, wallet = await offered(issuing), issuing.wallet()
    response = await wallet.post("/token", grant(offer, tx_code=None))
    assert response.json()["error"] == "invalid_request"
    wrong = "000000" if offer["transaction_code"] != "000000" else "111111"
    said = []
    for _ in range(5):
        response = await wallet.post("/token", grant(offer, tx_code=wrong))
        assert response.json()["error"] == "invalid_grant"
        said.append(response.json()["error_description"])
    response = await wallet.post("/token", grant(offer))
    assert response.json()["error"] == "invalid_grant"
    # The wallet can tell its holder to make a new offer, and not to try again.
    assert len(set(said[:4])) == 1
    assert said[4] == response.json()["error_description"] != said[0]


async def test_who_made_an_offer_hears_that_it_was_guessed_at_and_makes_another(issuing):
    """Whoever has seen the picture can spoil it (five guesses), and this one alone."""
    sun, wallet = await issuing.service.enrolled("测试孙"), issuing.wallet()
    offer, other = [await offered(issuing, resident=sun) for _ in range(2)]
    wrong = "000000" if offer["transaction_code"] != "000000" else "111111"
    for _ in range(7):
        await issuing.wallet("wallet-b").post("/token", grant(offer, tx_code=wrong))
    assert (await wallet.post("/token", grant(offer))).json()["error"] == "invalid_grant"
    async with issuing.service.client() as client:
        await signed_in(issuing, client, sun)
        log = (await client.get("/holder/activity")).json()["entries"]
        outbox = await client.get("/sandbox/outbox", params={"phone": sun.phone})
        alerts = (await client.get("/holder")).json()
    [line] = [each for each in log if each["kind"] == "offer_guessed"]
    assert (line["client_id"], line["scopes"]) == ("wallet-b", [PERSON])
    assert "offer_guessed" in str(alerts)
    told = [each["text"] for each in outbox.json()["messages"] if "wrong codes" in each["text"]]
    assert len(told) == 1
    assert "wallet-b" not in told[0]
    assert await wallet.redeem(**grant(other))


async def test_an_offer_wants_a_fresh_sign_in_and_something_to_offer(issuing):
    service = issuing.service
    address, body = "/holder/wallets/offers", {"certificates": [PERSON]}
    async with service.client() as client:
        assert (await client.post(address, json=body)).status_code == 401
        await signed_in(issuing, client, issuing.zhang)
        unknown = await client.post(address, json={"certificates": ["driving-licence"]})
        assert unknown.json()["code"] == "issuance.unknown_credential_configuration"
        service.clock.advance(minutes=6)
        stale = await client.post(address, json=body)
        assert stale.json()["code"] == "holder.fresh_sign_in_required"


async def test_whoever_froze_their_number_is_not_spoken_for(issuing):
    li = await issuing.service.enrolled("测试李")
    offer, wallet = await offered(issuing, resident=li), Wallet(issuing.service, "wallet-a")
    tokens = await wallet.redeem(**grant(await offered(issuing, resident=li)))
    async with issuing.service.client() as client:
        await signed_in_by_password(client, li)
        assert (await client.post("/holder/freeze")).is_success
    response = await wallet.post("/token", grant(offer))
    assert response.json()["error"] == "invalid_grant"
    body = {"credential_configuration_id": PERSON, "proofs": await wallet.proofs(new_keys(1))}
    assert (await wallet.ask(tokens, body)).status_code == 401


async def test_a_child_gets_no_certificate_that_is_used_without_asking(issuing):
    """Each use of a child's number is a guardian's to allow; a certificate asks nobody."""
    service, refusal = issuing.service, "issuance.credential_request_denied"
    async with grown_up(service) as guardian:
        child = await ward_of(service, guardian, birth_date=date(2016, 5, 5))
    async with service.client() as client:
        await signed_in(issuing, client, child)
        response = await client.post("/holder/wallets/offers", json={"certificates": [PERSON]})
    assert (response.status_code, response.json()["code"]) == (400, refusal)


async def test_whoever_has_a_second_factor_proves_it_for_certificates(issuing):
    wang, wallet = await issuing.service.enrolled("测试王"), issuing.wallet()
    tokens = await wallet.authorized(wang, scope=PERSON)
    async with issuing.service.client() as client:
        await issuing.service.turn_totp_on(client, wang)
    body = {"credential_configuration_id": PERSON, "proofs": await wallet.proofs(new_keys(1))}
    response = await wallet.ask(tokens, body)
    assert response.json()["error"] == "insufficient_user_authentication"
    assert 'acr_values="urn:authsvc:acr:aal2"' in response.headers["www-authenticate"]
    issuing.service.clock.advance(seconds=30)
    stronger = await wallet.authorized(wang, scope=PERSON, acr_values="urn:authsvc:acr:aal2")
    assert await wallet.fetch(stronger, new_keys(1))


async def test_a_person_invites_a_few_wallets_in_a_day_and_not_thousands(issuing, monkeypatch):
    """Each offer is a line in their own log that nobody throws away for half a year."""
    monkeypatch.setattr(offers, "MOST_A_DAY", 2)
    person = await issuing.service.enrolled("测试赵")
    async with issuing.service.client() as client:
        await signed_in(issuing, client, person)
        told = [
            await client.post("/holder/wallets/offers", json={"certificates": [PERSON]})
            for _ in range(4)
        ]
        log = (await client.get("/holder/activity")).json()
    assert [each.status_code for each in told] == [201, 201, 429, 429]
    assert told[-1].json()["code"] == "issuance.too_many_offers"
    assert "retry-after" in told[-1].headers
    lines = [each for each in log["entries"] if each["kind"] == "certificates_offered"]
    assert len(lines) == 2
