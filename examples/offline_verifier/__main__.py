"""`python -m examples.offline_verifier`: believe an issuer, fetch, verify without a network."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from authsvc.verify import CredentialVerifier, PrintedVerifier, TokenRefused, VerifiedPresentation
from examples.offline_verifier.kept import Kept, fetch

MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%SZ"])


@click.group()
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path.home() / ".offline-verifier",
    show_default=True,
    help="The directory that the door keeps what it knows in.",
)
@click.pass_context
def main(context: click.Context, state: Path) -> None:
    """A door that checks online certificates, with or without a network."""
    context.obj = Kept(state)


@main.command("trust")
@click.argument("issuer")
@click.option(
    "--anchor",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The certificate of the authority that certifies the issuer's signers (DER or PEM).",
)
@click.pass_obj
def trust_command(kept: Kept, issuer: str, anchor: Path | None) -> None:
    """Believe an issuer (its URL) from now on, and nobody else."""
    kept.begin(issuer, None if anchor is None else anchor.read_bytes())


@main.command("refresh")
@click.option("--at", type=MOMENT, help="Pretend that it is this moment (UTC).")
@click.pass_obj
def refresh_command(kept: Kept, at: datetime | None) -> None:
    """Fetch keys, revoked signers and status lists. Whatever cannot be had is gone by as it is."""
    now = _now(at)
    known = kept.read(now=now)
    missing = known.refresh(fetch, now=now)
    kept.write(known, now=now)
    for address in missing:
        print(f"not to be had: {address}", file=sys.stderr)


@main.command("verify")
@click.option("--type", "types", multiple=True, required=True, help="A kind (vct) that is taken.")
@click.option("--audience", required=True, help="Who asked.")
@click.option("--nonce", required=True, help="What was asked with; each is good once.")
@click.option("--sector", help="The door's own host, for certificates that were made for it.")
@click.option(
    "--oldest-status",
    type=click.FloatRange(min=0),
    default=24.0,
    show_default=True,
    help="For how many hours a status list is gone by.",
)
@click.option("--at", type=MOMENT, help="Pretend that it is this moment (UTC).")
@click.pass_obj
def verify_command(
    kept: Kept,
    *,
    types: tuple[str, ...],
    audience: str,
    nonce: str,
    sector: str | None,
    oldest_status: float,
    at: datetime | None,
) -> None:
    """Verify what is presented on standard input, and say what it says."""
    now = _now(at)
    known = kept.read(now=now)
    verifier = CredentialVerifier(
        issuer=known.name,
        keys=known,
        anchors=kept.anchors,
        revocations=known.revocations,
        types=types,
        sector=sector,
    )
    try:
        found = verifier.verify(
            sys.stdin.read().strip(),
            audience=audience,
            nonce=nonce,
            now=now,
            statuses=known.statuses,
            oldest_status=timedelta(hours=oldest_status),
        )
    except TokenRefused as refusal:
        # A list that nobody has fetched yet is fetched the next time.
        kept.write_wanted(known, now=now)
        raise click.ClickException(_words(refusal)) from None
    print(json.dumps(_shown(found), ensure_ascii=False, indent=2))


@main.command("paper")
@click.option("--pin", required=True, help="What whoever handed over the sheet has typed.")
@click.option("--at", type=MOMENT, help="Pretend that it is this moment (UTC).")
@click.pass_obj
def paper_command(kept: Kept, *, pin: str, at: datetime | None) -> None:
    """Verify a certificate on paper: what its QR code holds, on standard input."""
    now = _now(at)
    known = kept.read(now=now)
    verifier = PrintedVerifier(issuer=known.name, keys=known, memory=kept.taken)
    try:
        found = verifier.verify(sys.stdin.read().strip(), pin=pin, now=now)
    except TokenRefused as refusal:
        raise click.ClickException(_words(refusal)) from None
    shown = {"purpose": found.purpose, "claims": dict(found.claims)}
    print(json.dumps(shown, ensure_ascii=False, indent=2))


def _now(at: datetime | None) -> datetime:
    return datetime.now(UTC) if at is None else at.replace(tzinfo=UTC)  # noqa: TID251 - a program's edge


def _words(refusal: TokenRefused) -> str:
    return f"{refusal.code}: {refusal.title.en}. {refusal.next_step.en}."


def _shown(found: VerifiedPresentation) -> dict[str, object]:
    as_of = found.status_as_of
    return {
        "claims": dict(found.claims),
        "subject": found.subject,
        "status_as_of": None if as_of is None else as_of.isoformat(),
    }


if __name__ == "__main__":
    main()
