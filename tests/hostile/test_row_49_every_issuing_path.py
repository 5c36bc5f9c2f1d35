"""Row 49, for every way by which something is certified: by whom, for whom, how often, how much.

First it is seen that these are all the ways there are. A device's request that asks for too much is
in `test_row_49_certificate_without_right.py`, a wallet's in `test_row_48_fetching_certificates.py`.
"""

import re
from pathlib import Path

import pytest

import authsvc
from tests.holder.apps import new_key, open_app, request_for
from tests.issuance.conftest import issuing
from tests.issuance.makers import AT_PLATFORM, PERSON, new_keys, read_certificate
from tests.issuance.test_deferred import register
from tests.whole import Enrolling

__all__ = ["issuing", "register"]

pytestmark = pytest.mark.asyncio(loop_scope="session")

PACKAGE = Path(authsvc.__file__).parent
ISSUES = re.compile(r"self\._(?:certificates|credentials)\.issue\(")
FILES = {
    "enrollment/completion.py",
    "holder/devices/adding.py",
    "issuance/issuing.py",
}


async def test_these_are_all_the_files_that_issue():
    """Whoever adds a way adds it here, and to the attacks below."""
    found = {
        str(file.relative_to(PACKAGE))
        for file in PACKAGE.rglob("*.py")
        if ISSUES.search(file.read_text("utf-8"))
    }
    assert found == FILES


async def enrollment(issuing, client):
    """Somebody's enrollment, before its last step."""
    enrolling = Enrolling(client, issuing.service.resident("测试未完"))
    await enrolling.begin()
    await enrolling.all(until="certificate-request")
    return enrolling


@pytest.mark.parametrize("path", ["/credentials", "/credentials/deferred", "/holder/devices"])
async def test_nobody_in_particular_gets_nothing(issuing, path):
    """No token, one that was made up, and a cookie that was."""
    body = {"transaction_id": "x"}
    if path == "/holder/devices":
        body = {"name": "x", "certificate_request": request_for(new_key())}
    for headers in ({}, {"authorization": "DPoP x"}, {"authorization": "Bearer x"}):
        async with issuing.service.client() as client:
            answer = await client.post(path, json=body, headers=headers)
        assert answer.status_code == 401, answer.text


async def test_an_enrollment_is_finished_by_who_began_it(issuing):
    """No token, another enrollment's token; and afterwards the same request again."""
    async with issuing.service.client() as client:
        victim, thief = [await enrollment(issuing, client) for _ in range(2)]
        body = {"certificate_request": request_for(new_key())}
        path = f"{victim.address}/certificate-request"
        for headers in ({}, {"authorization": f"Bearer {thief.token}"}):
            answer = await client.put(path, json=body, headers=headers)
            assert answer.status_code in (401, 404), answer.text
        assert (await victim.finish()).is_success
        # Whoever overheard the request and has an enrollment of their own gets nothing by it.
        thief._resident.device = victim._resident.device
        answer = await thief.finish()
        assert answer.json()["code"] == "certificates.key_already_certified"


async def test_anothers_session_or_token_certifies_for_its_own_person(issuing):
    """What a request says of a person is not read: the certificate is the session's person's."""
    service, zhang = issuing.service, issuing.zhang
    li = await service.enrolled("测试旁人")
    async with open_app(service, li) as app:
        added = await app.adds("mine", key=new_key())
        assert added.status_code == 201, added.text
    async with open_app(service, zhang) as app:
        names = [device.get("name") for device in await app.sees("/devices")]
        assert "mine" not in names
    wallet, other = issuing.wallet(), issuing.wallet("wallet-b")
    tokens = await wallet.authorized(zhang, scope=PERSON)
    body = {"credential_configuration_id": PERSON, "proofs": await other.proofs(new_keys(1))}
    assert (await other.ask(tokens, body)).status_code == 401
    assert (await wallet.ask(tokens, body)).json()["error"] == "invalid_proof"


@pytest.mark.parametrize("kind", [PERSON, AT_PLATFORM])
@pytest.mark.parametrize("way", ["at once", "deferred"])
async def test_a_certificate_has_what_its_kind_has_and_nothing_that_was_asked_for(
    issuing, register, kind, way
):
    """A longer life, other claims, an authority's rights, another platform: not read anywhere."""
    wallet = issuing.wallet()
    tokens = await wallet.authorized(issuing.zhang, scope=kind)
    which, count = {"credential_configuration_id": kind}, 1
    if kind == AT_PLATFORM:
        async with issuing.service.client() as client:
            [bucket] = (await client.get("/credentials/platforms")).json()["buckets"]
        which = {"credential_identifier": bucket["credential_identifier"]}
        count = len(bucket["platforms"])
    wish = {"exp": 9999999999, "claims": {"age_over_18": False}, "vct": "x", "is_ca": True}
    wish |= {"sector": "evil.example", "sub": "somebody", "status": None}
    body = {**wish, **which, "proofs": await wallet.proofs(new_keys(count), **wish)}
    if way == "deferred":
        register.goes()
        waiting = (await wallet.ask(tokens, body)).json()
        register.returns()
        again = {**wish, **body, "transaction_id": waiting["transaction_id"]}
        response = await wallet.ask(tokens, again, path="/credentials/deferred")
    else:
        response = await wallet.ask(tokens, body)
    assert response.status_code == 200, response.text
    for each in response.json()["credentials"]:
        _, claims, shown = read_certificate(each["credential"])
        assert claims["exp"] - claims["iat"] == 14 * 24 * 3600
        assert {"sub", "is_ca", "claims"}.isdisjoint(claims)
        assert claims.get("sector") != "evil.example"
        assert claims["vct"].startswith("https://")
        assert claims["status"]["status_list"]["idx"] >= 0
        assert (shown["age_over_18"], shown.get("sub") != "somebody") == (True, True)
        # Of the key nothing but itself: no authority, no purpose.
        assert claims["cnf"].keys() == {"jwk"}
        assert claims["cnf"]["jwk"].keys() == {"kty", "crv", "x", "y"}
    replay = await wallet.ask(tokens, body)
    assert replay.json()["error"] == "invalid_nonce"
