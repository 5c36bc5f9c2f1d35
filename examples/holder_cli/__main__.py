"""`python -m examples.holder_cli`: the commands of the person's app."""

import functools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import click

from examples.holder_cli.device import Device
from examples.holder_cli.enrolling import Applicant, enroll
from examples.holder_cli.service import Refused, Service

T = TypeVar("T")

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

chip_option = click.option("--chip", type=FILE, required=True, help="The document's chip file.")
holder_option = click.option(
    "--holder",
    type=FILE,
    required=True,
    help="The test person's file: it stands in for the camera.",
)


@click.group()
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path.home() / ".holder-cli",
    show_default=True,
    help="The device: a directory for the key, the certificate and the session.",
)
@click.pass_context
def main(context: click.Context, state: Path) -> None:
    """The person's app: an online number from an identity document, and what to do with it."""
    context.obj = Device(state)


def refusals_in_words(command: Callable[..., None]) -> Callable[..., None]:
    """Ends a command with the service's own words and exit code 1."""

    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except Refused as refusal:
            raise click.ClickException(str(refusal)) from None

    return run


@main.command("enroll")
@click.option("--service", "url", required=True, help="The service's address.")
@chip_option
@holder_option
@click.option("--phone", help="Your phone number; the holder file's if not given.")
@click.option("--sign-in-name", help="The name to sign in with; asked for if not given.")
@click.option("--password-file", type=FILE, help="A file with the password; else you are asked.")
@click.option("--sms-code", help="The code from the SMS; asked for if not given.")
@click.option("--sandbox", is_flag=True, help="Read the SMS code from the sandbox's outbox.")
@click.pass_obj
@refusals_in_words
def enroll_command(
    device: Device,
    *,
    url: str,
    chip: Path,
    holder: Path,
    phone: str | None,
    sign_in_name: str | None,
    password_file: Path | None,
    sms_code: str | None,
    sandbox: bool,
) -> None:
    """Opt in: prove a document, get an online number and a certificate for this device."""
    if device.certificate is not None:
        raise Refused("This device is enrolled already: use `replace` for a new document")
    service = _open(url)

    def code(number: str) -> str:
        if sandbox:
            return service.latest_code(number)
        return sms_code or str(click.prompt(f"The code sent to {number}"))

    def credentials() -> tuple[str, str]:
        name = sign_in_name or str(click.prompt("Sign-in name"))
        if password_file is not None:
            return name, password_file.read_text("utf-8").rstrip("\r\n")
        return name, str(click.prompt("Password", hide_input=True, confirmation_prompt=True))

    known_phone = json.loads(holder.read_text("utf-8")).get("phone", "")
    applicant = Applicant(chip, holder, lambda: phone or known_phone, code, credentials)
    masked = enroll(service, device, applicant, say=click.echo)
    click.echo(f"Your online number: {masked}")
    click.echo(f"Your certificate:   valid until {device.valid_until}")


@main.command("take-over")
@click.argument("link")
@click.pass_obj
@refusals_in_words
def take_over_command(device: Device, link: str) -> None:
    """Go on with what a counter began: LINK is on its screen. Then `enroll` takes what is left."""
    address, _, named = link.partition("/app/#/take-over?")
    begun = dict(parse_qsl(named))
    if not {"enrollment", "token"} <= begun.keys():
        raise Refused("This is not a link of a counter")
    device.write("enrollment", _open(address).take_over(begun))
    click.echo("This device goes on with the enrollment; the counter's link is dead.")


@main.command("replace")
@chip_option
@holder_option
@click.pass_obj
@refusals_in_words
def replace_command(device: Device, *, chip: Path, holder: Path) -> None:
    """Present a new document: number and platform accounts stay, the certificate is a new one."""
    service = _service(device)

    def unknown(*_: str) -> Any:
        raise Refused("Nobody with this document is enrolled: use `enroll`")

    applicant = Applicant(chip, holder, phone=unknown, code=unknown, credentials=unknown)
    masked = enroll(service, device, applicant, say=click.echo)
    click.echo(f"Your online number: {masked} (the same as before)")
    click.echo(f"Your certificate:   valid until {device.valid_until}")


@main.command("sign-in")
@click.pass_obj
@refusals_in_words
def sign_in_command(device: Device) -> None:
    """Sign in with the device's key; the session is kept on the device."""
    answer = _service(device).sign_in(device, otp=otp)
    click.echo(f"Signed in: {answer['acr']} ({', '.join(answer['amr'])})")


