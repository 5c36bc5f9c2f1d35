"""Answers that were signed, kept to be given again: to the same question, word for word.

A kept answer says only what stood when it was signed; whoever gives it again has looked whether it
still does (`ocsp`). What is kept is bounded, in number and in size, for anybody can ask the same in
other words: a flood of those makes others be signed anew, and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from authsvc.certificates.caching import Caching
from authsvc.certificates.status import Standing

# Half of what an answer promises: the other half is left to whoever receives it.
KEPT_FOR = timedelta(seconds=30)
# RFC 5019 section 5: what is to be cached has at most 255 octets when it is spelt in a path.
LONGEST_QUESTION = 255
_MOST = 5_000


@dataclass(frozen=True)
class OCSPAnswer:
    """A response in DER. `signed_at` is None if it answers one asker only, or says nothing."""

    der: bytes
    signed_at: datetime | None = None

    @cached_property
    def caching(self) -> Caching | None:
        """What caches are told about it; None if they must not keep it."""
        if self.signed_at is None:
            return None
        return Caching(self.der, since=self.signed_at, lifetime=KEPT_FOR)


class KeptAnswer(NamedTuple):
    """An answer, and what it rests on: the standing of each certificate that it names."""

    answer: OCSPAnswer
    signed_at: datetime
    standings: Mapping[int, Standing]


class KeptAnswers:
    """The answers that one process has signed lately, by their questions as they were sent."""

    def __init__(self, *, most: int = _MOST) -> None:
        self._most = most
        # The oldest first: who is signed anew goes to the end.
        self._kept: dict[bytes, KeptAnswer] = {}

    def find(self, question: bytes, *, now: datetime) -> KeptAnswer | None:
        """What was answered to it less than half a minute ago."""
        kept = self._kept.get(question)
        if kept is None or not timedelta(0) <= now - kept.signed_at < KEPT_FOR:
            return None
        return kept

    def keep(self, question: bytes, kept: KeptAnswer) -> None:
        """Keeps an answer; the oldest give way, and those whose time is over."""
        if len(question) > LONGEST_QUESTION:
            return
        self._kept.pop(question, None)
        self._kept[question] = kept
        passed_away = kept.signed_at - KEPT_FOR
        while True:
            oldest = next(iter(self._kept))
            if len(self._kept) <= self._most and self._kept[oldest].signed_at > passed_away:
                break
            del self._kept[oldest]

    def __len__(self) -> int:
        return len(self._kept)
