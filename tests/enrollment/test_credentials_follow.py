"""What happens to a person or a document reaches the credentials of the wallet.

None of the flows knows that there are any: they withdraw and release certificates.
"""

from datetime import timedelta

import pytest

from authsvc.certificates.credentials import CredentialStatusLists
from authsvc.certificates.status_list import TokenStatus
from authsvc.enrollment.leaving import Leaving
from authsvc.enrollment.steps import Purpose, Step
from tests.certificates.credential_makers import Issuer

VALID, INVALID, SUSPENDED = TokenStatus
TTL = timedelta(seconds=30)


@pytest.fixture
def issuer(world):
    lists = CredentialStatusLists(world.certificates.credentials, world.database)
    return Issuer(world.certificates, world.database, lists)


class Wallet:
    """Somebody with a credential on the card that they have shown last."""

    def __init__(self, world, issuer, person):
        self.world = world
        self.issuer = issuer
        self.person = person

    async def fetch(self):
        digest = self.world.subscribers.document_digest(
            "resident_identity_card", self.person.card.document_number
        )
        [self.held] = await self.issuer.read_batch(
            await self.person.subscriber(), now=self.world.clock.now(), document_digest=digest
        )
        return self

    async def status(self):
        """What a platform sees that looks again when the half minute of its list is over."""
        return await self.issuer.status(self.held, now=self.world.clock.advance(TTL))


async def test_a_freeze_a_loss_a_new_card_and_leaving_are_seen_within_the_lists_time(world, issuer):
    person = await world.enroll()
    wallet = await Wallet(world, issuer, person).fetch()
    beside = await Wallet(world, issuer, await world.enroll()).fetch()
    seen = [await wallet.status()]

    await person.freeze()
    seen.append(await wallet.status())
    again = await world.begin(person.card, Purpose.UNFREEZE)
    await again.go_to(Step.COMPLETED)
    seen.append(await wallet.status())

    world.authority.report_lost(person.card.document_number)
    await world.desk.changes.poll(world.register, now=world.clock.now())
    seen.append(await wallet.status())

    card = world.authority.replace_card(person.card.holder_file["number"])
    renewed = await world.enroll(card)
    seen.append(await wallet.status())
    assert seen == [VALID, SUSPENDED, VALID, SUSPENDED, INVALID]

    wallet = await Wallet(world, issuer, renewed).fetch()
    assert await wallet.status() == VALID
    # Leaving erases the person first, and with them every key of theirs.
    leaving = Leaving(
        subscribers=world.subscribers, certificates=world.certificates, relations=world.relations
    )
    async with world.database.transaction() as tx:
        await leaving.opt_out(tx, await renewed.subscriber(), now=world.clock.now())
    assert await wallet.status() == INVALID
    assert await beside.status() == VALID
    assert await world.rows("credential_batch") == 1
