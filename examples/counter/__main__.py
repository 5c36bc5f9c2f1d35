"""`python -m examples.counter`: the commands of a counter."""

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click

from examples.counter.agent import Agent, new_key
from examples.holder_cli.service import Refused, Service, encode

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
KIND = "resident_identity_card"


@click.group()
def main() -> None:
    """A counter: two agents confirm who somebody is."""


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def key(file: Path) -> None:
    """Make an agent's key in FILE, and print its public half for `authsvc agents add … -`."""
    if file.exists():
        raise click.ClickException(f"{file} is there already: an agent's key is never overwritten")
    click.echo(json.dumps(new_key(file)))


@main.command()
@click.option("--service", "url", required=True, help="The service's address.")
@click.option("--chip", type=FILE, required=True, help="What the reader read from the document.")
@click.option("--holder", type=FILE, required=True, help="The test person's file: their document.")
@click.option("--first", required=True, help="ID:FILE of the agent who compares.")
@click.option("--second", required=True, help="ID:FILE of the agent who confirms.")
@click.option("--no-phone", is_flag=True, help="They have no phone: everything is done here.")
@click.option("--sign-in-name", help="With --no-phone: the name to sign in with.")
@click.option("--password-file", type=FILE, help="With --no-phone: else they type it here.")
def enroll(
    *,
    url: str,
    chip: Path,
    holder: Path,
    first: str,
    second: str,
    no_phone: bool,
    sign_in_name: str | None,
    password_file: Path | None,
) -> None:
    """Enroll somebody who stands here with their document."""
    service = Service(url)
    try:
        agents = [Agent.read(first), Agent.read(second)]
        enrollment = _confirmed(service, chip, holder, agents, device=not no_phone)
        if not no_phone:
            named = urlencode({key: enrollment[key] for key in ("enrollment", "token")})
            click.echo("Confirmed. The person opens this with their own phone, within a day:")
            click.echo(f"{service.url}/app/#/take-over?{named}")
            return
        name = sign_in_name or str(click.prompt("Sign-in name"))
        if password_file is not None:
            password = password_file.read_text("utf-8").rstrip("\r\n")
        else:
            password = str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
        service.take_step(enrollment, "credentials", sign_in_name=name, password=password)
        told = service.take_step(enrollment, "number")
    except (Refused, ValueError, OSError) as refusal:
        raise click.ClickException(str(refusal)) from None
    finally:
        service.close()
    click.echo(f"The online number, for its holder alone: {told['online_number']}")


def _confirmed(
    service: Service, chip: Path, holder: Path, agents: list[Agent], *, device: bool
) -> dict[str, Any]:
    """An enrollment whose holder two agents have seen."""
    enrollment = service.begin_enrollment()
    service.take_step(enrollment, "document", kind=KIND, chip=encode(chip.read_bytes()))
    # What the agents read on the document in their hands.
    read = json.loads(holder.read_text("utf-8"))
    document = {"kind": KIND, "document_number": read["document_number"]}
    statements = [
        agent.states(
            act,
            service=service.url,
            enrollment=enrollment["enrollment"],
            document=document,
            device=device,
        )
        for agent, act in zip(agents, ("compared", "confirmed"), strict=True)
    ]
    service.take_step(enrollment, "attended-check", statements=statements)
    return enrollment


if __name__ == "__main__":
    sys.exit(main())
