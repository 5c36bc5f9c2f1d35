"""An auditor reads what a platform handed in, and asks nobody: was every account verified?

    python -m examples.social_platform.duty --data square.db | python -m examples.auditor \
        --issuer http://127.0.0.1:9000 --root credentials.cer --client-id square

`--root` is the issuer's `/ca/credentials.cer`, fetched once. For receipts of certificates the
platform also files the certificate of its verifier (`signing/chain.crt`).
"""

import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import click
from cryptography import x509

from authsvc.verify import ReceiptVerifier, TokenRefused, VerificationKeys

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
KINDS = ("verified-person", "verified-person-at-platform")


@click.command()
@click.option("--issuer", required=True, help="The service, as it calls itself.")
@click.option("--root", type=FILE, required=True, help="Its root for certificates, in DER.")
@click.option("--client-id", help="What the service calls the platform.")
@click.option("--verifier", help="The address of the platform's verifier.")
@click.option("--verifier-certificate", type=FILE, help="The certificate that it filed, in PEM.")
@click.option("--sector", help="The host of the platform.")
def main(
    *,
    issuer: str,
    root: Path,
    client_id: str | None,
    verifier: str | None,
    verifier_certificate: Path | None,
    sector: str | None,
) -> None:
    """Counts what is good and what is refused, of JSON lines on standard input."""
    keys = None
    if verifier_certificate is not None:
        filed = x509.load_pem_x509_certificates(verifier_certificate.read_bytes())
        keys = VerificationKeys.from_certificates(filed[:1])
    auditor = ReceiptVerifier(
        issuer=issuer,
        anchors=[x509.load_der_x509_certificate(root.read_bytes())],
        client_id=client_id,
        platform=verifier,
        platform_keys=keys,
        types=[f"{issuer}/credentials/types/{kind}" for kind in KINDS],
        sector=sector,
    )
    try:
        rows = [json.loads(line) for line in sys.stdin]
        shown = [(str(row["reference"]), str(row["receipt"])) for row in rows]
    except (LookupError, TypeError, ValueError):
        raise click.UsageError("each line is an object with a reference and a receipt") from None
    now = datetime.now(UTC)  # noqa: TID251 - the one place that asks the machine
    found = list(auditor.verify_many(shown, now=now))
    refused = Counter(each.code for each in found if isinstance(each, TokenRefused))
    click.echo(f"{len(found) - refused.total()} verified accounts")
    for code, count in sorted(refused.items()):
        click.echo(f"{count} refused: {code}")
    sys.exit(bool(refused))


if __name__ == "__main__":
    main()
