"""Row 58: what went wrong elsewhere, and for certificates could go wrong again.

A pseudonym that is lost with the card (Germany) is in `test_row_57_a_lost_card_and_a_wallet.py`.
"""

import pytest

from tests.issuance.conftest import issuing
from tests.issuance.makers import AT_PLATFORM, PERSON, new_keys, read_certificate
from tests.journeys.test_a_freeze_reaches_everybody import Town, wallet_of
from tests.oidc.jwt_makers import unverified

__all__ = ["issuing"]

pytestmark = pytest.mark.asyncio(loop_scope="session")


def values(document):
    """Every text and number inside of a certificate."""
    if isinstance(document, dict):
        return {each for value in document.values() for each in values(value)}
    if isinstance(document, list):
        return {each for value in document for each in values(value)}
    return (
        {document} if isinstance(document, str | int) and document not in (True, False) else set()
    )


async def test_no_two_platforms_are_told_one_identifier(issuing):
    """Korea: of two people's whole buckets only what everybody has stands in two certificates."""
    wallet, told = issuing.wallet(), {}
    for who in ("测试韩甲", "测试韩乙"):
        resident = await issuing.service.enrolled(who)
        tokens = await wallet.authorized(resident, scope=AT_PLATFORM)
        async with issuing.service.client() as client:
            [bucket] = (await client.get("/credentials/platforms")).json()["buckets"]
        found = await wallet.fetch(
            tokens,
            new_keys(len(bucket["platforms"])),
            credential_identifier=bucket["credential_identifier"],
        )
        for platform, compact in zip(bucket["platforms"], found, strict=True):
            _, claims, shown = read_certificate(compact)
            told[who, platform] = values(claims) | values(shown) | {compact.split(".")[2]}
    assert len({place for _, place in told}) > 1
    everybodys = set.intersection(*told.values())
    for (who, platform), mine in told.items():
        for (other, elsewhere), theirs in told.items():
            if (who, platform) != (other, elsewhere):
                shared = (mine & theirs) - everybodys
                # Its own name, of one platform; nothing at all of two.
                assert shared <= {platform} if platform == elsewhere else shared == set()


async def test_a_second_wallet_or_device_ends_nothing_of_the_first(issuing):
    """China: whoever fetches again, elsewhere, has what they fetched before as well."""
    resident = await issuing.service.enrolled("测试重下")
    first = Town(issuing, *await wallet_of(issuing, resident))
    await first.last_look()
    other = issuing.wallet("wallet-b")
    tokens = await other.authorized(resident, scope=PERSON)
    for _ in range(3):
        assert await other.fetch(tokens, new_keys(20))
    issuing.service.clock.advance(minutes=2)
    await first.tick()
    assert await first.refreshing_verifier()
    assert await first.platform_verifier()
    assert await first.status_list_jwt()
    # Nor does leaving the other wallet alone.
    async with issuing.service.client() as client:
        body = {"sign_in_name": resident.sign_in_name, "password": resident.password}
        assert (await client.post("/authentication/password", json=body)).is_success
        withdrawn = await client.post(
            "/holder/platforms/withdrawal", json={"client_id": other.client_id}
        )
    assert withdrawn.is_success
    issuing.service.clock.advance(minutes=2)
    await first.tick()
    assert await first.refreshing_verifier()
    assert unverified(tokens["access_token"])["client_id"] == "wallet-b"
