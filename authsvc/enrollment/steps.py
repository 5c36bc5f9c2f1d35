"""Which steps an enrollment has, and in which order: by what it is for, and for whom."""

from enum import Enum


class Purpose(Enum):
    """What an enrollment is for."""

    ENROLL = "enroll"
    RECOVER = "recover"
    UNFREEZE = "unfreeze"
    JOIN = "join"


class Step(Enum):
    """The steps in their order; the values are the words in the addresses.

    GUARDIAN has no address here: it is taken by somebody else, in the holder room. NUMBER takes the
    place of CERTIFICATE_REQUEST where there is no device whose key could be certified.
    """

    DOCUMENT = "document"
    HOLDER_CHECK = "holder-check"
    GUARDIAN = "guardian"
    PHONE = "phone"
    PHONE_CONFIRMATION = "phone-confirmation"
    CREDENTIALS = "credentials"
    CERTIFICATE_REQUEST = "certificate-request"
    NUMBER = "number"
    OTHER_DOCUMENT = "other-document"
    OTHER_HOLDER_CHECK = "other-holder-check"
    COMPLETED = "completed"


_OTHER = (Step.OTHER_DOCUMENT, Step.OTHER_HOLDER_CHECK)
_MINOR = tuple(step for step in Step if step not in (Step.NUMBER, *_OTHER))
_NEW = tuple(step for step in _MINOR if step is not Step.GUARDIAN)
_REPLACEMENT = (Step.DOCUMENT, Step.HOLDER_CHECK, Step.CERTIFICATE_REQUEST, Step.COMPLETED)
_RECOVERY = (*_REPLACEMENT[:2], Step.CREDENTIALS, *_REPLACEMENT[2:])
_UNFREEZING = (Step.DOCUMENT, Step.HOLDER_CHECK, Step.COMPLETED)
# Of whom two agents have said that they have no phone; everything else is taken at the counter.
_NO_DEVICE = {
    Step.PHONE: None,
    Step.PHONE_CONFIRMATION: None,
    Step.CERTIFICATE_REQUEST: Step.NUMBER,
}
_JOINING = (Step.DOCUMENT, Step.HOLDER_CHECK, *_OTHER, Step.COMPLETED)
REPLACEABLE = frozenset({Step.DOCUMENT, Step.PHONE, Step.CREDENTIALS, Step.OTHER_DOCUMENT})
"""Steps that may be taken anew with other content, until a later one is finished."""


def path_of(
    purpose: Purpose, *, is_replacement: bool, needs_guardian: bool, no_device: bool
) -> tuple[Step, ...]:
    """The steps in their order, as far as it is known by now which they are."""
    path = _with_a_device(purpose, is_replacement=is_replacement, needs_guardian=needs_guardian)
    if not no_device:
        return path
    steps = (_NO_DEVICE.get(step, step) for step in path)
    return tuple(step for step in steps if step is not None)


def _with_a_device(
    purpose: Purpose, *, is_replacement: bool, needs_guardian: bool
) -> tuple[Step, ...]:
    by_purpose = {
        Purpose.RECOVER: _RECOVERY,
        Purpose.UNFREEZE: _UNFREEZING,
        Purpose.JOIN: _JOINING,
    }
    if purpose in by_purpose:
        return by_purpose[purpose]
    if is_replacement:
        return _REPLACEMENT
    return _MINOR if needs_guardian else _NEW
