"""`authsvc register`: the simulated issuing authority, its desk and its register.

All commands work on one directory, also while `serve` serves it: the server sees what they do.
"""

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from authsvc.cli import register_lives
from authsvc.cli.register_office import (
    date_of,
    directory_option,
    hand_over,
    open_authority,
    out_option,
    show,
)

if TYPE_CHECKING:
    from litestar import Litestar

# How `serve` tells the server's process what to serve.
_DIRECTORY, _TOKEN, _PUSH_URL = (
    "SIMULATED_REGISTER_DIRECTORY",
    "SIMULATED_REGISTER_TOKEN",
    "SIMULATED_REGISTER_PUSH_URL",
)

_CARD = "resident_identity_card"
_day = click.DateTime(formats=["%Y-%m-%d"])
_from_option = click.option("--valid-from", type=_day, help="First day; today if not given.")
_until_option = click.option("--valid-until", type=_day, help="Last day; the law's if not given.")


@click.group()
def register() -> None:
    """A simulated issuing authority: artificial people, signed cards, questions of status."""


for _command in register_lives.COMMANDS:
    register.add_command(_command)


@register.command()
@directory_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8100, show_default=True, type=click.IntRange(1, 65535))
@click.option("--token", envvar="AUTHSVC_REGISTER__TOKEN", help="Bearer token to ask for.")
@click.option("--push-url", help="Where losses and replacements are pushed, signed.")
def serve(directory: Path, host: str, port: int, token: str | None, push_url: str | None) -> None:
    """Serve the register and the desk; without --token, the one in keys/desk/token.key counts."""
    from authsvc.cli.serve import run_server

    authority = open_authority(directory)
    os.environ[_DIRECTORY] = str(directory.absolute())
    os.environ[_TOKEN] = token or authority.desk_token()
    if push_url:
        os.environ[_PUSH_URL] = push_url
    run_server("authsvc.cli.register:app_from_environment", host=host, port=port)


def app_from_environment() -> "Litestar":
    """The application that `serve` serves, made in the server's own process."""
    from authsvc.evidence.authority.routes import create_register_app

    return create_register_app(
        open_authority(Path(os.environ[_DIRECTORY])),
        token=os.environ[_TOKEN],
        push_url=os.environ.get(_PUSH_URL),
    )


@register.command()
@directory_option
@click.option("--name", help="Made up if not given, like everything else.")
@click.option("--birth-date", type=_day)
@click.option("--sex", type=click.Choice(["male", "female"]))
@click.option("--phone")
@click.option("--seed", help="The same seed makes up the same person.")
def person(
    *,
    directory: Path,
    name: str | None,
    birth_date: datetime | None,
    sex: str | None,
    phone: str | None,
    seed: str | None,
) -> None:
    """Create an artificial person; prints them as JSON."""
    from authsvc.evidence.resident_number import Sex

    created = open_authority(directory).create_person(
        name=name,
        birth_date=date_of(birth_date),
        sex=Sex(sex) if sex else None,
        phone=phone,
        seed=seed,
    )
    show(
        {
            "number": created.number.value,
            "name": created.name,
            "birth_date": created.birth_date.isoformat(),
            "sex": created.sex.value,
            "phone": created.phone,
        }
    )


@register.command()
@directory_option
@out_option
@_from_option
@_until_option
@click.option("--kind", default=_CARD, show_default=True, help="As in docs/documents.md.")
@click.argument("number", required=False)
def issue(
    *,
    directory: Path,
    out: Path,
    valid_from: datetime | None,
    valid_until: datetime | None,
    kind: str,
    number: str | None,
) -> None:
    """Issue the first document of a KIND to the person with this identity NUMBER.

    Without NUMBER it is for somebody made up, unless the kind is for citizens.
    """
    document = open_authority(directory).papers.issue(
        kind, number=number, valid_from=date_of(valid_from), valid_until=date_of(valid_until)
    )
    hand_over(document, out)


@register.command()
@directory_option
@out_option
@_from_option
@_until_option
@click.option("--elsewhere", is_flag=True, help="In another province.")
@click.argument("number")
def replace(
    *,
    directory: Path,
    out: Path,
    valid_from: datetime | None,
    valid_until: datetime | None,
    elsewhere: bool,
    number: str,
) -> None:
    """Issue a new card in place of the present one of the person with this identity NUMBER."""
    card = open_authority(directory).replace_card(
        number,
        valid_from=date_of(valid_from),
        valid_until=date_of(valid_until),
        elsewhere=elsewhere,
    )
    hand_over(card, out)


@register.command()
@directory_option
@click.argument("document_number")
def lost(directory: Path, document_number: str) -> None:
    """Report the card with this DOCUMENT_NUMBER lost."""
    open_authority(directory).report_lost(document_number)
    click.echo("Reported lost")


@register.command()
@directory_option
@click.option("--kind", default=_CARD, show_default=True)
@click.argument("document_number")
def status(directory: Path, kind: str, document_number: str) -> None:
    """Say what the document with this DOCUMENT_NUMBER is worth today."""
    click.echo(open_authority(directory).status(kind, document_number).value)


@register.command()
@directory_option
def people(directory: Path) -> None:
    """List everybody with their present card; one JSON object a line."""
    authority = open_authority(directory)
    for each, card in authority.people():
        show(
            {
                "number": each.number.value,
                "name": each.name,
                "document_number": card.document_number if card else None,
                "status": (
                    authority.status(card.kind, card.document_number).value if card else None
                ),
            }
        )


@register.group()
def guardian() -> None:
    """Say who may apply for whom."""


@guardian.command()
@directory_option
@click.argument("number")
@click.argument("guardian_number")
def add(directory: Path, number: str, guardian_number: str) -> None:
    """Make GUARDIAN_NUMBER a guardian of the person with this identity NUMBER."""
    open_authority(directory).set_guardian(number, guardian_number, holds=True)
    click.echo("Guardian named")


@guardian.command()
@directory_option
@click.argument("number")
@click.argument("guardian_number")
def end(directory: Path, number: str, guardian_number: str) -> None:
    """Let GUARDIAN_NUMBER be no guardian of the person with this identity NUMBER any more."""
    open_authority(directory).set_guardian(number, guardian_number, holds=False)
    click.echo("Guardianship ended")


@register.command()
@directory_option
@click.option(
    "--key-directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("keys"),
    show_default=True,
)
def trust(directory: Path, key_directory: Path) -> None:
    """Make a service trust this authority: copies its public certificates."""
    from authsvc.keyring.directory import KeyDirectory

    open_authority(directory).publish_trust(KeyDirectory(key_directory))
    click.echo(f"Trusted in {key_directory}")
