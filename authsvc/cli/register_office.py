"""What the commands of `authsvc register` share: the directory, and what is handed over."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

if TYPE_CHECKING:
    from authsvc.evidence.authority.authority import DocumentAuthority
    from authsvc.evidence.authority.cards import IssuedCard

directory_option = click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("data/register"),
    show_default=True,
    help="Where the authority keeps everything.",
)
out_option = click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Where the chip file and the holder file go.",
)


def open_authority(directory: Path) -> "DocumentAuthority":
    """The authority in a directory."""
    from authsvc.evidence.authority.authority import DocumentAuthority

    return DocumentAuthority.open(directory)


def hand_over(card: "IssuedCard", out: Path) -> None:
    """Writes what the holder carries home; the files name a person, so only the owner reads."""
    out.mkdir(parents=True, exist_ok=True)
    # A passport's has its issuer before a slash.
    name = card.document_number.replace("/", "-")
    chip, holder = out / f"{name}.chip", out / f"{name}.holder.json"
    text = json.dumps(card.holder_file, ensure_ascii=False, indent=2)
    for path, content in ((chip, card.chip_file), (holder, text.encode("utf-8"))):
        path.touch(mode=0o600)
        path.write_bytes(content)
    show({"document_number": card.document_number, "chip": str(chip), "holder": str(holder)})


def show(value: dict[str, Any]) -> None:
    """Prints one line of JSON."""
    click.echo(json.dumps(value, ensure_ascii=False))


def date_of(moment: datetime | None) -> date | None:
    """The day that was given, if one was."""
    return moment.replace(tzinfo=UTC).date() if moment else None
