"""`python -m examples.social_platform`: the platform on a loopback port."""

import asyncio
from pathlib import Path

import click

from examples.social_platform.certificate_pages import BACK
from examples.social_platform.certificates import Certificates, Verifier
from examples.social_platform.database import open_database
from examples.social_platform.online_number import Registration
from examples.social_platform.receipts import Receipts
from examples.social_platform.recording import Recording
from examples.social_platform.site import create_site, serve
from examples.social_platform.verification_pages import CALLBACK

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--port", type=int, required=True, help="The loopback port to serve on.")
@click.option("--issuer", required=True, help="The online number service, as it calls itself.")
@click.option("--client-id", required=True, help="What the service calls this platform.")
@click.option(
    "--client-secret-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="A file that holds the secret shared with the service.",
)
@click.option("--verifier", help="The verifier beside this platform, to take certificates by.")
@click.option("--verifier-token-file", type=FILE, help="The token of its door (door/token.key).")
@click.option("--data", type=FILE, required=True, help="The SQLite file to keep things in.")
@click.option("--record", type=FILE, help="Write every byte received from the service here.")
def main(
    *,
    port: int,
    issuer: str,
    client_id: str,
    client_secret_file: Path,
    verifier: str | None,
    verifier_token_file: Path | None,
    data: Path,
    record: Path | None,
) -> None:
    """The Square: a little social network that can verify people by online number."""
    address = f"http://127.0.0.1:{port}"
    registration = Registration(
        issuer=issuer.rstrip("/"),
        client_id=client_id,
        client_secret=client_secret_file.read_text("utf-8").strip(),
        redirect_uri=address + CALLBACK,
    )
    connection, recording = open_database(data), Recording(record)
    certificates = None
    if verifier is not None and verifier_token_file is not None:
        certificates = Certificates(
            Verifier(verifier.rstrip("/"), verifier_token_file.read_text("utf-8").strip()),
            issuer=registration.issuer,
            return_to=address + BACK,
            recording=recording,
            draft=Receipts(connection).draft,
        )
    site = create_site(
        connection, registration=registration, certificates=certificates, recording=recording
    )
    try:
        asyncio.run(serve(site, port=port, ready=lambda: click.echo(f"The Square: {address}/")))
    finally:
        connection.close()


if __name__ == "__main__":
    main()
