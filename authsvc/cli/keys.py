"""`authsvc keys`: makes what is missing, shows what is there."""

from pathlib import Path

import rich_click as click

from authsvc.certificates.authority import CertificateAuthority
from authsvc.cli.options import config_option
from authsvc.clock import SystemClock
from authsvc.keyring import KeyRing
from authsvc.keyring.keyring import ANCHORS
from authsvc.settings import Settings, load_settings


@click.group()
def keys() -> None:
    """The key directory: one folder per purpose, readable by the service alone."""


@keys.command()
@config_option
def init(config: Path | None) -> None:
    """Make every key and certificate that is missing; touch none that is there."""
    settings = load_settings(config)
    keyring = create_keys(settings)
    click.echo(f"Keys are ready in {settings.key_directory}")
    for purpose in ANCHORS:
        if not keyring.directory.certificates(purpose):
            click.echo(f"{purpose}/ is empty: put the certificates (*.crt) there that you trust")


@keys.command("list")
@config_option
def list_keys(config: Path | None) -> None:
    """List the signing keys and certificates, by their public names."""
    settings = load_settings(config)
    keyring = KeyRing.open(settings.key_directory)
    for jwk in keyring.signing.public_jwks()["keys"]:
        click.echo(f"oidc  {jwk['alg']}  {jwk['kid']}")
    for purpose in ("ca", "ocsp", *ANCHORS):
        for certificate in keyring.directory.certificates(purpose):
            ends = certificate.not_valid_after_utc.date()
            click.echo(f"{purpose}  {certificate.subject.rfc4514_string()}  until {ends}")


def create_keys(settings: Settings) -> KeyRing:
    """The key ring with its authority's certificate; what is missing is made."""
    keyring = KeyRing.create(settings.key_directory)
    CertificateAuthority.create(keyring, base_url=settings.issuer, now=SystemClock().now())
    return keyring
