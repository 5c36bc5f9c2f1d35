"""The command line. A command's module, and what it imports, is loaded when it is called.

    authsvc serve       the service
    authsvc sandbox     the service for client developers, with test people and clients
    authsvc demo        the whole mission, shown on loopback
    authsvc clients     the registry of platforms
    authsvc agents      who may confirm people at a counter
    authsvc keys        the key directory
    authsvc db          the database schema
    authsvc register    a simulated document register
    authsvc department  a simulated department that attests attributes
    authsvc verifier    takes certificates for a platform, beside its own software
    authsvc doctor      what is wrong with a deployment, and what to do about it

A refusal is printed in words with its stable code and the next step; the exit code is 1.
"""

import importlib
from typing import Any

import rich_click as click

from authsvc import __version__
from authsvc.errors import AuthsvcError

_COMMANDS = {
    "serve": "authsvc.cli.serve:serve",
    "sandbox": "authsvc.cli.sandbox:sandbox",
    "demo": "authsvc.cli.demo:demo",
    "clients": "authsvc.cli.clients:clients",
    "agents": "authsvc.cli.agents:agents",
    "keys": "authsvc.cli.keys:keys",
    "db": "authsvc.cli.db:db",
    "register": "authsvc.cli.register:register",
    "department": "authsvc.cli.department:department",
    "verifier": "authsvc.cli.verifier:verifier",
    "doctor": "authsvc.cli.doctor.command:doctor",
}


class _LazyGroup(click.RichGroup):
    """Knows every command's name; loads the one that is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in the order of the table."""
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, loaded now; None if there is none of that name."""
        if cmd_name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[cmd_name].partition(":")
        return getattr(importlib.import_module(module), attribute)

    def invoke(self, ctx: Any) -> Any:
        """Runs the command; a refusal becomes words and exit code 1."""
        try:
            return super().invoke(ctx)
        except AuthsvcError as refusal:
            raise click.ClickException(_words(refusal)) from None


def _words(refusal: AuthsvcError) -> str:
    where = f" ({refusal.field})" if refusal.field else ""
    why = f": {refusal.log}" if refusal.log else ""
    return f"{refusal.title.en}{where}{why}. {refusal.next_step.en}. [{refusal.code}]"


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="authsvc")
def main() -> None:
    """An online identity authentication service: online numbers and certificates, privately."""
