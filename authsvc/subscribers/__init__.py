"""Whom do we know, by which number and which pseudonyms?

In: a verified document. Out: a `Subscriber` with an online number, a watermark, and a pairwise
subject for each sector (OpenID Connect Core 8.1).

A person is found by a keyed digest of the lifelong identity number, never by a card: cards change,
the person stays. Who they are rests sealed under their own data key; erasing the row destroys that
key. Subjects are derived, not stored, so they survive erasure and return with the person.

The room does not know how a document was proved, nor what a platform is.
"""

from authsvc.subscribers.age import GUARDED_BELOW, OF_AGE, age_on
from authsvc.subscribers.errors import PersonAlreadyEnrolled
from authsvc.subscribers.online_number import OnlineNumber
from authsvc.subscribers.subscriber import (
    DocumentRecord,
    DocumentState,
    Identity,
    NewDocument,
    Subscriber,
    SubscriberStatus,
)
from authsvc.subscribers.subscribers import Subscribers

__all__ = [
    "GUARDED_BELOW",
    "OF_AGE",
    "DocumentRecord",
    "DocumentState",
    "Identity",
    "NewDocument",
    "OnlineNumber",
    "PersonAlreadyEnrolled",
    "Subscriber",
    "SubscriberStatus",
    "Subscribers",
    "age_on",
]
