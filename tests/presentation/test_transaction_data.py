"""What a holder authorizes by presenting (OpenID4VP 1.0 sections 5.1 and 8.4, B.3.3.1)."""

import base64
import json
from hashlib import new as digest_by_name
from typing import Any

import pytest

from authsvc.verify.presentation import Query, request_by_post
from authsvc.verify.presentation.errors import RequestRefused
from tests.makers import NOW
from tests.presentation.test_refusals import refused
from tests.presentation.wallet import Wallet, answer_form, encrypted, read_request_object

SIGNING = {
    "type": "https://hall.example/transactions/signing",
    "credential_ids": ["person"],
    "document": "租房合同 2026-0001",
    "digest": "3q2-7w",
}
PAYING = {"type": "https://shop.example/transactions/payment", "credential_ids": ["person"]}


def hashed(text, algorithm="sha-256"):
    """The hash of what was sent, as it was sent."""
    found = digest_by_name(algorithm.replace("-", ""), text.encode()).digest()
    return base64.urlsafe_b64encode(found).rstrip(b"=").decode()


def opened(text):
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


async def asked_for(door, *documents, **order):
    """An order, and the request as a wallet reads it."""
    asked = await door.orders(transaction_data=[*documents], **order)
    return asked, await door.opens(asked["link"])


async def presented(door, request, wallet, **claims):
    shown = wallet.present(request, now=NOW, **claims)
    return await door.answers(request, answer_form(request, {"person": [shown]}))


@pytest.mark.parametrize("prefix", ["x509_hash", "redirect_uri"])
async def test_a_holder_authorizes_what_they_were_shown(door, wallet, prefix):
    asked, request = await asked_for(door, SIGNING, PAYING, client_id_prefix=prefix)
    sent = request.parameters["transaction_data"]
    assert [opened(each) for each in sent] == [SIGNING, PAYING]

    hashes = [hashed(each) for each in reversed(sent)]
    answer = await presented(door, request, wallet, transaction_data_hashes=hashes)

    assert answer.status_code == 200, answer.text
    result = await door.result(asked["id"])
    assert (result["status"], result["authorized_by"]) == ("presented", ["person", "person"])


async def test_nothing_is_said_of_it_where_nothing_was_to_be_authorized(door, wallet):
    asked = await door.orders()
    request = await door.opens(asked["link"])
    assert "transaction_data" not in request.parameters
    assert (await presented(door, request, wallet)).status_code == 200
    assert "authorized_by" not in await door.result(asked["id"])


@pytest.mark.parametrize("algorithm", ["sha-256", "sha-384", "sha-512"])
async def test_the_proof_says_by_which_of_the_named_algorithms_it_is(door, wallet, algorithm):
    wanted = {"transaction_data_hashes_alg": ["sha-384", "sha-512", "sha-256"]}
    asked, request = await asked_for(door, SIGNING | wanted)
    [sent] = request.parameters["transaction_data"]
    said = {
        "transaction_data_hashes": [hashed(sent, algorithm)],
        "transaction_data_hashes_alg": algorithm,
    }
    assert (await presented(door, request, wallet, **said)).status_code == 200
    assert (await door.result(asked["id"]))["authorized_by"] == ["person"]


async def test_one_credential_of_several_authorizes(door, issuer):
    [person] = door.query()["credentials"]
    query = {"credentials": [person, person | {"id": "other"}]}
    either = SIGNING | {"credential_ids": ["other", "person"]}
    for both in (False, True):
        asked, request = await asked_for(door, either, query=query)
        [sent] = request.parameters["transaction_data"]
        said: dict[str, Any] = {"transaction_data_hashes": [hashed(sent)]}
        tokens = {
            name: [Wallet.of(issuer, now=NOW).present(request, now=NOW, **more)]
            for name, more in (("person", said), ("other", said if both else {}))
        }
        form = answer_form(request, tokens)
        if both:
            code = "verify.presentation.transaction_data_refused"
            await refused(door, request, form, code=code)
        else:
            assert (await door.answers(request, form)).status_code == 200
            assert (await door.result(asked["id"]))["authorized_by"] == ["person"]


MISSING = "verify.presentation.transaction_data_missing"
REFUSED = "verify.presentation.transaction_data_refused"
WRONG = {
    "no hash": ({}, MISSING),
    "of one of two": (lambda one, _: {"transaction_data_hashes": [hashed(one)]}, MISSING),
    "of something else": (
        lambda one, two: {"transaction_data_hashes": [hashed(one), hashed(two), hashed("x")]},
        REFUSED,
    ),
    "of what it says, decoded": (
        lambda one, two: {
            "transaction_data_hashes": [hashed(json.dumps(opened(one))), hashed(two)]
        },
        REFUSED,
    ),
    "twice": (
        lambda one, two: {"transaction_data_hashes": [hashed(one), hashed(one), hashed(two)]},
        REFUSED,
    ),
    "by an algorithm that was not named": (
        lambda one, two: {
            "transaction_data_hashes": [hashed(one, "sha-512"), hashed(two, "sha-512")],
            "transaction_data_hashes_alg": "sha-512",
        },
        REFUSED,
    ),
    "by none that there is": (
        lambda one, two: {
            "transaction_data_hashes": [hashed(one), hashed(two)],
            "transaction_data_hashes_alg": "md5",
        },
        REFUSED,
    ),
    "no list": (lambda one, _: {"transaction_data_hashes": hashed(one)}, REFUSED),
    "an empty list": ({"transaction_data_hashes": []}, REFUSED),
    "numbers": ({"transaction_data_hashes": [1]}, REFUSED),
}


