"""`authsvc register`: what becomes of cards and people after the first card.

Each command is an event that a service reads in the feed; what follows from it stands in
`docs/document-life.md`.
"""

from pathlib import Path

import rich_click as click

from authsvc.cli.register_office import (
    directory_option,
    hand_over,
    open_authority,
    out_option,
    show,
)


@click.command()
@directory_option
@click.argument("document_number")
def found(directory: Path, document_number: str) -> None:
    """The card with this DOCUMENT_NUMBER, reported lost, is found again."""
    open_authority(directory).lives.find(document_number)
    click.echo("Found again")


@click.command()
@directory_option
@out_option
@click.option("--name", help="The name as it is right.")
@click.option("--sex", type=click.Choice(["male", "female"]), help="Gives another number, too.")
@click.argument("number")
def correct(directory: Path, out: Path, name: str | None, sex: str | None, number: str) -> None:
    """Correct the name or sex of the person with this NUMBER, and issue a card that says so."""
    from authsvc.evidence.resident_number import Sex

    card = open_authority(directory).lives.correct(number, name=name, sex=Sex(sex) if sex else None)
    hand_over(card, out)


@click.command("change-number")
@directory_option
@click.argument("number")
def change_number(directory: Path, number: str) -> None:
    """Give the person with this NUMBER another one; cards under the one before stay good."""
    show({"number": open_authority(directory).lives.change_number(number)})


@click.command("change-nationality")
@directory_option
@click.argument("number")
def change_nationality(directory: Path, number: str) -> None:
    """End the cards of the person with this NUMBER, who goes on under another one."""
    show({"number": open_authority(directory).lives.change_nationality(number)})


@click.command()
@directory_option
@click.argument("number")
@click.argument("document_number")
@click.argument("other_number")
@click.argument("other_document_number")
def merge(
    directory: Path,
    number: str,
    document_number: str,
    other_number: str,
    other_document_number: str,
) -> None:
    """Two people are one, as a good card of each has proved; NUMBER stays the first."""
    open_authority(directory).lives.merge(
        number,
        other_number,
        document_number=document_number,
        other_document_number=other_document_number,
    )
    click.echo("Merged")


@click.command()
@directory_option
@click.argument("number")
@click.argument("region")
def move(directory: Path, number: str, region: str) -> None:
    """Register the household of the person with this NUMBER in REGION (six digits)."""
    open_authority(directory).lives.move(number, region)
    click.echo("Moved")


@click.command()
@directory_option
@click.option("--withdraw", is_flag=True, help="The report was wrong: the person lives.")
@click.argument("number")
def death(directory: Path, withdraw: bool, number: str) -> None:
    """Register the death of the person with this NUMBER."""
    lives = open_authority(directory).lives
    if withdraw:
        lives.withdraw_death(number)
    else:
        lives.die(number)
    click.echo("Death withdrawn" if withdraw else "Death registered")


@click.command()
@directory_option
@click.option("--days", default=90, show_default=True, type=click.IntRange(0, 3650))
def ends(directory: Path, days: int) -> None:
    """Tell of cards that end within so many days, or have ended; each once before, once after."""
    click.echo(f"Told of {open_authority(directory).lives.tell_ends(days=days)}")


@click.command()
@directory_option
def renewals(directory: Path) -> None:
    """List the cards for which a new one was asked; one DOCUMENT_NUMBER a line."""
    for document_number in open_authority(directory).lives.renewals():
        click.echo(document_number)


@click.command()
@directory_option
@out_option
@click.argument("document_number")
def renew(directory: Path, out: Path, document_number: str) -> None:
    """Issue the card that was asked for in place of the one with this DOCUMENT_NUMBER."""
    hand_over(open_authority(directory).lives.renew(document_number), out)


COMMANDS = (
    found,
    correct,
    change_number,
    change_nationality,
    merge,
    move,
    death,
    ends,
    renewals,
    renew,
)
