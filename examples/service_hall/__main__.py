"""`python -m examples.service_hall`: the hall on a loopback port."""

import asyncio
from pathlib import Path

import click

from examples.service_hall.back_office_client import BackOffice
from examples.service_hall.database import Book
from examples.service_hall.filing_pages import CALLBACK
from examples.service_hall.online_number import Registration
from examples.service_hall.registering import read_keys
from examples.service_hall.serving import present, serve
from examples.service_hall.site import create_site
from examples.social_platform.recording import Recording

FILE = click.Path(dir_okay=False, path_type=Path)
OLD_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--port", type=int, required=True, help="The loopback port to serve on.")
@click.option("--issuer", required=True, help="The online number service, as it calls itself.")
@click.option("--client-id", required=True, help="What the service calls this hall.")
@click.option("--key-file", type=OLD_FILE, required=True, help="The keys of the hall.")
@click.option("--office", required=True, help="The back office.")
@click.option("--office-token-file", type=OLD_FILE, required=True, help="The token it wants.")
@click.option(
    "--departments", help="Where departments publish their keys; ISSUER/departments if not given."
)
@click.option("--data", type=FILE, required=True, help="The SQLite file to keep things in.")
@click.option("--record", type=FILE, help="Write every byte received from the service here.")
def main(  # noqa: PLR0917 - click passes options by name
    port: int,
    issuer: str,
    client_id: str,
    key_file: Path,
    office: str,
    office_token_file: Path,
    departments: str | None,
    data: Path,
    record: Path | None,
) -> None:
    """A service hall: applies from home for what used to need a counter."""
    address, issuer = f"http://127.0.0.1:{port}", issuer.rstrip("/")
    key, sealing_key = read_keys(key_file)
    registration = Registration(
        issuer=issuer,
        client_id=client_id,
        key=key,
        sealing_key=sealing_key,
        redirect_uri=address + CALLBACK,
        departments=(departments or f"{issuer}/departments").rstrip("/"),
    )
    book = Book(data)
    site = create_site(
        book,
        registration=registration,
        office=BackOffice(office.rstrip("/"), office_token_file.read_text("utf-8").strip()),
        recording=Recording(record),
        clock=present,
    )
    ready = f"The service hall: {address}/"
    try:
        asyncio.run(serve(site, port=port, ready=lambda: click.echo(ready)))
    finally:
        book.close()


if __name__ == "__main__":
    main()