@pytest.mark.parametrize("wrong,code", WRONG.values(), ids=[*WRONG])
async def test_what_the_holder_did_not_authorize_is_refused(door, wallet, wrong, code):
    asked, request = await asked_for(door, SIGNING, PAYING)
    claims = wrong(*request.parameters["transaction_data"]) if callable(wrong) else wrong
    shown = wallet.present(request, now=NOW, **claims)
    form = answer_form(request, {"person": [shown]})
    await refused(door, request, form, code=code)
    assert await door.result(asked["id"]) == {"status": "refused", "reason": code}


async def test_a_named_algorithm_has_to_be_repeated(door, wallet):
    _, request = await asked_for(door, SIGNING | {"transaction_data_hashes_alg": ["sha-256"]})
    hashes = [hashed(each) for each in request.parameters["transaction_data"]]
    shown = wallet.present(request, now=NOW, transaction_data_hashes=hashes)
    await refused(door, request, answer_form(request, {"person": [shown]}), code=REFUSED)


async def test_a_hash_that_nobody_asked_for_is_refused(door, wallet):
    request = await door.opens((await door.orders())["link"])
    shown = wallet.present(request, now=NOW, transaction_data_hashes=[hashed("x")])
    await refused(door, request, answer_form(request, {"person": [shown]}), code=REFUSED)


async def test_a_credential_that_may_not_authorize_does_not(door, issuer):
    [person] = door.query()["credentials"]
    query = {"credentials": [person, person | {"id": "other"}]}
    _, request = await asked_for(door, SIGNING, query=query)
    hashes = [hashed(each) for each in request.parameters["transaction_data"]]
    wallet = Wallet.of(issuer, now=NOW)
    said: dict[str, Any] = {"transaction_data_hashes": hashes}
    tokens = {
        "person": [wallet.present(request, now=NOW)],
        "other": [wallet.present(request, now=NOW, **said)],
    }
    await refused(door, request, answer_form(request, tokens), code=REFUSED)


async def test_who_cannot_authorize_says_so(door):
    asked, request = await asked_for(door, SIGNING)
    form = {"error": "invalid_transaction_data", "state": request.parameters["state"]}
    assert (await door.answers(request, form)).status_code == 200
    told = {"status": "declined", "reason": "invalid_transaction_data"}
    assert await door.result(asked["id"]) == told


async def test_a_browser_carries_it_as_well(door, wallet):
    origin = "https://platform.example"
    asked = await door.orders(way="browser", origin=origin, transaction_data=[SIGNING])
    request = read_request_object(asked["browser_request"]["data"]["request"])
    hashes = [hashed(each) for each in request.parameters["transaction_data"]]
    shown = wallet.present(
        request, now=NOW, audience=f"origin:{origin}", transaction_data_hashes=hashes
    )
    data = {"response": encrypted(request, {"vp_token": {"person": [shown]}})}
    body = {"origin": origin, "data": data}
    address = f"/presentations/{asked['id']}/browser-answer"
    answer = await door.http.post(address, json=body, headers=door.bearer)
    assert answer.json()["authorized_by"] == ["person"]


NO_TRANSACTIONS = {
    "no type": {"credential_ids": ["person"]},
    "no credential": {"type": "x", "credential_ids": []},
    "a credential that is not asked for": {"type": "x", "credential_ids": ["another"]},
    "another hash": PAYING | {"transaction_data_hashes_alg": ["sha-256", "md5"]},
    "no hash": PAYING | {"transaction_data_hashes_alg": []},
    "too long": PAYING | {"text": "x" * 4000},
}


@pytest.mark.parametrize("wrong", NO_TRANSACTIONS.values(), ids=[*NO_TRANSACTIONS])
async def test_what_no_wallet_could_authorize_is_not_asked_for(door, wrong):
    order = {"way": "cross_device", "query": door.query(), "transaction_data": [wrong]}
    answer = await door.http.post("/presentations", json=order, headers=door.bearer)
    assert answer.status_code == 400
    assert answer.json()["code"] == "verify.presentation.request_refused"
    assert answer.json()["field"] == "transaction_data"


def test_nobody_reads_more_than_a_few(issuer):
    query = {"id": "person", "format": "dc+sd-jwt", "meta": {"vct_values": [issuer.type("x")]}}
    asked: dict[str, Any] = {
        "client_id": "redirect_uri:https://a.b",
        "response_uri": "https://a.b",
    }
    with pytest.raises(RequestRefused):
        request_by_post(
            query=Query.read({"credentials": [query]}), transaction_data=[PAYING] * 5, **asked
        )


async def test_what_others_attest_of_the_verifier_is_passed_on(door):
    infos = [
        {"format": "jwt", "data": "an artificial registration", "credential_ids": ["person"]},
        {"format": "policy", "data": {"url": "https://platform.example/policy"}},
    ]
    request = await door.opens((await door.orders(verifier_info=infos))["link"])
    assert request.parameters["verifier_info"] == infos
    wrong = [{"format": "jwt"}, {"format": "jwt", "data": "x", "credential_ids": ["another"]}]
    for each in wrong:
        order = {"way": "cross_device", "query": door.query(), "verifier_info": [each]}
        answer = await door.http.post("/presentations", json=order, headers=door.bearer)
        assert answer.status_code == 400
