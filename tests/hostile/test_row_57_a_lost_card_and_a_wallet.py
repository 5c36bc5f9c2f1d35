"""Row 57, for certificates: the card is lost, and a wallet full of certificates with it.

Nobody does anything but the clocks: the sweeper follows the feed every 20 seconds, a platform looks
every ten whether its list is due. The finder presents, and is refused within a minute of the report
whenever it comes. The number and the pseudonym stay, and the owner fetches new certificates.
"""

from datetime import timedelta

import pytest

from authsvc.app import open_house
from authsvc.enrollment.sweeper import _POLL_AT_LEAST_EVERY_SECONDS
from authsvc.presentation.issuer_facts import EVERY
from tests.issuance.conftest import issuing
from tests.issuance.makers import AT_PLATFORM, new_keys, read_certificate
from tests.journeys.test_a_freeze_reaches_everybody import WORDS, Town, wallet_of
from tests.oidc.jwt_makers import unverified
from tests.whole import SQUARE

__all__ = ["issuing"]

pytestmark = pytest.mark.asyncio(loop_scope="session")

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
POLLED_EVERY = timedelta(seconds=_POLL_AT_LEAST_EVERY_SECONDS)


@pytest.mark.parametrize("reported_after", [0, 7, 19], ids="{} s after the feed was read".format)
async def test_the_finder_is_refused_within_a_minute_of_the_report(issuing, reported_after):
    service, clock = issuing.service, issuing.service.clock
    owner = await service.enrolled("测试失主")
    town = Town(issuing, *await wallet_of(issuing, owner))
    house = open_house(service.settings, clock)
    try:
        await house.desk.changes.poll(house.outside.register, now=clock.now())
        read_at = clock.now()
        clock.advance(seconds=reported_after)
        await town.last_look()
        service.authority.report_lost(owner.card.document_number)
        reported_at = clock.now()
        assert await town.refreshing_verifier()
        while await town.refreshing_verifier() or await town.platform_verifier():
            clock.advance(SECOND)
            assert clock.now() - reported_at <= MINUTE
            if clock.now() - read_at >= POLLED_EVERY:
                await house.desk.changes.poll(house.outside.register, now=clock.now())
                read_at = clock.now()
            await town.tick()
    finally:
        await house.close()
    assert WORDS["forty seconds"] + POLLED_EVERY == MINUTE
    assert timedelta(seconds=10) == EVERY


async def test_number_and_pseudonym_outlive_the_card_in_new_certificates(issuing):
    """The old certificates have ended; those on the new card tell the same platform the same."""
    service, wallet = issuing.service, issuing.wallet()
    owner = await service.enrolled("测试补领")
    number, before = owner.online_number, await at_the_square(issuing, wallet, owner)
    service.authority.report_lost(owner.card.document_number)
    service.new_card(owner)
    await service.enroll(owner)
    assert owner.online_number == number
    after = await at_the_square(issuing, wallet, owner)
    assert after["sub"] == before["sub"]
    received = await service.code_flow_of_a_new_browser(SQUARE, owner)
    assert unverified(received.tokens["id_token"])["sub"] == after["sub"]


async def at_the_square(issuing, wallet, owner):
    """What the certificate for the square may tell there."""
    tokens = await wallet.authorized(owner, scope=AT_PLATFORM)
    async with issuing.service.client() as client:
        [bucket] = (await client.get("/credentials/platforms")).json()["buckets"]
    keys = new_keys(len(bucket["platforms"]))
    identifier = bucket["credential_identifier"]
    found = await wallet.fetch(tokens, keys, credential_identifier=identifier)
    place = bucket["platforms"].index("square.example")
    return read_certificate(found[place])[2]
