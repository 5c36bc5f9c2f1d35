"""The stages of a signing key's life, told by the clock and by what the key files say.

    next       published, so that every cache knows it before it signs
    current    signs
    previous   published still, so that what it signed goes on verifying
    retired    published no longer; its file is there only until somebody destroys it

A file says from when its key signs, and nothing else: a key stops when the following one begins.
So workers that share the files agree without a word between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from authsvc.keyring.signing import SigningKey

_EVER = datetime.min.replace(tzinfo=UTC)


class Stage(StrEnum):
    """Where a key stands."""

    NEXT = "next"
    CURRENT = "current"
    PREVIOUS = "previous"
    RETIRED = "retired"


@dataclass(frozen=True)
class KeyFile:
    """A key as it lies in the directory. Without a date it has been signing since ever."""

    alg: str
    number: int
    key: SigningKey
    signs_from: datetime | None

    @property
    def begins(self) -> datetime:
        """From when it signs."""
        return self.signs_from or _EVER


@dataclass(frozen=True)
class Span:
    """A key's life. `signs_until` and `published_until` are None as long as nothing ends it."""

    file: KeyFile
    begins: datetime
    signs_until: datetime | None
    published_until: datetime | None

    def stage(self, now: datetime) -> Stage:
        """Where the key stands at this moment."""
        if now < self.begins:
            return Stage.NEXT
        if self.signs_until is None or now < self.signs_until:
            return Stage.CURRENT
        if self.published_until is None or now < self.published_until:
            return Stage.PREVIOUS
        return Stage.RETIRED


@dataclass(frozen=True)
class KeyStage:
    """What there is to say of one key: for the command line and for the doctor.

    `signs_from` is None for a key that says nothing of it. `signs_until` and `published_until` are
    None as long as nothing ends it.
    """

    alg: str
    number: int
    kid: str
    stage: Stage
    signs_from: datetime | None
    signs_until: datetime | None
    published_until: datetime | None


def lives(files: Sequence[KeyFile], *, retention: timedelta) -> tuple[Span, ...]:
    """The lives of the keys of one algorithm, in the order in which they sign.

    The first has nobody before it, so it signs at once, whatever its date: a clock that is slow
    must not leave the service without a key. Of several without a date the highest number signs;
    when the others stopped is unknown, but it was before the first dated key began.
    """
    ordered = sorted(files, key=lambda file: (file.begins, file.number))
    spans: list[Span] = []
    for place, file in enumerate(ordered):
        later = ordered[place + 1 :]
        dated = [after.signs_from for after in later if after.signs_from is not None]
        spans.append(
            Span(
                file,
                begins=file.begins if place else _EVER,
                signs_until=later[0].begins if later else None,
                published_until=dated[0] + retention if dated else None,
            )
        )
    return tuple(spans)


def described(span: Span, *, now: datetime) -> KeyStage:
    """What there is to say of a key at this moment."""
    return KeyStage(
        alg=span.file.alg,
        number=span.file.number,
        kid=span.file.key.kid,
        stage=span.stage(now),
        signs_from=span.file.signs_from,
        signs_until=None if span.signs_until == _EVER else span.signs_until,
        published_until=span.published_until,
    )
