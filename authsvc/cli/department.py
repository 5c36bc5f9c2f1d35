"""`authsvc department`: a simulated department, its desk and its answers.

All commands work on one directory, also while `serve` serves it: the server sees what they do. A
sandbox keeps those of its own in `data/departments/<kind>` below its directory.
"""

import asyncio
import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from authsvc.attributes.catalogue import DEPARTMENTS

if TYPE_CHECKING:
    from litestar import Litestar

    from authsvc.attributes.simulated.department import CardCheck, SimulatedDepartment

# How `serve` tells the server's process what to serve.
_KIND, _DIRECTORY, _URL, _SERVICE, _REGISTER = (
    "SIMULATED_DEPARTMENT_KIND",
    "SIMULATED_DEPARTMENT_DIRECTORY",
    "SIMULATED_DEPARTMENT_URL",
    "SIMULATED_DEPARTMENT_SERVICE",
    "SIMULATED_DEPARTMENT_REGISTER",
)
_KEYS_KEPT = timedelta(minutes=1)

_PATH = click.Path(file_okay=False, path_type=Path)
_kind_option = click.option(
    "--kind", type=click.Choice(list(DEPARTMENTS)), default="residence", show_default=True
)
_directory_option = click.option(
    "--directory", type=_PATH, help="Where it keeps everything; data/departments/KIND if not given."
)
_register_option = click.option(
    "--register-directory",
    type=_PATH,
    default=Path("data/register"),
    show_default=True,
    help="The simulated register that says whether a card is good.",
)


@click.group()
def department() -> None:
    """A simulated department: records of artificial people, and signed answers about them."""


@department.command()
@_kind_option
@_directory_option
@_register_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8200, show_default=True, type=click.IntRange(1, 65535))
@click.option("--url", help="Its name as an issuer; http://HOST:PORT if not given.")
@click.option("--service", required=True, help="The service that it answers (its issuer).")
def serve(  # noqa: PLR0917 - click passes options by name
    kind: str,
    directory: Path | None,
    register_directory: Path,
    host: str,
    port: int,
    url: str | None,
    service: str,
) -> None:
    """Serve a department; its desk asks for the token in keys/desk/token.key."""
    from authsvc.cli.serve import run_server

    os.environ[_KIND] = kind
    os.environ[_DIRECTORY] = str(_place(kind, directory).absolute())
    os.environ[_URL] = url or f"http://{host}:{port}"
    os.environ[_SERVICE] = service
    os.environ[_REGISTER] = str(register_directory.absolute())
    run_server("authsvc.cli.department:app_from_environment", host=host, port=port)


def app_from_environment() -> "Litestar":
    """The application that `serve` serves, made in the server's own process."""
    from authsvc.attributes.simulated.routes import create_department_app

    opened = _open(
        os.environ[_KIND],
        Path(os.environ[_DIRECTORY]),
        url=os.environ[_URL],
        service=os.environ[_SERVICE],
    )
    return create_department_app(opened, is_good=_card_check(Path(os.environ[_REGISTER])))


@department.command()
@_kind_option
@_directory_option
@click.option("--record", help="The number of an old record to change; a new one if not given.")
@click.argument("attributes", nargs=-1)
def write(
    kind: str, directory: Path | None, record: str | None, attributes: tuple[str, ...]
) -> None:
    """Write ATTRIBUTES (name=value; true and false for yes and no) into a record."""
    values = dict(_attribute(each) for each in attributes)
    written = _open(kind, _place(kind, directory)).write(record, values)
    _print({"record": written.id, "attributes": written.attributes})


@department.command()
@_directory_option
@click.argument("record")
@click.argument("city")
def move(directory: Path | None, record: str, city: str) -> None:
    """Move the household of a RECORD of the residence department to a CITY (GB/T 2260)."""
    moved = _open("residence", _place("residence", directory)).write(
        record, {"residence_city": city, "residence_province": f"{city[:2]}0000"}
    )
    _print({"record": moved.id, "attributes": moved.attributes})


@department.command()
@_kind_option
@_directory_option
@click.argument("record")
@click.argument("attribute")
def remove(kind: str, directory: Path | None, record: str, attribute: str) -> None:
    """Take an ATTRIBUTE out of a RECORD, as where a permit has ended."""
    left = _open(kind, _place(kind, directory)).remove(record, attribute)
    _print({"record": left.id, "attributes": left.attributes})


@department.command()
@_kind_option
@_directory_option
@_register_option
@click.argument("record")
@click.argument("document_number")
def code(
    kind: str,
    directory: Path | None,
    register_directory: Path,
    record: str,
    document_number: str,
) -> None:
    """Hand out a linking code for a RECORD to whoever shows the card DOCUMENT_NUMBER."""
    from authsvc.evidence.kinds import RESIDENT_IDENTITY_CARD
    from authsvc.identifiers import shown_code

    opened = _open(kind, _place(kind, directory))
    card = (RESIDENT_IDENTITY_CARD.name, document_number)
    handed = asyncio.run(
        opened.hand_out_code(record, card=card, is_good=_card_check(register_directory))
    )
    _print({"record": record, "code": shown_code(handed)})


@department.command()
@_kind_option
@_directory_option
def records(kind: str, directory: Path | None) -> None:
    """List every record; one JSON object a line."""
    for each in _open(kind, _place(kind, directory)).records():
        is_linked = each.pseudonym is not None
        _print({"record": each.id, "attributes": each.attributes, "is_linked": is_linked})


@department.command()
@_kind_option
@_directory_option
def books(kind: str, directory: Path | None) -> None:
    """List what the department was asked, oldest first; one JSON object a line."""
    for each in _open(kind, _place(kind, directory)).books():
        _print(
            {
                "at": each.at.isoformat(),
                "attributes": each.attributes,
                "purpose": each.purpose,
                "legal_basis": each.legal_basis,
                "category": each.category,
                "consent": each.consent,
            }
        )


def _open(kind: str, directory: Path, *, url: str = "", service: str = "") -> "SimulatedDepartment":
    from authsvc.attributes.simulated.department import SimulatedDepartment

    return SimulatedDepartment(
        DEPARTMENTS[kind],
        directory,
        url=url,
        service=service,
        service_keys=_ServiceKeys(service),
    )


class _ServiceKeys:
    """The keys that the service publishes, kept for a minute."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._known: tuple[datetime, dict[str, Any]] | None = None

    async def __call__(self) -> dict[str, Any]:
        """The JWK Set; DepartmentUnavailable if the service does not answer."""
        import httpx2

        from authsvc.attributes.http_transport import HTTPTransport
        from authsvc.clock import SystemClock

        now = SystemClock().now()
        if self._known is None or self._known[0] <= now:
            async with httpx2.AsyncClient(trust_env=False) as client:
                found = await HTTPTransport(self._service, client).jwks(now=now)
                self._known = (now + _KEYS_KEPT, dict(found))
        return self._known[1]


def _card_check(register_directory: Path) -> "CardCheck":
    from authsvc.evidence.authority.authority import DocumentAuthority
    from authsvc.evidence.register import RegisterStatus

    async def is_good(kind: str, number: str) -> bool:
        authority = DocumentAuthority.open(register_directory)
        return authority.status(kind, number) is RegisterStatus.VALID

    return is_good


def _place(kind: str, directory: Path | None) -> Path:
    return directory or Path("data/departments") / kind


def _attribute(text: str) -> tuple[str, str | bool]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"name=value, not {text}")
    return name, {"true": True, "false": False}.get(value, value)


def _print(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))
