"""`authsvc keys`: makes what is missing, shows what is there, changes signing keys."""

from datetime import datetime
from pathlib import Path

import rich_click as click

from authsvc.algorithms import ALGORITHMS
from authsvc.certificates.authority import CertificateAuthority
from authsvc.certificates.credentials.revoked_signers import RevokedSigners
from authsvc.certificates.credentials.signer import DOCUMENTS, ROOT_PURPOSE, CredentialSigner
from authsvc.cli.options import config_option
from authsvc.clock import SystemClock
from authsvc.keyring import KeyRing, KeyStage, Stage, rotation
from authsvc.keyring.keyring import ANCHORS, SIGNING
from authsvc.keyring.signing_keys import CREDENTIAL, PURPOSE
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
    """List the signing keys with their stages, and the certificates, by their public names."""
    keyring = _open(load_settings(config))
    for purpose in SIGNING:
        for key in keyring.signers(purpose).stages(now=SystemClock().now()):
            click.echo(_line(purpose, key))
    for purpose in ("ca", "ocsp", ROOT_PURPOSE, *SIGNING, DOCUMENTS, *ANCHORS):
        for certificate in keyring.directory.certificates(purpose):
            ends = certificate.not_valid_after_utc.date()
            click.echo(f"{purpose}  {certificate.subject.rfc4514_string()}  until {ends}")


@keys.command()
@config_option
@click.option(
    "--purpose",
    type=click.Choice(tuple(SIGNING)),
    default=PURPOSE,
    show_default=True,
    help="Keys for tokens, or for credentials.",
)
@click.option("--alg", type=click.Choice(tuple(ALGORITHMS)), help="This algorithm alone.")
@click.option("--now", "at_once", is_flag=True, help="The new key signs at once: one has leaked.")
@click.option(
    "--revoke",
    is_flag=True,
    help="With --now: destroy every other key, and revoke its certificates, at once.",
)
def rotate(
    config: Path | None, purpose: str, alg: str | None, *, at_once: bool, revoke: bool
) -> None:
    """Make the next signing keys: published now, signing when every cache knows them.

    Keys that are published no longer are destroyed.
    """
    if revoke and not at_once:
        raise click.UsageError("--revoke needs --now: something has to sign")
    settings = load_settings(config)
    keyring = _open(settings)
    now = SystemClock().now()
    if alg and alg not in SIGNING[purpose]:
        raise click.UsageError(f"nothing is signed with {alg} there")
    for each in (alg,) if alg else keyring.signers(purpose).algorithms:
        if at_once:
            made = rotation.replace_at_once(keyring, each, purpose=purpose, revoke=revoke, now=now)
        else:
            made = rotation.rotate(keyring, each, purpose=purpose, now=now)
        click.echo(_line(purpose, made))
        if revoke and purpose == CREDENTIAL:
            signer = CredentialSigner(keyring, url=settings.issuer)
            revoked = RevokedSigners(keyring, signer).revoke(each, all_but=[made.kid], now=now)
            for certificate in revoked:
                click.echo(f"{purpose}  certificate {certificate.serial_number:x}  revoked")
    _destroy_retired(keyring, now)


@keys.command()
@config_option
def prune(config: Path | None) -> None:
    """Destroy the private keys of signing keys that are published no longer."""
    _destroy_retired(_open(load_settings(config)), SystemClock().now())


def create_keys(settings: Settings) -> KeyRing:
    """The key ring with its authorities' certificates; what is missing is made."""
    now = SystemClock().now()
    keyring = KeyRing.create(settings.key_directory, now=now, rules=settings.keys)
    CertificateAuthority.create(keyring, base_url=settings.issuer, now=now)
    CredentialSigner(keyring, url=settings.issuer).root(now=now)
    return keyring


def _open(settings: Settings) -> KeyRing:
    return KeyRing.open(settings.key_directory, rules=settings.keys)


def _destroy_retired(keyring: KeyRing, now: datetime) -> None:
    for purpose in SIGNING:
        for key in rotation.destroy_retired(keyring, purpose=purpose, now=now):
            click.echo(f"{_line(purpose, key)}  destroyed")


def _line(purpose: str, key: KeyStage) -> str:
    """One key in one line: what it is, its stage, from when it signs, and until when it is of use.

    That is until when it signs, and for one that has stopped, until when it is published.
    """
    stopped = key.stage in (Stage.PREVIOUS, Stage.RETIRED)
    since = _spelt(key.signs_from) or "ever"
    until = _spelt(key.published_until if stopped else key.signs_until) or "-"
    return f"{purpose}  {key.alg:5}  {key.kid}  {key.stage:8}  signs from {since}  until {until}"


def _spelt(moment: datetime | None) -> str:
    return "" if moment is None else moment.strftime("%Y-%m-%dT%H:%MZ")
