"""Row 45: a platform asks for as much as it may, so that its tokens grow.

What is issued can be read again by whoever issued it: else it could not be revoked, while resource
servers that look at nothing but the signature took it.
"""

import json

import pytest

from tests.clients.makers import SECRET, metadata
from tests.oidc.makers import SECRETS, Platform, request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)

RESOURCES = [f"https://api.example/{'x' * 970}{number}" for number in range(8)]
AGES = ("age_over_14", "age_over_16", "age_over_18", "age_band")
EVIDENCE = [{"type": {"value": "document"}, "document_details": {"type": {"value": "idcard"}}}]
VERIFICATION = {"trust_framework": None, "assurance_level": None, "evidence": EVIDENCE}
CLAIMS = {
    place: {"verified_claims": [{"verification": VERIFICATION, "claims": {n: None}} for n in AGES]}
    for place in ("id_token", "userinfo")
}
ACTS = [{"type": "identity_check", "purpose": "开" * 119 + str(number)} for number in range(5)]


@pytest.fixture
async def greedy(provider, monkeypatch):
    monkeypatch.setitem(SECRETS, "greedy", SECRET)
    document = metadata(
        "greedy", authorization_details_types=["identity_check"], resources=RESOURCES
    )
    await provider.clients.import_clients([document], now=provider.clock.now())
    return Platform(provider, "greedy")


async def test_the_longest_token_is_read_and_revoked(greedy, browser):
    """Five long acts, four elements of verified claims, four long resources, a long nonce."""
    asked = request(
        "greedy",
        authorization_details=json.dumps(ACTS, ensure_ascii=False),
        claims=json.dumps(CLAIMS),
        nonce="n" * 1000,
    )
    pairs = [*asked.parameters.items(), *(("resource", each) for each in RESOURCES[:4])]
    answer = await browser.through(await browser.http.get("/authorize", params=pairs))
    tokens = (await greedy.redeem(asked, answer.parameters["code"])).json()
    assert (await greedy.introspect(tokens["access_token"]))["active"]
    await greedy.revoke(tokens["access_token"])
    assert await greedy.introspect(tokens["access_token"]) == {"active": False}
    hint = request("greedy", id_token_hint=tokens["id_token"], prompt="none")
    answer = await browser.authorize(hint)
    assert "error" not in answer.parameters


async def test_more_resources_than_a_token_can_carry(greedy, browser):
    """Eight registered resources of a kilobyte each: invalid_target."""
    asked = request("greedy")
    pairs = [*asked.parameters.items(), *(("resource", each) for each in RESOURCES)]
    answer = await browser.through(await browser.http.get("/authorize", params=pairs))
    assert answer.parameters["error"] == "invalid_target"
