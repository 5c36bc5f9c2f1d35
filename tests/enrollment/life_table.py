"""The table of docs/document-life.md as data: what happens to documents, and what is so afterwards.

`EVENTS` says what follows from an event, `KINDS_OF` to which kinds of documents it happens and
whether their holder has another identity number then. Each row spells its own line of the document.
"""

from dataclasses import dataclass

from authsvc.evidence.kinds import KINDS
from authsvc.subscribers.activity import ActivityKind as Kind
from authsvc.subscribers.activity.entry import ALERTING
from tests.enrollment.life_words import After, Certificates, Number, Sessions, Then


@dataclass(frozen=True)
class Row:
    """An event. `acts` are what the register does, as methods of `lives.Cell`.

    `told` are the lines in the person's own log; `told_another` is told beside them where a number
    that is for life is another one, `told_ward` to whoever has a guardian. `mute` is a register
    that tells no more than the status.
    """

    name: str
    event: str
    command: str
    acts: tuple[str, ...]
    number: Number
    document: str
    certificates: Certificates
    sessions: Sessions
    told: tuple[Kind, ...] = ()
    told_another: tuple[Kind, ...] = ()
    told_ward: tuple[Kind, ...] = ()
    then: Then = Then.NOTHING
    mute: bool = False
    days: int | None = None
    """how long the document is good from the day on which it is shown, if not as the law says"""

    def told_of(self, kind: str) -> list[str]:
        """The lines in the own log of the holder of a document of this kind."""
        renumbered = KINDS_OF[self.name][kind] is After.ANOTHER and KINDS[kind].number_is_for_life
        told = [*self.told, *(self.told_another if renumbered else ())]
        told += self.told_ward if kind == _OF_CHILDREN else ()
        return sorted(each.value for each in told)

    @property
    def line(self) -> str:
        """The row as it stands in the document."""
        told = [_told(kind) for kind in self.told]
        told += [f"{_told(kind)} with another number for life" for kind in self.told_another]
        told += [f"{_told(kind)} to a ward" for kind in self.told_ward]
        return _line(
            f"{self.name} (`{self.event}`)",
            f"`{self.command}`" if self.command else "",
            self.number.value,
            f"`{self.document}`",
            self.certificates.value,
            self.sessions.value,
            ", ".join(told),
            self.then.value,
        )


STAYS, FROZEN, ENDS = Number
GOOD, ON_HOLD, OVER, CEASED, SUPERSEDED = Certificates
GO_ON, DEAD = Sessions
NEW, BOTH, THEIRS, REFUSED = list(Then)[1:]
LOST, FOUND, REPLACED = Kind.DOCUMENT_LOST, Kind.DOCUMENT_FOUND, Kind.DOCUMENT_SUPERSEDED
RENUMBERED, SOON = Kind.IDENTITY_NUMBER_CHANGED, Kind.DOCUMENT_ENDS_SOON