@main.command("show")
@click.pass_obj
@refusals_in_words
def show_command(device: Device) -> None:
    """Show the masked number, the documents and the certificates; signs in if need be."""
    service = _service(device)
    found = _signed_in(service, device, service.overview)
    click.echo(f"Online number: {found['online_number']}")
    for document in found["documents"]:
        click.echo(f"Document:      {document['kind']}, {document['state']}")
    for certificate in found["certificates"]:
        until = certificate["not_after"].partition("T")[0]
        click.echo(
            f"Certificate:   {certificate['status']} until {until} ({certificate['serial']})"
        )


@main.command("log")
@click.pass_obj
@refusals_in_words
def log_command(device: Device) -> None:
    """Show what was done in your name, newest first; signs in if need be."""
    service = _service(device)
    for entry in _signed_in(service, device, service.activity):
        where = entry["platform"] or entry["client_id"] or entry["name"] or ""
        mark = "!" if entry["alert"] and not entry["seen"] else " "
        click.echo(f"{mark} {entry['at'][:19]}  {entry['kind']:<18} {where}".rstrip())


@main.command("devices")
@click.pass_obj
@refusals_in_words
def devices_command(device: Device) -> None:
    """Show the devices that have a certificate of yours; signs in if need be."""
    service = _service(device)
    for found in _signed_in(service, device, service.devices):
        until = found["not_after"].partition("T")[0]
        click.echo(f"{found['name'] or '(no name)'}: {found['status']} until {until}")


@main.command("link")
@click.argument("department")
@click.argument("code")
@click.pass_obj
@refusals_in_words
def link_command(device: Device, *, department: str, code: str) -> None:
    """Link the record that a DEPARTMENT has of you, by the CODE that its desk handed out."""
    service = _service(device)
    # The service wants a fresh proof that it is really you.
    service.sign_in(device, otp=otp)
    service.link(department, code)
    click.echo(f"Linked: {department}")


@main.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
@refusals_in_words
def export_command(device: Device, *, file: Path) -> None:
    """Write everything that the service holds about you to a file that only you can read."""
    service = _service(device)
    service.sign_in(device, otp=otp)
    device.hand_over(file, json.dumps(service.export(), ensure_ascii=False, indent=2))
    click.echo(f"Everything is in {file}.")


@main.command("freeze")
@click.pass_obj
@refusals_in_words
def freeze_command(device: Device) -> None:
    """Freeze your number at once: nobody, not even you, does anything with it any more."""
    service = _service(device)
    _signed_in(service, device, service.freeze)
    click.echo("Your online number is frozen: nobody can use it, and your accounts stay.")
    click.echo(
        f"To unfreeze it, show your document and your face again: {service.url}/app/#/unfreeze"
    )


@main.command("opt-out")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@click.pass_obj
@refusals_in_words
def opt_out_command(device: Device, *, yes: bool) -> None:
    """Leave: the service erases what it can, this device everything. Accounts elsewhere stay."""
    service = _service(device)
    if not yes and not click.confirm("Leave the service for good?"):
        return
    # The service wants a fresh proof that it is really you.
    service.sign_in(device, otp=otp)
    receipt = service.opt_out()
    device.wipe()
    click.echo("You have left. Your accounts elsewhere are as they were.")
    click.echo("The receipt, which nobody else has:")
    click.echo(receipt)


def _signed_in(service: Service, device: Device, act: Callable[[], T]) -> T:
    """What `act` answers, after a sign-in if the session is over."""
    try:
        return act()
    except Refused as refusal:
        if refusal.status != 401:
            raise
    service.sign_in(device, otp=otp)
    return act()


def otp() -> str:
    """The code of the authenticator app, for whoever turned it on."""
    return str(click.prompt("The code that your authenticator app shows"))


def _service(device: Device) -> Service:
    holder = device.read("holder")
    if holder is None:
        raise Refused("This device is not enrolled: use `enroll`")
    session = device.read("session") or {}
    return _open(holder["service"], session.get("cookies"))


def _open(url: str, cookies: dict[str, str] | None = None) -> Service:
    """The service, until the command ends."""
    service = Service(url, cookies=cookies)
    click.get_current_context().call_on_close(service.close)
    return service


if __name__ == "__main__":
    sys.exit(main())
