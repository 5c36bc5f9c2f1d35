"""The parts of the platform, together."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial

from jinja2 import Environment, PackageLoader, StrictUndefined

from examples.social_platform.accounts import Accounts
from examples.social_platform.certificates import Certificates
from examples.social_platform.database import transaction
from examples.social_platform.limits import Limits
from examples.social_platform.online_number import OnlineNumber
from examples.social_platform.posts import Posts
from examples.social_platform.receipts import Receipts
from examples.social_platform.recording import Recording
from examples.social_platform.text_messages import TextMessages
from examples.social_platform.verifications import Verifications
from examples.social_platform.visits import Visits


@dataclass(frozen=True)
class Square:
    """What the pages work with. `issuer` is where some of their forms lead to.

    `certificates` is None where no verifier runs beside the platform.
    """

    issuer: str
    clock: Callable[[], int]
    transaction: Callable[[], AbstractContextManager[None]]
    templates: Environment
    accounts: Accounts
    certificates: Certificates | None
    limits: Limits
    online_number: OnlineNumber
    posts: Posts
    receipts: Receipts
    recording: Recording
    text_messages: TextMessages
    verifications: Verifications
    visits: Visits

    @classmethod
    def build(
        cls,
        connection: sqlite3.Connection,
        *,
        issuer: str,
        online_number: OnlineNumber,
        certificates: Certificates | None,
        recording: Recording,
        clock: Callable[[], int],
    ) -> "Square":
        """All parts over one database."""
        visits, limits = Visits(connection), Limits(connection)
        return cls(
            issuer=issuer,
            clock=clock,
            transaction=partial(transaction, connection),
            templates=Environment(
                loader=PackageLoader("examples.social_platform"),
                autoescape=True,
                undefined=StrictUndefined,
                trim_blocks=True,
                lstrip_blocks=True,
            ),
            accounts=Accounts(connection),
            certificates=certificates,
            limits=limits,
            online_number=online_number,
            posts=Posts(connection),
            receipts=Receipts(connection),
            recording=recording,
            text_messages=TextMessages(connection, visits, limits),
            verifications=Verifications(connection),
            visits=visits,
        )
