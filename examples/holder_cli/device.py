"""What stays on the device: a directory that only its owner can read.

key.pem            the private key of the certificate; it never leaves this directory
certificate.pem    the online certificate
holder.json        which service, and the masked online number
session.json       the cookie of the present session
enrollment.json    an enrollment that is not finished; its key waits in next-key.pem
"""

import json
import os
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class Device:
    """One device of one person."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
        self._directory = directory

    @property
    def certificate(self) -> str | None:
        """The online certificate in PEM, if this device has one."""
        path = self._directory / "certificate.pem"
        return path.read_text("ascii") if path.exists() else None

    @property
    def valid_until(self) -> str:
        """The last day of the certificate."""
        if self.certificate is None:
            return "-"
        certificate = x509.load_pem_x509_certificate(self.certificate.encode())
        return certificate.not_valid_after_utc.date().isoformat()

    def new_certificate_request(self) -> str:
        """A PKCS #10 request in PEM, for a key made here; the same key until it is certified."""
        path = self._directory / "next-key.pem"
        if path.exists():
            key = _read_key(path)
        else:
            key = ec.generate_private_key(ec.SECP256R1())
            self._write("next-key.pem", _key_bytes(key))
        request = x509.CertificateSigningRequestBuilder(x509.Name([])).sign(key, hashes.SHA256())
        return request.public_bytes(serialization.Encoding.PEM).decode()

    def certify(self, certificate: str, *, service: str, masked: str) -> None:
        """The waiting key is certified: from here on it is the device's key."""
        self._write("certificate.pem", certificate.encode())
        (self._directory / "next-key.pem").replace(self._directory / "key.pem")
        self.write("holder", {"service": service, "online_number": masked})
        self.forget("enrollment", "session")

    def sign(self, message: bytes) -> str:
        """ECDSA with SHA-256 by the device's key: DER, in base64url without padding."""
        key = _read_key(self._directory / "key.pem")
        signature = key.sign(message, ec.ECDSA(hashes.SHA256()))
        return urlsafe_b64encode(signature).rstrip(b"=").decode()

    def read(self, name: str) -> dict[str, Any] | None:
        """One of the JSON files, if it is there."""
        path = self._directory / f"{name}.json"
        if not path.exists():
            return None
        facts: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return facts

    def write(self, name: str, facts: dict[str, Any]) -> None:
        """One of the JSON files."""
        self._write(f"{name}.json", json.dumps(facts).encode())

    def forget(self, *names: str) -> None:
        """Removes JSON files."""
        for name in names:
            (self._directory / f"{name}.json").unlink(missing_ok=True)

    def hand_over(self, file: Path, text: str) -> None:
        """A file outside of this directory, which only its owner can read."""
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(text)

    def wipe(self) -> None:
        """Removes everything, the key included."""
        self.forget("holder", "session", "enrollment")
        for name in ("key.pem", "next-key.pem", "certificate.pem"):
            (self._directory / name).unlink(missing_ok=True)

    def _write(self, name: str, content: bytes) -> None:
        # Written beside and moved: a file is never half there, and never readable by others.
        beside = self._directory / f"{name}.new"
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        beside.replace(self._directory / name)


def _key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the device's key is a P-256 key")
    return key
