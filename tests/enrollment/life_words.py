"""The words of the table of docs/document-life.md."""

from enum import Enum


class Number(Enum):
    """The online number and the subjects at platforms."""

    STAYS = "stay"
    FROZEN = "stay, frozen"
    ENDS = "end"


class Certificates(Enum):
    """What was issued on the document: device certificates, and with them credentials."""

    GOOD = "good"
    ON_HOLD = "on hold"
    OVER = "over"
    CEASED = "ceased"
    SUPERSEDED = "superseded"


class Sessions(Enum):
    """Sessions, grants and tokens of before."""

    GO_ON = "go on"
    DEAD = "dead"


class Then(Enum):
    """What the holder does next, and what comes of it; `AFTERWARDS` says what is so then."""

    NOTHING = "–"
    SHOWS_THE_NEW = "shows the new one"
    JOINS_BOTH = "joins both"
    SHOWS_THEIRS = "shows theirs"
    IS_REFUSED = "is refused"


class After(Enum):
    """The identity number of the holder after an event that happens to a kind of document."""

    SAME = "same"
    ANOTHER = "another"
    NEVER = "never"
