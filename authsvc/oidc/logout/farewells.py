"""What platforms hear of a number that has ended: that all its sessions are over, and no more.

Its holder has died, or has another number that stays: which, is not said.

It does not go by events: whoever ended a number left a mark beside it in the same transaction
(`enrollment.ending`), and the mark goes with what the platforms were allowed. A service that is
killed in between tells them again.
"""

from datetime import datetime

from authsvc.enrollment.ending import Ending
from authsvc.oidc.grants import Grants
from authsvc.oidc.logout.sign_out import SignOut
from authsvc.storage import Database


class Farewells:
    """Says goodbye for numbers that have ended."""

    def __init__(
        self, *, database: Database, ending: Ending, grants: Grants, sign_out: SignOut
    ) -> None:
        self._database = database
        self._ending = ending
        self._grants = grants
        self._sign_out = sign_out

    async def turn(self, *, now: datetime) -> None:
        """Tells the platforms of some that have ended, and forgets what these were allowed."""
        async with self._database.reading() as tx:
            ended = await self._ending.to_be_told(tx)
        for subscriber_id in ended:
            async with self._database.transaction() as tx:
                subscriber = await self._ending.told(tx, subscriber_id)
                if subscriber is None:
                    continue
                grants = await self._grants.of_subscriber(tx, subscriber)
                platforms = [grant.client_id for grant in grants]
                for platform in platforms:
                    await self._grants.withdraw(tx, subscriber, platform)
                await self._sign_out.ended_for_good(subscriber, platforms, now=now)
