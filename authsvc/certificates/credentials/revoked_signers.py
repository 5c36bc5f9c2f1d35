"""The certificates of signers that are believed no more, and the list that says so (RFC 5280).

A key that has leaked is destroyed by `authsvc keys rotate --now --revoke`, and its certificates are
put into `keys/credential-revoked/`, each under the moment in which that was. The list is signed by
the root of credentials: who stole the key of a signer cannot make another one. It lies in the key
directory, and not in SQL, since whoever has to revoke has the keys, and perhaps nothing else.
"""

import asyncio
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from authsvc.algorithms import of_public_key
from authsvc.certificates.authority import signed_list
from authsvc.certificates.credentials.signer import TRADES, CredentialSigner
from authsvc.certificates.crl import KEPT_FOR, STAYS_AFTER_THE_END, revoked
from authsvc.keyring import KeyRing, KeyRingBroken

FOLDER = "credential-revoked"
# Whoever cannot reach us goes by the last list for as long as by a status list (`LIFETIME` there).
LIFETIME = timedelta(days=4)
_MOMENT = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class _Signed:
    der: bytes
    signed_at: datetime


class RevokedSigners:
    """Revokes certificates of signers, and signs the list of those that were."""

    def __init__(self, keyring: KeyRing, signer: CredentialSigner) -> None:
        self._directory = keyring.directory
        self._key = keyring.credential_ca
        self._signer = signer
        self._last: _Signed | None = None
        self._signing = asyncio.Lock()

    def revoke(
        self, alg: str, *, all_but: Collection[str], now: datetime
    ) -> list[x509.Certificate]:
        """Revokes what the directory has for keys of an algorithm, but for those named by `kid`.

        Which were not revoked before comes back. A certificate that could not be saved, because the
        directory was read-only, is not known here.
        """
        known = {certificate.serial_number for _, certificate in self._revoked()}
        keys = (self._signer.keys.find(kid, now=now) for kid in all_but)
        good = [key.public_key() for key in keys if key is not None]
        found = []
        for certificate in self._certificates():
            public = certificate.public_key()
            if of_public_key(public)[0].name != alg or public in good:
                continue
            if certificate.serial_number not in known:
                name = f"{now.astimezone(UTC):{_MOMENT}}-{certificate.serial_number:x}"
                self._directory.create_certificate(FOLDER, name, certificate)
                found.append(certificate)
        return found

    async def current(self, *, now: datetime) -> bytes:
        """The list of this moment in DER, half a minute old at most."""
        async with self._signing:  # Many who ask at once share one signature.
            last = self._last
            if last is None or not timedelta(0) <= now - last.signed_at < KEPT_FOR:
                self._last = last = _Signed(await asyncio.to_thread(self._sign, now), now)
            return last.der

    def _sign(self, now: datetime) -> bytes:
        entries = [
            revoked(certificate.serial_number, since=since, reason=x509.ReasonFlags.key_compromise)
            for since, certificate in self._revoked()
            if now < certificate.not_valid_after_utc + STAYS_AFTER_THE_END
        ]
        # Milliseconds since 1970: they grow, and workers need not agree on who counts.
        number = int(now.timestamp() * 1000)
        builder = (
            x509.CertificateRevocationListBuilder(revoked_certificates=entries)
            .last_update(now)
            .next_update(now + LIFETIME)
            .add_extension(x509.CRLNumber(number), critical=False)
        )
        root = self._signer.root(now=now)
        return signed_list(builder, issuer=root, key=self._key).public_bytes(Encoding.DER)

    def _certificates(self) -> list[x509.Certificate]:
        """Those of signers, of either trade."""
        return [each for trade in TRADES for each in self._directory.certificates(trade)]

    def _revoked(self) -> Iterator[tuple[datetime, x509.Certificate]]:
        for name in self._directory.names(FOLDER, ".crt"):
            certificate = self._directory.certificate(FOLDER, name)
            if certificate is None:
                continue  # Somebody took it away since its name was read.
            try:
                since = datetime.strptime(name.partition("-")[0], _MOMENT).replace(tzinfo=UTC)
            except ValueError:
                raise KeyRingBroken(log=f"{FOLDER}/{name}.crt is not named for a moment") from None
            yield since, certificate
