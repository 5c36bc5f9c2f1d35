"""Nobody knows now whether a document still holds: the wallet comes back (OpenID4VCI 1.0, 9)."""

import asyncio
import json

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey

from authsvc.certificates.credentials import Credentials
from authsvc.evidence.embedded_register import EmbeddedRegister
from authsvc.evidence.errors import RegisterUnavailable
from authsvc.storage import StorageUnavailable
from tests.issuance.makers import (
    AT_PLATFORM,
    BRIEF,
    PERSON,
    new_keys,
    read_certificate,
    thumbprint_in,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

DEFERRED = "/credentials/deferred"


class Away:
    """A register that does not answer, until it is back."""

    def __init__(self, clock, monkeypatch):
        self._clock = clock
        self._real = EmbeddedRegister.changes_since
        self._patch = monkeypatch
        self.asked = 0

    def goes(self, *, seconds=60):
        """It goes away; what was known of it is so old by then."""

        async def changes_since(register, cursor, *, limit=500):
            self.asked += 1
            raise RegisterUnavailable(log="artificially")

        self._patch.setattr(EmbeddedRegister, "changes_since", changes_since)
        self._clock.advance(seconds=seconds)

    def returns(self):
        """It is back, a moment later."""
        self._patch.setattr(EmbeddedRegister, "changes_since", self._real)
        self._clock.advance(seconds=30)


@pytest.fixture
def register(issuing, monkeypatch):
    return Away(issuing.service.clock, monkeypatch)


@pytest.fixture
def wallet(issuing):
    return issuing.wallet()


async def asks(wallet, tokens, keys, **which):
    """A credential request."""
    asked = which or {"credential_configuration_id": PERSON}
    return await wallet.ask(tokens, {**asked, "proofs": await wallet.proofs(keys)})


async def waits(wallet, tokens, keys, **which):
    """The transaction id of a request that cannot be answered yet."""
    response = await asks(wallet, tokens, keys, **which)
    assert response.status_code == 202, response.text
    assert response.headers["cache-control"] == "no-store"
    told = response.json()
    assert told.keys() == {"transaction_id", "interval"}
    assert told["interval"] == 30
    return told["transaction_id"]


async def comes_back(wallet, tokens, transaction_id, **more):
    body = {"transaction_id": transaction_id, "unheard-of": 1, **more}
    return await wallet.ask(tokens, body, path=DEFERRED)


def is_unknown(response):
    found = (response.status_code, response.json()["error"])
    return found == (400, "invalid_transaction_id") and response.headers["cache-control"]


async def test_a_wallet_waits_while_nobody_knows_and_then_fetches_once(issuing, wallet, register):
    async with issuing.service.client() as client:
        metadata = (await client.get("/.well-known/openid-credential-issuer")).json()
    assert metadata["deferred_credential_endpoint"].endswith(DEFERRED)
    tokens, keys = await wallet.authorized(issuing.zhang, scope=PERSON), new_keys(3)
    register.goes()
    transaction_id = await waits(wallet, tokens, keys)
    issuing.service.clock.advance(seconds=30)
    response = await comes_back(wallet, tokens, transaction_id)
    told = {"transaction_id": transaction_id, "interval": 30}
    assert (response.status_code, response.json()) == (202, told)

    register.returns()
    response = await comes_back(wallet, tokens, transaction_id)
    assert response.status_code == 200, response.text
    found = [each["credential"] for each in response.json()["credentials"]]
    assert [*map(thumbprint_in, found)] == [key.thumbprint() for key in keys]
    said = {"notification_id": response.json()["notification_id"], "event": "credential_accepted"}
    told = await wallet.ask(tokens, said, path="/credentials/notification")
    assert told.status_code == 204
    assert is_unknown(await comes_back(wallet, tokens, transaction_id))


async def test_news_of_the_last_minute_are_enough(issuing, wallet, register):
    tokens = await wallet.authorized(issuing.zhang, scope=PERSON)
    assert (await asks(wallet, tokens, new_keys(1))).status_code == 200
    register.goes(seconds=59)
    assert (await asks(wallet, tokens, new_keys(1))).status_code == 200
    issuing.service.clock.advance(seconds=1)
    await waits(wallet, tokens, new_keys(1))


async def test_many_who_ask_do_not_wait_for_the_register_one_by_one(issuing, wallet, register):
    tokens = await wallet.authorized(issuing.zhang, scope=PERSON)
    register.goes()
    await asyncio.gather(*(waits(wallet, tokens, new_keys(1)) for _ in range(5)))
    assert register.asked == 1


async def test_what_was_lost_meanwhile_is_not_certified(issuing, wallet, register):
    li = await issuing.service.enrolled("测试李丢")
    tokens = await wallet.authorized(li, scope=PERSON)
    register.goes()
    transaction_id = await waits(wallet, tokens, new_keys(1))
    issuing.service.authority.report_lost(li.card.document_number)
    register.returns()
    response = await comes_back(wallet, tokens, transaction_id)
    assert response.json()["error"] == "credential_request_denied"
    assert is_unknown(await comes_back(wallet, tokens, transaction_id))


async def test_who_gets_nothing_anyway_does_not_wait_for_it(issuing, wallet, register):
    wang = await issuing.service.enrolled("测试王丢")
    tokens = await wallet.authorized(wang, scope=PERSON)
    issuing.service.authority.report_lost(wang.card.document_number)
    issuing.service.clock.advance(seconds=60)
    assert (await asks(wallet, tokens, new_keys(1))).json()["error"] == "credential_request_denied"
    register.goes()
    assert (await asks(wallet, tokens, new_keys(1))).json()["error"] == "credential_request_denied"


async def test_only_the_wallet_that_asked_comes_back_for_it(issuing, wallet, register):
    """Another wallet, another person, another authorization of both; after a refresh it may."""
    other, zhao = issuing.wallet("wallet-b"), await issuing.service.enrolled("测试赵")
    tokens = await wallet.authorized(issuing.zhang, scope=PERSON)
    strangers = [
        (other, await other.authorized(issuing.zhang, scope=PERSON)),
        (wallet, await wallet.authorized(zhao, scope=PERSON)),
        (wallet, await wallet.authorized(issuing.zhang, scope=PERSON)),
    ]
    register.goes()
    transaction_id = await waits(wallet, tokens, new_keys(1))
    register.returns()
    for who, theirs in strangers:
        assert is_unknown(await comes_back(who, theirs, transaction_id))
    refreshed = await wallet.redeem(
        grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    )
    assert (await comes_back(wallet, refreshed, transaction_id)).status_code == 200


async def test_a_token_that_no_longer_opens_the_kind_fetches_nothing(issuing, wallet, register):
    tokens = await wallet.authorized(issuing.zhang, scope=f"{PERSON} {BRIEF}")
    register.goes()
    transaction_id = await waits(wallet, tokens, new_keys(1))
    register.returns()
    narrower = await wallet.redeem(
        grant_type="refresh_token", refresh_token=tokens["refresh_token"], scope=BRIEF
    )
    response = await comes_back(wallet, narrower, transaction_id)
    assert response.json()["error"] == "insufficient_scope"
    assert (await comes_back(wallet, tokens, transaction_id)).status_code == 200


async def test_of_two_who_come_back_at_once_one_fetches(issuing, wallet, register):
    tokens = await wallet.authorized(issuing.zhang, scope=PERSON)
    register.goes()
    transaction_id = await waits(wallet, tokens, new_keys(2))
    register.returns()
    answers = await asyncio.gather(*(comes_back(wallet, tokens, transaction_id) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400]
    assert sum(bool(answer.status_code == 400 and is_unknown(answer)) for answer in answers) == 4


async def test_what_fails_for_want_of_a_store_may_be_fetched_again(
    issuing, wallet, register, monkeypatch
):
    tokens = await wallet.authorized(issuing.zhang, scope=PERSON)
    register.goes()
    transaction_id = await waits(wallet, tokens, new_keys(1))
    register.returns()

    async def away(*_, **__):
        raise StorageUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(Credentials, "issue", away)
        assert (await comes_back(wallet, tokens, transaction_id)).status_code == 503
    assert (await comes_back(wallet, tokens, transaction_id)).status_code == 200


async def test_a_day_is_long_enough(issuing, wallet, register):
    tokens = await wallet.authorized(issuing.zhang, scope=PERSON)
    register.goes()
    first, second = [await waits(wallet, tokens, new_keys(1)) for _ in range(2)]

    async def later(transaction_id, **passed):
        nonlocal tokens
        issuing.service.clock.advance(**passed)
        tokens = await wallet.redeem(
            grant_type="refresh_token", refresh_token=tokens["refresh_token"]
        )
        return await comes_back(wallet, tokens, transaction_id)

    register.returns()
    assert (await later(first, hours=23, minutes=59)).status_code == 200
    assert is_unknown(await later(second, minutes=1))


async def test_a_bucket_waits_as_it_was_asked_for(issuing, wallet, register):
    tokens = await wallet.authorized(issuing.zhang, scope=AT_PLATFORM)
    async with issuing.service.client() as client:
        [bucket] = (await client.get("/credentials/platforms")).json()["buckets"]
    keys = new_keys(len(bucket["platforms"]))
    identifier = {"credential_identifier": bucket["credential_identifier"]}
    register.goes()
    transaction_id = await waits(wallet, tokens, keys, **identifier)
    register.returns()
    response = await comes_back(wallet, tokens, transaction_id)
    found = [read_certificate(each["credential"])[1] for each in response.json()["credentials"]]
    assert [claims["sector"] for claims in found] == bucket["platforms"]


async def test_both_answers_are_encrypted_for_who_wants_it(issuing, wallet, register):
    """By the key of the request at hand, whatever the one before asked for (section 9.2)."""
    tokens, [key] = await wallet.authorized(issuing.zhang, scope=PERSON), new_keys(1)
    first, second = (ECKey.generate_key("P-256", {"use": "enc"}) for _ in range(2))

    async def opened(body, own, path):
        response = await wallet.ask(tokens, await wallet.encrypted(body, own), path=path)
        assert response.headers["content-type"] == "application/jwt"
        algorithms = ["ECDH-ES", "A256GCM"]
        plain = jwe.decrypt_compact(response.text, own, algorithms=algorithms).plaintext
        return response.status_code, json.loads(plain or b"")

    register.goes()
    body = {"credential_configuration_id": PERSON, "proofs": await wallet.proofs([key])}
    status, told = await opened(body, first, "/credentials")
    assert status == 202
    register.returns()
    waiting = {"transaction_id": told["transaction_id"]}
    in_the_open = {"jwk": second.as_dict(private=False) | {"alg": "ECDH-ES"}, "enc": "A256GCM"}
    refused = await comes_back(
        wallet, tokens, told["transaction_id"], credential_response_encryption=in_the_open
    )
    assert refused.json()["error"] == "invalid_encryption_parameters"
    status, told = await opened(waiting, second, DEFERRED)
    assert (status, thumbprint_in(told["credentials"][0]["credential"])) == (200, key.thumbprint())


async def test_what_is_no_request_is_refused_as_one(issuing, wallet):
    tokens = await wallet.authorized(issuing.zhang, scope=PERSON)
    for body in ({}, {"transaction_id": 1}, {"transaction_id": "x" * 256}):
        response = await wallet.ask(tokens, body, path=DEFERRED)
        assert (response.status_code, response.json()["error"]) == (
            400,
            "invalid_credential_request",
        )
    assert is_unknown(await comes_back(wallet, tokens, "invented"))
    async with issuing.service.client() as client:
        response = await client.post(DEFERRED, json={"transaction_id": "invented"})
    assert response.status_code == 401
