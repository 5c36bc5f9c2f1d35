"""One line of a person's own log."""

from datetime import datetime
from enum import Enum

import msgspec


class ActivityKind(Enum):
    """What happened. The values are read by the app and stand in exports: they stay."""

    ENROLLED = "enrolled"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    PLATFORM_TOLD = "platform_told"
    PLATFORM_ALLOWED = "platform_allowed"
    PLATFORM_REFUSED = "platform_refused"
    PLATFORM_WITHDRAWN = "platform_withdrawn"
    IDENTITY_ALLOWED = "identity_allowed"
    IDENTITY_TOLD = "identity_told"
    IDENTITY_WITHDRAWN = "identity_withdrawn"
    OTHER_DEVICE_APPROVED = "other_device_approved"
    DEVICE_ADDED = "device_added"
    DEVICE_REMOVED = "device_removed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    TOTP_TURNED_ON = "totp_turned_on"
    HOLDER_CHECK_FAILED = "holder_check_failed"
    DOCUMENT_REPLACED = "document_replaced"
    DOCUMENT_ADDED = "document_added"
    DOCUMENT_LOST = "document_lost"
    DOCUMENT_FOUND = "document_found"
    DOCUMENT_SUPERSEDED = "document_superseded"
    DOCUMENT_ENDS_SOON = "document_ends_soon"
    DOCUMENT_EXPIRED = "document_expired"
    RENEWAL_ASKED = "renewal_asked"
    IDENTITY_NUMBER_CHANGED = "identity_number_changed"
    PEOPLE_MERGED = "people_merged"
    NUMBERS_JOINED = "numbers_joined"
    NATIONALITY_CHANGED = "nationality_changed"
    RESIDENCE_MOVED = "residence_moved"
    NUMBER_ENDED = "number_ended"
    NUMBER_REVIVED = "number_revived"
    FROZEN = "frozen"
    UNFROZEN = "unfrozen"
    RECOVERY_BEGUN = "recovery_begun"
    RECOVERY_STOPPED = "recovery_stopped"
    RECOVERED = "recovered"
    PHONE_CHANGE_BEGUN = "phone_change_begun"
    PHONE_CHANGE_STOPPED = "phone_change_stopped"
    PHONE_CHANGED = "phone_changed"
    EXPORTED = "exported"
    GUARDIAN_ADDED = "guardian_added"
    GUARDIAN_ENDED = "guardian_ended"
    WARD_ADDED = "ward_added"
    WARD_USED = "ward_used"
    HELPER_ADDED = "helper_added"
    HELPER_REMOVED = "helper_removed"
    ATTRIBUTES_ASKED = "attributes_asked"
    DEPARTMENT_LINKED = "department_linked"
    DEPARTMENT_UNLINKED = "department_unlinked"
    CERTIFICATES_OFFERED = "certificates_offered"
    CERTIFICATE_PRINTED = "certificate_printed"
    OFFER_GUESSED = "offer_guessed"
    CERTIFICATES_FETCHED = "certificates_fetched"
    CERTIFICATES_NOT_KEPT = "certificates_not_kept"


# What a person wants to hear of at once, because somebody else may have done it.
ALERTING = frozenset(
    {
        ActivityKind.PLATFORM_ALLOWED,
        ActivityKind.IDENTITY_ALLOWED,
        ActivityKind.DEVICE_ADDED,
        ActivityKind.PASSKEY_ADDED,
        ActivityKind.TOTP_TURNED_ON,
        ActivityKind.HOLDER_CHECK_FAILED,
        ActivityKind.DOCUMENT_REPLACED,
        ActivityKind.DOCUMENT_ADDED,
        ActivityKind.DOCUMENT_LOST,
        ActivityKind.DOCUMENT_SUPERSEDED,
        ActivityKind.DOCUMENT_ENDS_SOON,
        ActivityKind.IDENTITY_NUMBER_CHANGED,
        ActivityKind.PEOPLE_MERGED,
        ActivityKind.NUMBERS_JOINED,
        ActivityKind.NATIONALITY_CHANGED,
        ActivityKind.NUMBER_ENDED,
        ActivityKind.NUMBER_REVIVED,
        ActivityKind.FROZEN,
        ActivityKind.UNFROZEN,
        ActivityKind.RECOVERY_BEGUN,
        ActivityKind.RECOVERED,
        ActivityKind.PHONE_CHANGE_BEGUN,
        ActivityKind.PHONE_CHANGED,
        ActivityKind.HELPER_ADDED,
        ActivityKind.GUARDIAN_ADDED,
        ActivityKind.OFFER_GUESSED,
    }
)


class Entry(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What happened, when, and from where. Rests sealed under the person's data key.

    `client_id` is the platform concerned, `scopes` what it was allowed or told; `network` is where
    the request came from, as people are shown it; `name` is what a device or a passkey is called,
    or the counter at which somebody enrolled. Of a question to a `department`, `scopes` are the
    attributes, and `consent` is the reference that stands in its books, too. `relation` is the id
    of the relation to the ward whose use a guardian hears of. `seen` is for alerts: the person has
    read it. `more` says that what happened of the same later that day has no line of its own.
    """

    kind: ActivityKind
    at: datetime
    client_id: str | None = None
    scopes: tuple[str, ...] = ()
    network: str | None = None
    name: str | None = None
    department: str | None = None
    purpose: str | None = None
    legal_basis: str | None = None
    consent: str | None = None
    relation: bytes | None = None
    seen: bool = False
    more: bool = False

    @property
    def alerts(self) -> bool:
        """Whether the person hears of it at once."""
        return self.kind in ALERTING

    def __repr__(self) -> str:
        return "Entry(sealed)"
