"""`authsvc verifier`: what a platform runs beside its own software, to take certificates directly.

It is the platform's, not the service's: it has keys of its own in a directory of its own, asks the
service for keys and status lists, and tells it nothing. One process; what waits is in its memory.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import rich_click as click

from authsvc.algorithms import ES256
from authsvc.keyring.signing import CREDENTIAL_ALGORITHMS

if TYPE_CHECKING:
    from litestar import Litestar

# How the command tells the server's process what to serve.
_ISSUER, _ADDRESS, _DIRECTORY, _SECTOR, _ALGORITHMS = (
    "PLATFORM_VERIFIER_ISSUER",
    "PLATFORM_VERIFIER_ADDRESS",
    "PLATFORM_VERIFIER_DIRECTORY",
    "PLATFORM_VERIFIER_SECTOR",
    "PLATFORM_VERIFIER_ALGORITHMS",
)


@click.command()
@click.option("--issuer", required=True, help="The service whose certificates are taken.")
@click.option("--public-url", required=True, help="Where wallets reach this verifier.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8200, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("data/verifier"),
    show_default=True,
    help="Where its keys rest; they are made if they are not there.",
)
@click.option("--sector", help="The platform's sector identifier; the host of --public-url.")
@click.option(
    "--algorithm",
    "algorithms",
    multiple=True,
    default=(ES256,),
    show_default=True,
    type=click.Choice(CREDENTIAL_ALGORITHMS),
    help="What the service may sign certificates with; may be said several times.",
)
def verifier(
    *,
    issuer: str,
    public_url: str,
    host: str,
    port: int,
    directory: Path,
    sector: str | None,
    algorithms: tuple[str, ...],
) -> None:
    """Take certificates directly (OpenID4VP): a door for wallets, one for the platform's server.

    The platform's server shows the token in door/token.key below --directory.
    """
    from authsvc.cli.serve import run_server
    from authsvc.presentation.asking import web_address

    os.environ[_ISSUER] = web_address(issuer, field="issuer").rstrip("/")
    os.environ[_ADDRESS] = web_address(public_url, field="public_url").rstrip("/")
    os.environ[_DIRECTORY] = str(directory.absolute())
    os.environ[_SECTOR] = sector or ""
    os.environ[_ALGORITHMS] = " ".join(algorithms)
    run_server("authsvc.cli.verifier:app_from_environment", host=host, port=port)


def app_from_environment() -> "Litestar":
    """The application that the command serves, made in the server's own process."""
    from authsvc.clock import SystemClock
    from authsvc.presentation.routes import create_verifier_app
    from authsvc.presentation.verifier import PlatformVerifier, own_memory
    from authsvc.web.fetcher import Fetcher
    from authsvc.web.logging import configure_logging

    configure_logging()
    clock, issuer = SystemClock(), os.environ[_ISSUER]
    fetcher = Fetcher(loopback_http=urlsplit(issuer).scheme == "http")
    verifier = PlatformVerifier.open(
        issuer=issuer,
        address=os.environ[_ADDRESS],
        directory=Path(os.environ[_DIRECTORY]),
        ephemeral=own_memory(clock),
        fetcher=fetcher,
        now=clock.now(),
        sector=os.environ[_SECTOR] or None,
        algorithms=tuple(os.environ[_ALGORITHMS].split()),
    )
    return create_verifier_app(verifier, clock=clock, fetcher=fetcher)
