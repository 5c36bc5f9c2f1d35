"""The key directory: one folder per purpose, 0700; one file per key, 0600.

Secrets are 32 random bytes in base64url; private keys are PKCS#8 PEM; certificates are PEM. Before
a private key may stand from when it signs, as explanatory text (RFC 7468 section 5.2), so that a
key and its date appear together: `Signs-From: 2026-01-31T08:00:00+00:00`.

A file appears whole or not at all: it is written beside its place and linked into it, so that two
processes that create the same key end with one key.
"""

import os
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from authsvc.algorithms import PrivateKey
from authsvc.algorithms.private_keys import private_pem, read_private_pem
from authsvc.identifiers import b64url, from_b64url, new_token
from authsvc.keyring.errors import KeyRingBroken

SECRET_BYTES = 32

_SIGNS_FROM = "Signs-From: "


class KeyDirectory:
    """Reads and creates key files below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def secret(self, purpose: str, name: str) -> bytes:
        """The 32 bytes of a symmetric key; KeyRingBroken if missing, damaged or exposed."""
        text = self._read_private(purpose, f"{name}.key").decode("ascii", "replace").strip()
        try:
            secret = from_b64url(text)
        except ValueError:
            secret = b""
        if len(secret) != SECRET_BYTES:
            raise KeyRingBroken(log=f"{purpose}/{name}.key is not a 32-byte key")
        return secret

    def private_key(self, purpose: str, name: str) -> PrivateKey:
        """A private key; KeyRingBroken if missing, damaged, exposed or of a foreign type."""
        return self.dated_private_key(purpose, name)[0]

    def dated_private_key(self, purpose: str, name: str) -> tuple[PrivateKey, datetime | None]:
        """A private key, and from when it signs if its file says so; KeyRingBroken as above."""
        pem = self._read_private(purpose, f"{name}.pem")
        try:
            key = read_private_pem(pem)
        except TypeError:
            raise KeyRingBroken(log=f"{purpose}/{name}.pem is of a type that is not used") from None
        except ValueError:
            raise KeyRingBroken(log=f"{purpose}/{name}.pem is not a private key") from None
        try:
            return key, _date_of(pem)
        except ValueError:
            raise KeyRingBroken(log=f"{purpose}/{name}.pem has a date that is none") from None

    def create_folder(self, purpose: str) -> None:
        """Makes a folder unless it is there: for certificates that somebody will put into it."""
        self._folder(purpose)

    def names(self, purpose: str, suffix: str) -> list[str]:
        """The names of the files of one purpose, sorted, without their suffix."""
        return sorted(path.stem for path in (self.root / purpose).glob(f"*{suffix}"))

    def create_secret(self, purpose: str, name: str) -> None:
        """Makes a symmetric key unless it is there."""
        self._create(purpose, f"{name}.key", lambda: b64url(secrets.token_bytes(SECRET_BYTES)))

    def create_private_key(
        self,
        purpose: str,
        name: str,
        make: Callable[[], PrivateKey],
        *,
        signs_from: datetime | None = None,
    ) -> bool:
        """Makes a private key unless it is there; whether it was this call that made it."""
        head = "" if signs_from is None else _SIGNS_FROM + signs_from.isoformat("T", "seconds")

        def pem() -> str:
            return f"{head}\n{private_pem(make()).decode('ascii')}".lstrip()

        return self._create(purpose, f"{name}.pem", pem)

    def destroy_private_key(self, purpose: str, name: str) -> None:
        """Removes a private key for good, unless somebody did already."""
        self._destroy(purpose, f"{name}.pem")

    def certificates(self, purpose: str) -> list[x509.Certificate]:
        """Every certificate in a folder (`*.crt`), in the order of their names."""
        found: list[x509.Certificate] = []
        for name in self.names(purpose, ".crt"):
            pem = (self.root / purpose / f"{name}.crt").read_bytes()
            try:
                found.extend(x509.load_pem_x509_certificates(pem))
            except ValueError:
                raise KeyRingBroken(log=f"{purpose}/{name}.crt is not a certificate") from None
        return found

    def certificate(self, purpose: str, name: str) -> x509.Certificate | None:
        """The certificate of one file, if it is there; KeyRingBroken if it is none."""
        try:
            pem = (self.root / purpose / f"{name}.crt").read_bytes()
            return x509.load_pem_x509_certificate(pem)
        except FileNotFoundError:
            return None
        except ValueError:
            raise KeyRingBroken(log=f"{purpose}/{name}.crt is not a certificate") from None

    def create_certificate(self, purpose: str, name: str, certificate: x509.Certificate) -> bool:
        """Writes a certificate unless one of that name is there; whether it was this call."""
        pem = certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")
        return self._create(purpose, f"{name}.crt", pem.rstrip)

    def destroy_certificate(self, purpose: str, name: str) -> None:
        """Removes a certificate of our own, unless somebody did already."""
        self._destroy(purpose, f"{name}.crt")

    def save_certificate(self, purpose: str, name: str, certificate: x509.Certificate) -> None:
        """Writes a certificate, replacing what stood there."""
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        folder = self._folder(purpose)
        beside = self._write_beside(folder, pem)
        beside.replace(folder / f"{name}.crt")

    def _read_private(self, purpose: str, filename: str) -> bytes:
        path = self.root / purpose / filename
        try:
            mode = path.stat().st_mode
            content = path.read_bytes()
        except OSError as error:
            raise KeyRingBroken(log=f"{purpose}/{filename}: {error.strerror}") from None
        if mode & 0o077:
            raise KeyRingBroken(log=f"{purpose}/{filename} can be read by others")
        return content

    def _create(self, purpose: str, filename: str, make: Callable[[], str]) -> bool:
        try:
            folder = self._folder(purpose)
            if (folder / filename).exists():
                return False
            beside = self._write_beside(folder, make().encode("ascii") + b"\n")
            try:
                os.link(beside, folder / filename)
            except FileExistsError:
                return False  # Another process was first; its key is the key.
            finally:
                beside.unlink()
        except OSError as error:
            raise KeyRingBroken(log=f"{purpose}/{filename}: {error.strerror}") from None
        return True

    def _destroy(self, purpose: str, filename: str) -> None:
        try:
            (self.root / purpose / filename).unlink(missing_ok=True)
        except OSError as error:
            raise KeyRingBroken(log=f"{purpose}/{filename}: {error.strerror}") from None

    def _folder(self, purpose: str) -> Path:
        folder = self.root / purpose
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    @staticmethod
    def _write_beside(folder: Path, content: bytes) -> Path:
        beside = folder / f".{new_token(9)}.new"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return beside


def _date_of(pem: bytes) -> datetime | None:
    """From when a key signs, as the text before it says; ValueError if that is no moment."""
    head, _, _ = pem.decode("ascii", "replace").partition("-----BEGIN")
    for line in head.splitlines():
        if line.startswith(_SIGNS_FROM):
            moment = datetime.fromisoformat(line.removeprefix(_SIGNS_FROM).strip())
            if moment.tzinfo is None:
                raise ValueError("a moment without a time zone")
            return moment
    return None
