"""Putting a certificate into a wallet: the person's side of a credential offer.

1  the sign-in is as strong as for a further device: a wallet goes on with its refresh token, so
   that whoever has found out the password alone invites none
2  it is one of a few that a person makes in a day
3  in one transaction: the person could have certificates now, and the line in their own log
4  the offer
"""

from collections.abc import Sequence

from authsvc.authentication.step_up.step_up import StepUp
from authsvc.holder.door import Visit
from authsvc.holder.person import held_person_of
from authsvc.holder.strength import require_strength_to_add
from authsvc.issuance.offers import Offer, Offers
from authsvc.issuance.statements import attested
from authsvc.storage import Database
from authsvc.subscribers import Subscribers
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry


class WalletOffers:
    """Offers for whoever is signed in."""

    def __init__(
        self,
        *,
        database: Database,
        subscribers: Subscribers,
        step_up: StepUp,
        activity: ActivityLog,
        offers: Offers,
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._step_up = step_up
        self._activity = activity
        self._offers = offers

    async def make(self, visit: Visit, kinds: Sequence[str]) -> Offer:
        """A new offer.

        What `require_strength_to_add` raises; UnknownCredentialConfiguration;
        CredentialRequestDenied for who could not have what is offered; TooManyOffers.
        """
        # 1.
        await require_strength_to_add(visit, self._step_up)
        self._offers.check(kinds)
        # 2.
        await self._offers.count(visit.session)
        # 3.
        async with self._database.transaction() as tx:
            subscriber = await held_person_of(tx, self._subscribers, visit.session)
            await attested(tx, self._subscribers, subscriber, now=visit.now)
            offered = Entry(
                kind=ActivityKind.CERTIFICATES_OFFERED,
                at=visit.now,
                scopes=tuple(dict.fromkeys(kinds)),
                network=visit.network,
            )
            await self._activity.write(tx, subscriber, offered)
        # 4.
        return await self._offers.make(visit.session, kinds, now=visit.now)