EVENTS = (
    Row("first issue", "issued", "issue", (), STAYS, "valid", GOOD, GO_ON),
    Row(
        "loss reported",
        "loss_reported",
        "lost",
        ("lose",),
        *(STAYS, "lost", ON_HOLD, GO_ON),
        told=(LOST,),
    ),
    Row(
        "found again",
        "found",
        "found",
        ("lose", "find"),
        *(STAYS, "valid", GOOD, GO_ON),
        told=(LOST, FOUND),
    ),
    Row(
        "replacement",
        "replaced",
        "replace",
        ("replace",),
        *(STAYS, "replaced", ON_HOLD, GO_ON),
        told=(REPLACED,),
        then=NEW,
    ),
    Row(
        "replacement of a lost one in another province",
        "reissued_elsewhere",
        "replace --elsewhere",
        ("lose", "reissue_elsewhere"),
        *(STAYS, "replaced", ON_HOLD, GO_ON),
        told=(LOST, REPLACED),
        then=NEW,
    ),
    Row(
        "renewal, asked for in the app",
        "replaced",
        "renew",
        ("foretell", "renew"),
        *(STAYS, "replaced", ON_HOLD, GO_ON),
        told=(SOON, REPLACED),
        then=NEW,
        days=30,
    ),
    Row(
        "name corrected",
        "corrected",
        "correct --name",
        ("correct_name",),
        *(STAYS, "replaced", ON_HOLD, GO_ON),
        told=(REPLACED,),
        then=NEW,
    ),
    Row(
        "sex corrected",
        "corrected",
        "correct --sex",
        ("correct_sex",),
        *(STAYS, "replaced", ON_HOLD, GO_ON),
        told=(REPLACED,),
        told_another=(RENUMBERED,),
        then=NEW,
    ),
    Row(
        "number changed, as from 15 to 18 characters",
        "number_changed",
        "change-number",
        ("change_number",),
        *(STAYS, "valid", GOOD, GO_ON),
        told=(RENUMBERED,),
        then=BOTH,
    ),
    Row(
        "nationality changed",
        "nationality_changed",
        "change-nationality",
        ("change_nationality",),
        *(STAYS, "ended", ON_HOLD, GO_ON),
        told=(Kind.NATIONALITY_CHANGED,),
        then=NEW,
    ),
    Row(
        "two people were one",
        "people_merged",
        "merge",
        ("merge",),
        *(STAYS, "valid", GOOD, GO_ON),
        told=(Kind.PEOPLE_MERGED,),
        then=BOTH,
    ),
    Row(
        "end foretold",
        "end_foretold",
        "ends",
        ("foretell",),
        *(STAYS, "valid", GOOD, GO_ON),
        told=(SOON,),
        days=30,
    ),
    Row(
        "end of the last day",
        "expired",
        "ends",
        ("foretell",),
        *(STAYS, "expired", OVER, GO_ON),
        told=(Kind.DOCUMENT_EXPIRED,),
        days=0,
    ),
    Row(
        "residence moved",
        "residence_moved",
        "move",
        ("move",),
        *(STAYS, "valid", GOOD, GO_ON),
        told=(Kind.RESIDENCE_MOVED,),
    ),
    Row(
        "death",
        "died",
        "death",
        ("die",),
        *(ENDS, "ended", CEASED, DEAD),
        told=(Kind.NUMBER_ENDED,),
        told_ward=(Kind.GUARDIAN_ENDED,),
        then=REFUSED,
    ),
    Row(
        "death withdrawn",
        "death_withdrawn",
        "death --withdraw",
        ("die", "live"),
        *(FROZEN, "valid", CEASED, DEAD),
        told=(Kind.NUMBER_ENDED, Kind.NUMBER_REVIVED),
        told_ward=(Kind.GUARDIAN_ENDED,),
        then=THEIRS,
    ),
    *(
        Row(name, "status_changed", "", acts, STAYS, document, certificates, GO_ON, mute=True)
        for name, acts, document, certificates in (
            ("the status alone: `lost`", ("lose",), "lost", ON_HOLD),
            ("the status alone: `valid` after `lost`", ("lose", "find"), "valid", GOOD),
            ("the status alone: `replaced`", ("replace",), "replaced", ON_HOLD),
            ("the status alone: `ended`", ("die",), "ended", ON_HOLD),
        )
    ),
)

SAME, ANOTHER, NEVER = After
_OF_CHILDREN = "household_register_page"
_TRAVEL = ("hong_kong_macao_travel_permit", "taiwan_travel_permit", "passport")
_OF_A_PLACE = ("temporary_identity_card", "household_register_page", "passport")
_A_NEW_PASSPORT = {"passport": ANOTHER}


def _all_but(rest: After, **but: After) -> dict[str, After]:
    return dict.fromkeys(KINDS, rest) | but


KINDS_OF = {row.name: _all_but(SAME) for row in EVENTS} | {
    "replacement": _all_but(SAME, **_A_NEW_PASSPORT),
    "replacement of a lost one in another province": _all_but(
        SAME, **dict.fromkeys(_OF_A_PLACE, NEVER)
    ),
    "renewal, asked for in the app": _all_but(SAME, **_A_NEW_PASSPORT),
    "name corrected": _all_but(SAME, **_A_NEW_PASSPORT),
    "sex corrected": _all_but(
        ANOTHER, hong_kong_macao_travel_permit=SAME, taiwan_travel_permit=SAME
    ),
    "number changed, as from 15 to 18 characters": _all_but(
        ANOTHER, **dict.fromkeys(_TRAVEL, NEVER)
    ),
    "nationality changed": _all_but(ANOTHER),
    "residence moved": _all_but(SAME, **dict.fromkeys(_TRAVEL, NEVER)),
    "the status alone: `replaced`": _all_but(SAME, **_A_NEW_PASSPORT),
}
"""By the name of an event and the name of a kind."""

AFTERWARDS = {
    NEW: (STAYS, SUPERSEDED, DEAD),
    BOTH: (STAYS, GOOD, GO_ON),
    THEIRS: (STAYS, CEASED, DEAD),
    REFUSED: (ENDS, CEASED, DEAD),
}
"""Number, what was issued before, and sessions of before, once the holder has done that."""


def line_of_kinds(row: Row) -> str:
    """To which kinds an event happens, as it stands in the document."""
    return _line(row.name, *(each.value for each in KINDS_OF[row.name].values()))


def line_afterwards(then: Then) -> str:
    """What is so afterwards, as it stands in the document."""
    return _line(then.value, *(each.value for each in AFTERWARDS[then]))


def _line(*cells: str) -> str:
    return "| " + " | ".join(cell or "–" for cell in cells) + " |"


def _told(kind: Kind) -> str:
    return f"**`{kind.value}`**" if kind in ALERTING else f"`{kind.value}`"
