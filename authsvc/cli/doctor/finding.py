"""What a look finds."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How it stands."""

    GOOD = "good"
    WEAK = "weak"
    BROKEN = "broken"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `advice` says what to do where it is not good."""

    about: str
    level: Level
    says: str
    advice: str = ""


def good(about: str, says: str) -> Finding:
    """All is well."""
    return Finding(about, Level.GOOD, says)


def weak(about: str, says: str, advice: str) -> Finding:
    """It works, and could be better."""
    return Finding(about, Level.WEAK, says, advice)


def broken(about: str, says: str, advice: str) -> Finding:
    """It does not work, or is not safe."""
    return Finding(about, Level.BROKEN, says, advice)


def worst(findings: Iterable[Finding]) -> Level:
    """How all of it stands."""
    order = list(Level)
    return max((finding.level for finding in findings), key=order.index, default=Level.GOOD)
