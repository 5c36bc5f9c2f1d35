"""The way out for whoever is signed in: only soon after a sign-in, because it is for good.

1  the sign-in is fresh, and strong if the person has a second factor
2  in one transaction: what there is is counted, the receipt is signed, all of it is erased
3  platforms that gave an address hear that the person is signed out, each of them once
"""

from authsvc.authentication.credentials import Credentials
from authsvc.authentication.step_up.step_up import StepUp
from authsvc.certificates import Certificates
from authsvc.enrollment.leaving import Leaving
from authsvc.holder.devices.label import labels_of
from authsvc.holder.door import Visit
from authsvc.holder.person import held_person_of
from authsvc.holder.receipt import Counts, Erasure, Receipts
from authsvc.holder.strength import require_own_strength
from authsvc.oidc.grants import Grants
from authsvc.oidc.logout.sign_out import SignOut
from authsvc.storage import Database, Transaction
from authsvc.subscribers import Subscriber, Subscribers
from authsvc.subscribers.activity import ActivityLog
from authsvc.subscribers.relations import Relations


class Parting:
    """Opting out, by the person themselves."""

    def __init__(
        self,
        *,
        database: Database,
        subscribers: Subscribers,
        certificates: Certificates,
        credentials: Credentials,
        grants: Grants,
        activity: ActivityLog,
        relations: Relations,
        leaving: Leaving,
        receipts: Receipts,
        sign_out: SignOut,
        step_up: StepUp,
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._certificates = certificates
        self._credentials = credentials
        self._grants = grants
        self._activity = activity
        self._relations = relations
        self._leaving = leaving
        self._receipts = receipts
        self._sign_out = sign_out
        self._step_up = step_up

    async def opt_out(self, visit: Visit) -> str:
        """Erases the person of this session; the receipt.

        StrongSignInRequired, FreshSignInRequired, SessionRequired.
        """
        # 1.
        await require_own_strength(visit, self._step_up)
        visit.require_fresh()
        # 2. Whoever cannot be given a receipt is not erased.
        async with self._database.transaction() as tx:
            subscriber = await held_person_of(tx, self._subscribers, visit.session)
            platforms = [g.client_id for g in await self._grants.of_subscriber(tx, subscriber)]
            erasure = await self._erasure(tx, subscriber, platforms=len(platforms))
            receipt = self._receipts.write(erasure, now=visit.now)
            await self._leaving.opt_out(tx, subscriber, now=visit.now)
        # 3.
        await self._sign_out.left(visit.session, platforms, now=visit.now)
        return receipt

    async def _erasure(self, tx: Transaction, subscriber: Subscriber, *, platforms: int) -> Erasure:
        """What there is of a person, counted."""
        certificates = await self._certificates.of_subscriber(tx, subscriber.id)
        passkeys = await self._credentials.passkeys.of(tx, subscriber)
        relations = await self._relations.of(tx, subscriber)
        relations += await self._relations.for_other(tx, subscriber)
        counts = Counts(
            documents=len(await self._subscribers.documents_of(tx, subscriber.id)),
            certificates=len(certificates),
            wallet=len(await self._certificates.credentials.batches_of(tx, subscriber.id)),
            devices=len(await labels_of(tx, subscriber)),
            credentials=await self._credentials.count(tx, subscriber.id) + len(passkeys),
            platforms=platforms,
            activity=await self._activity.count_of(tx, subscriber),
            relations=len(relations),
        )
        return Erasure(counts, [certificate.serial for certificate in certificates])
