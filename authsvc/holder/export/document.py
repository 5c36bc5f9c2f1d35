"""The document: its shape is a promise. Members are added, and never change their meaning.

No secret is in it: no password hash, no key, no code. Whoever finds the file can read it, and can
do nothing with it.
"""

from datetime import date, datetime

import msgspec

from authsvc.holder.activity.own_log import EntryView
from authsvc.holder.devices.devices import DeviceView
from authsvc.holder.overview import RecoveryView
from authsvc.holder.passkeys import PasskeyLine

FORMAT = "authsvc-export-1"


class IdentityPart(msgspec.Struct, frozen=True):
    """Who the person is, as it rests sealed; the document is the one shown last."""

    name: str
    number: str
    birth_date: date
    sex: str
    phone: str
    document_kind: str
    document_number: str
    document_valid_until: date | None

    def __repr__(self) -> str:
        return "IdentityPart(…)"


class DocumentPart(msgspec.Struct, frozen=True):
    """A document on file: we know it again, and not what stands on it."""

    kind: str
    state: str
    added_at: datetime


class CertificatePart(msgspec.Struct, frozen=True):
    """A certificate. `reason` and `since` say why it does not hold, and are null while it does."""

    serial: str
    pseudonym: str
    status: str
    reason: str | None
    since: datetime | None
    not_before: datetime
    not_after: datetime
    pem: str


class WalletPart(msgspec.Struct, frozen=True):
    """A batch of credentials in a wallet that can be withdrawn: how many, and until when.

    Which they are is not kept, and of those that end within a day nothing is.
    """

    count: int
    ends_at: datetime


class PlatformPart(msgspec.Struct, frozen=True):
    """What a platform is allowed, and until when.

    `identity_until` is the end of a separate consent to be named there, null if none holds.
    """

    client_id: str
    name: str | None
    scopes: tuple[str, ...]
    claims: tuple[str, ...]
    granted_at: datetime
    ends_at: datetime
    identity_until: datetime | None


class SignInPart(msgspec.Struct, frozen=True):
    """How the person signs in, without anything to sign in with."""

    name: str | None
    totp: bool
    passkeys: list[PasskeyLine]


class RelationPart(msgspec.Struct, frozen=True):
    """A guardian or helper (`kind`), and whose part that is: the counterpart's, or "mine"."""

    kind: str
    role: str
    name: str
    since: datetime


class PhoneChangePart(msgspec.Struct, frozen=True):
    """A number that waits to be the one on file, and until when."""

    phone: str
    ready_at: datetime

    def __repr__(self) -> str:
        return "PhoneChangePart(…)"


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """Everything. `activity` stands last: it may be long, and is written page by page."""

    format: str = FORMAT
    issuer: str
    made_at: datetime
    online_number: str
    status: str
    enrolled_at: datetime
    credentials_valid_from: datetime
    identity: IdentityPart
    documents: list[DocumentPart]
    certificates: list[CertificatePart]
    wallet: list[WalletPart]
    devices: list[DeviceView]
    sign_in: SignInPart
    platforms: list[PlatformPart]
    relations: list[RelationPart]
    recovery: RecoveryView | None
    phone_change: PhoneChangePart | None
    activity: list[EntryView]

    def __repr__(self) -> str:
        return "Export(…)"
