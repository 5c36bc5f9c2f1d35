"""Row 41, for certificates: whoever asks about what is not theirs learns that it is nothing."""

import pytest

from tests.issuance.conftest import issuing
from tests.issuance.makers import PERSON, new_keys
from tests.whole import MARKET

__all__ = ["issuing"]

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOTHING = {"active": False}


async def test_a_wallets_tokens_and_certificates_are_nothing_to_introspection(issuing):
    """Asked about by another wallet and by a platform: as if they had made it up."""
    wallet, other = issuing.wallet(), issuing.wallet("wallet-b")
    tokens = await wallet.authorized(issuing.zhang, scope=PERSON)
    [certificate] = await wallet.fetch(tokens, new_keys(1))
    found = (tokens["access_token"], tokens["refresh_token"], certificate, "nothing at all")
    for token in found:
        answers = [await other.post("/introspect", {"token": token})]
        async with issuing.service.client() as client:
            auth = (MARKET.client_id, MARKET.secret)
            answers.append(await client.post("/introspect", data={"token": token}, auth=auth))
        for answer in answers:
            assert (answer.status_code, answer.json()) == (200, NOTHING)
    assert (await wallet.post("/introspect", {"token": found[0]})).json()["active"] is True


@pytest.mark.parametrize(
    ("path", "member"),
    [("/credentials/notification", "notification_id"), ("/credentials/deferred", "transaction_id")],
)
async def test_anothers_identifier_is_as_good_as_an_invented_one(issuing, path, member):
    """What a wallet was told, named by another wallet of that person: the same to the letter."""
    wallet, other = issuing.wallet(), issuing.wallet("wallet-b")
    tokens = await wallet.authorized(issuing.zhang, scope=PERSON)
    theirs = await other.authorized(issuing.zhang, scope=PERSON)
    body = {"credential_configuration_id": PERSON, "proofs": await wallet.proofs(new_keys(1))}
    told = (await wallet.ask(tokens, body)).json()["notification_id"]
    said = {"event": "credential_deleted"}
    answers = [
        await other.ask(theirs, {member: each, **said}, path=path) for each in (told, told[::-1])
    ]
    assert answers[0].status_code == answers[1].status_code == 400
    assert answers[0].content == answers[1].content
    assert "zhang" not in answers[0].text


async def test_a_place_in_a_list_says_nothing_of_its_neighbours(issuing):
    """The list is one document for a million places, and there is no way to ask about one."""
    async with issuing.service.client() as client:
        for query in ("?idx=7", "?subject=x", "?time=1"):
            answer = await client.get(f"/credentials/status-lists/0{query}")
            assert answer.status_code == 404
