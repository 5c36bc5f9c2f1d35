"""What we know of a person, as records."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from uuid import UUID

import msgspec

from authsvc.keyring import DataKey


class SubscriberStatus(Enum):
    """Whether the person may use the service. ENDED is the number of somebody who has died."""

    ACTIVE = "active"
    FROZEN = "frozen"
    ENDED = "ended"


class DocumentState(Enum):
    """What the register last said about a document that we know."""

    VALID = "valid"
    EXPIRED = "expired"
    LOST = "lost"
    REPLACED = "replaced"
    ENDED = "ended"


@dataclass(frozen=True)
class Subscriber:
    """A person who opted in. Nothing here names them; `data_key` opens what does.

    `person_digest` is of the first identity number that the person ever had, whichever they have
    now. Whatever was issued before `credentials_valid_from` is dead: sessions, grants, tokens.
    """

    id: UUID
    person_digest: bytes = field(repr=False)
    status: SubscriberStatus
    credentials_valid_from: datetime
    enrolled_at: datetime
    data_key: DataKey = field(repr=False)

    def was_in_force(self, issued_at: datetime) -> bool:
        """Whether what was issued then may still be used: active, and not below the watermark."""
        return self.status is SubscriberStatus.ACTIVE and issued_at >= self.credentials_valid_from


class Identity(msgspec.Struct, frozen=True):
    """Who a subscriber is. Rests sealed under the person's own data key.

    The document is the one shown last: certificates for further devices end with it, and the
    register is asked about it who the guardians are. `document_kind` is empty for who enrolled
    before it was kept; `document_valid_until` is None for a document without an end, too.
    """

    name: str
    number: str
    birth_date: date
    sex: str
    phone: str
    online_number: str = ""
    document_kind: str = ""
    document_number: str = ""
    document_valid_until: date | None = None

    def __repr__(self) -> str:
        return "Identity(sealed)"


@dataclass(frozen=True)
class NewDocument:
    """A verified document that is about to be somebody's."""

    kind: str
    document_number: str = field(repr=False)


@dataclass(frozen=True)
class DocumentRecord:
    """A document of a subscriber, found by its keyed digest.

    `ahead` is the place in the register's feed of a push that the feed has not reached, or 0.
    """

    digest: bytes
    subscriber_id: UUID
    kind: str
    state: DocumentState
    added_at: datetime
    ahead: int = 0
