"""The port to sign-in names and passwords, which this room does not know. Handed over by `app`."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from authsvc.storage import Transaction
from authsvc.subscribers import Subscriber


class Prepared(Protocol):
    """A sign-in name as it will be kept, and the hash (PHC string) of the password with it."""

    @property
    def sign_in_name(self) -> str:
        """The name in its one spelling."""
        ...

    @property
    def phc(self) -> str:
        """The password's hash; the password itself is gone."""
        ...


class SignInCredentials(Protocol):
    """Whoever knows sign-in names and passwords."""

    async def prepare(self, sign_in_name: str, password: str) -> Prepared:
        """Checks both and hashes the password; InvalidInput leaves with their `field`."""
        ...

    async def require_free(
        self, tx: Transaction, sign_in_name: str, *, but_for: UUID | None = None
    ) -> None:
        """Returns if nobody signs in by this name, or `but_for` does.

        Else a Conflict with field "sign_in_name".
        """
        ...

    async def store(
        self,
        tx: Transaction,
        subscriber: Subscriber,
        *,
        sign_in_name: str,
        phc: str,
        now: datetime,
    ) -> None:
        """Keeps them for a subscriber; a Conflict with field "sign_in_name" if it is taken."""
        ...

    async def replace_everything(
        self,
        tx: Transaction,
        subscriber: Subscriber,
        *,
        sign_in_name: str,
        phc: str,
        now: datetime,
    ) -> None:
        """Keeps them as the only way to sign in: whatever else the subscriber had is removed.

        A Conflict with field "sign_in_name" if it is taken.
        """
        ...

    async def owner_of(self, tx: Transaction, sign_in_name: str) -> UUID | None:
        """Who signs in by this name. For the sandbox: nobody else may ask."""
        ...
