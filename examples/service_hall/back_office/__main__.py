"""`python -m examples.service_hall.back_office`: the back office on a loopback port."""

import asyncio
from pathlib import Path

import click

from examples.service_hall.back_office.acts import Acts
from examples.service_hall.back_office.cases import Cases
from examples.service_hall.back_office.clerk import Clerk
from examples.service_hall.back_office.office import create_office
from examples.service_hall.serving import present, serve

_DIRECTORY = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option("--port", type=int, required=True, help="The loopback port to serve on.")
@click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="A file with the token that the hall brings.",
)
@click.option("--register", type=_DIRECTORY, required=True, help="The simulated register's.")
@click.option("--departments", type=_DIRECTORY, required=True, help="Those of the departments.")
@click.option("--data", type=_DIRECTORY, required=True, help="Where the office keeps its cases.")
def main(*, port: int, token_file: Path, register: Path, departments: Path, data: Path) -> None:
    """Carries out what a hall files; new cards lie in the `mailbox` below its data."""
    mailbox = data / "mailbox"
    mailbox.mkdir(mode=0o700, parents=True, exist_ok=True)
    cases = Cases(data / "cases.db")
    acts = Acts(Clerk(register, departments, mailbox), cases, present)
    token = token_file.read_text("utf-8").strip()
    office = create_office(cases, acts, token=token, clock=present)
    url = f"http://127.0.0.1:{port}/"
    try:
        asyncio.run(serve(office, port=port, ready=lambda: click.echo(f"The back office: {url}")))
    finally:
        cases.close()


if __name__ == "__main__":
    main()
