"""`authsvc sandbox`: the real service for client developers, with test people and clients.

Everything is the service's own: the people are enrolled by its own enrollment, from cards that a
simulated register issued. Only the doors to the world are sandbox forms (register, text messages,
face match), and http on loopback is allowed.
"""

import asyncio
import os
import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import rich_click as click

from authsvc.cli.clients import read_documents
from authsvc.cli.db import upgrade_database
from authsvc.cli.keys import create_keys
from authsvc.cli.serve import require_free_port, run_server
from authsvc.clients.initial_tokens import InitialTokens, Terms
from authsvc.settings import Settings, load_settings

if TYPE_CHECKING:
    from authsvc.app import House

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--port", default=9000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--issuer", default=None, help="URL of the service; http on loopback is fine here.")
@click.option("--clients", "clients_file", type=_FILE, help="JSON array of RFC 7591 metadata.")
@click.option("--people", "people_file", type=_FILE, help="JSON array of test people.")
@click.option(
    "--registration-token",
    help="Platforms may register themselves (RFC 7591) with this initial access token, and be"
    " laxer than elsewhere: without PKCE, and with the token endpoint as audience.",
)
@click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where keys and data rest; a temporary directory, erased at the end, if not given.",
)
def sandbox(  # noqa: PLR0917 - click passes options by name
    port: int,
    host: str,
    issuer: str | None,
    clients_file: Path | None,
    people_file: Path | None,
    registration_token: str | None,
    directory: Path | None,
) -> None:
    """Serve the real service to client developers, with test people and clients from files."""
    with ExitStack() as until_the_end:
        if directory is None:
            directory = Path(
                until_the_end.enter_context(tempfile.TemporaryDirectory(prefix="authsvc-"))
            )
        environment = sandbox_environment(issuer or f"http://127.0.0.1:{port}", directory)
        settings = load_settings(None, {**os.environ, **environment})
        require_free_port(host, port)
        asyncio.run(_prepare(settings, clients_file, people_file, registration_token))
        os.environ.pop("AUTHSVC_CONFIG", None)
        os.environ.update(environment)
        click.echo(f"{settings.issuer}/.well-known/openid-configuration")
        click.echo(f"{settings.issuer}/app/  the person's app")
        click.echo(_verifier(settings))
        run_server("authsvc.app:from_environment", host=host, port=port)


def sandbox_environment(issuer: str, directory: Path) -> dict[str, str]:
    """The settings of a sandbox whose keys and data rest in `directory`.

    Limits per address are high, because every test comes from one; limits per person stay on.
    """
    return {
        "AUTHSVC_MODE": "sandbox",
        "AUTHSVC_ISSUER": issuer,
        "AUTHSVC_DATA_DIRECTORY": str((directory / "data").absolute()),
        "AUTHSVC_KEY_DIRECTORY": str((directory / "keys").absolute()),
        "AUTHSVC_THROTTLE__LOCK_SECONDS": "60",
        "AUTHSVC_THROTTLE__FAILURES_PER_ADDRESS": "1000000",
        "AUTHSVC_THROTTLE__INTERACTIONS_PER_ADDRESS_PER_HOUR": "1000000",
        "AUTHSVC_ENROLLMENT__BEGUN_PER_ADDRESS_PER_HOUR": "1000000",
        "AUTHSVC_ENROLLMENT__SMS_PER_PHONE_PER_HOUR": "1000",
        "AUTHSVC_ENROLLMENT__PASSWORD_MINIMUM": "1",
    }


def _verifier(settings: Settings) -> str:
    """Where a platform's verifier stands, and the token that its server shows there."""
    from authsvc.app.verifier_doors import BELOW, verifier_directory
    from authsvc.clock import SystemClock
    from authsvc.presentation.identity import VerifierIdentity

    host = urlsplit(settings.issuer).hostname or ""
    identity = VerifierIdentity.open(
        verifier_directory(settings), host=host, now=SystemClock().now()
    )
    return f"{settings.issuer}{BELOW}  Authorization: Bearer {identity.token}"


async def _prepare(
    settings: Settings,
    clients_file: Path | None,
    people_file: Path | None,
    registration_token: str | None,
) -> None:
    """Keys, schema, clients and people; what is there already stays as it is."""
    from authsvc.app import open_house
    from authsvc.cli.sandbox_people import enroll_people, open_authority, read_people_file

    people = [] if people_file is None else read_people_file(people_file)
    keyring = create_keys(settings)
    await upgrade_database(settings)
    authority = open_authority(settings, keyring)
    house = open_house(settings)
    try:
        if clients_file is not None:
            imported = await house.clients.import_clients(
                read_documents(clients_file), now=house.clock.now()
            )
            click.echo(f"{len(imported)} {'client' if len(imported) == 1 else 'clients'}")
        if registration_token is not None:
            await _open_registration(house, registration_token)
        await enroll_people(house, authority, people)
    finally:
        await house.close()


async def _open_registration(house: "House", token: str) -> None:
    """Lets whoever knows the token register; test platforms may be old-fashioned, as in the field.

    They may know no PKCE, and name the token endpoint where the issuer belongs.
    """
    await InitialTokens(house.database, house.keyring.digests).issue(
        registrations=1_000_000,
        lifetime=timedelta(days=366),
        terms=Terms(require_pkce=False, legacy_assertion_audience=True),
        token=token,
        now=house.clock.now(),
    )
