"""Printing a certificate.

1  the sign-in is as strong as for a further device: whoever has found out the password alone
   prints nothing in the person's name
2  not too many: each costs a third of a second of a core, by design
3  in one transaction: the person could have certificates now, and the line in their own log
4  the sheet, when that is written down
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta

import segno

from authsvc.authentication.step_up.step_up import StepUp
from authsvc.certificates import Certificates
from authsvc.certificates.credentials.claims import names_of
from authsvc.certificates.credentials.kinds import KINDS
from authsvc.certificates.credentials.printed import Sheet, printed, term
from authsvc.errors import InvalidInput, Text, Throttled
from authsvc.holder.door import Visit
from authsvc.holder.person import held_person_of
from authsvc.holder.strength import require_strength_to_add
from authsvc.issuance.statements import attested
from authsvc.storage import Database, Ephemeral
from authsvc.subscribers import Subscribers
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry

SHEETS_AN_HOUR = 10
_SHEETS = "printed-sheets"
_HOUR = timedelta(hours=1)
# As at a counter (`verify.dynamic_qr`): what stands on one line of a sheet, and can be read.
LONGEST_PURPOSE = 120
_SHOWABLE = frozenset(names_of(KINDS["verified-person-counter"]))


class PurposeUnreadable(InvalidInput):
    """A purpose that nobody could read on the sheet."""

    code = "holder.purpose_unreadable"
    title = Text("用途不可用", "The purpose cannot be used")
    next_step = Text("请用一行不超过 120 字的文字", "Use one line of at most 120 characters")


class ClaimUnknown(InvalidInput):
    """A sheet tells nothing of this name."""

    code = "holder.claim_unknown"
    title = Text("纸质网证不包含此内容", "A sheet tells nothing of this name")
    next_step = Text("请从可选内容中选择", "Choose among what a sheet can tell")


class TooManySheets(Throttled):
    """Too many were printed in an hour."""

    code = "holder.too_many_sheets"
    title = Text("打印次数过多", "Too many sheets were printed")
    next_step = Text("请一小时后再试", "Try again in an hour")


@dataclass(frozen=True)
class PrintedSheet:
    """A sheet, and the QR code of its text as a data URI."""

    sheet: Sheet
    picture: str = field(repr=False)


class Sheets:
    """Sheets for whoever is signed in."""

    def __init__(
        self,
        *,
        database: Database,
        ephemeral: Ephemeral,
        subscribers: Subscribers,
        step_up: StepUp,
        activity: ActivityLog,
        certificates: Certificates,
    ) -> None:
        self._database = database
        self._ephemeral = ephemeral
        self._subscribers = subscribers
        self._step_up = step_up
        self._activity = activity
        self._credentials = certificates.credentials
        # Each takes 128 MiB while it is made.
        self._one_at_a_time = asyncio.Lock()

    async def print(self, visit: Visit, *, purpose: str, tells: Collection[str]) -> PrintedSheet:
        """A new sheet. PurposeUnreadable, ClaimUnknown; what `require_strength_to_add` raises.

        TooManySheets; CredentialRequestDenied for who could have no certificate;
        DocumentEndsTooSoon.
        """
        _check(purpose, tells)
        # 1.
        await require_strength_to_add(visit, self._step_up)
        # 2.
        person = str(visit.session.subscriber_id)
        if await self._ephemeral.count(_SHEETS, person, window=_HOUR) > SHEETS_AN_HOUR:
            raise TooManySheets(retry_after=int(_HOUR.total_seconds()))
        # 3.
        async with self._database.transaction() as tx:
            subscriber = await held_person_of(tx, self._subscribers, visit.session)
            found = await attested(tx, self._subscribers, subscriber, now=visit.now)
            times = term(document_valid_until=found.document_valid_until, now=visit.now)
            line = Entry(kind=ActivityKind.CERTIFICATE_PRINTED, at=visit.now, network=visit.network)
            await self._activity.write(tx, subscriber, line)
        # 4.
        async with self._one_at_a_time:
            sheet = await asyncio.to_thread(
                printed,
                self._credentials.signer,
                issuer=self._credentials.issuer,
                statement=found.statement,
                discloses=tells,
                purpose=purpose,
                times=times,
                now=visit.now,
            )
        picture = segno.make_qr(sheet.text, error="m").svg_data_uri(scale=4)
        return PrintedSheet(sheet, picture)


def _check(purpose: str, tells: Collection[str]) -> None:
    if not 0 < len(purpose.strip()) <= LONGEST_PURPOSE or not purpose.isprintable():
        raise PurposeUnreadable(field="purpose")
    if not _SHOWABLE.issuperset(tells):
        raise ClaimUnknown(field="tells")
