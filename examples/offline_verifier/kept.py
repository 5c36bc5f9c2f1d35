"""What the door keeps in its directory: whom it believes, and what it fetched last.

Everything is verified anew each time it is read, so that whoever can write here cannot forge a
certificate; the anchor and the keys are what the directory has to be guarded for.
"""

import json
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import httpx2
from cryptography import x509

from authsvc.verify import KnownIssuer, RevocationListRefused, TokenRefused
from examples.offline_verifier.taken import Taken

_LONGEST_ANSWER = 8_000_000


class Kept:
    """The directory of a door."""

    def __init__(self, directory: Path) -> None:
        self._about = directory / "issuer.json"
        self._anchor = directory / "anchor.cer"
        self._keys = directory / "keys.json"
        self._revocations = directory / "revoked-signers.crl"
        self._lists = directory / "lists"
        self.taken = Taken(directory / "taken")

    def begin(self, issuer: str, anchor: bytes | None) -> None:
        """Believes an issuer from now on, and perhaps the authority that certifies its signers."""
        self._lists.mkdir(parents=True, exist_ok=True)
        self._write_about(issuer, wanted=[])
        # What was fetched from another is of no use, and would have the door stand still.
        for kept in (self._anchor, self._revocations, self._keys, *self._lists.glob("*.jwt")):
            kept.unlink(missing_ok=True)
        if anchor is not None:
            _certificate(anchor)
            self._anchor.write_bytes(anchor)

    @property
    def issuer(self) -> str:
        """Whom the door believes."""
        found: str = json.loads(self._about.read_text())["issuer"]
        return found

    @property
    def anchors(self) -> list[x509.Certificate]:
        """Which authority it believes, if any."""
        if not self._anchor.exists():
            return []
        return [_certificate(self._anchor.read_bytes())]

    def read(self, *, now: datetime) -> KnownIssuer:
        """What was kept, as far as it still is what the issuer has signed."""
        known = KnownIssuer(self.issuer, anchors=self.anchors)
        if self._keys.exists():
            # Fetched who knows when: due again whenever there is a network.
            known.take_keys(self._keys.read_bytes(), now=datetime.fromtimestamp(0, now.tzinfo))
        if self._revocations.exists():
            # Of another anchor, or written into by somebody: it counts for nothing.
            with suppress(RevocationListRefused):
                known.revocations.add(self._revocations.read_bytes(), now=now)
        for address in json.loads(self._about.read_text())["wanted"]:
            known.statuses.want(address)
        for path in sorted(self._lists.glob("*.jwt")):
            try:
                known.statuses.add(path.read_bytes(), now=now)
            except TokenRefused:
                continue  # Over, or somebody has written into it: it counts for nothing.
        return known

    def write_wanted(self, known: KnownIssuer, *, now: datetime) -> None:
        """Keeps which lists to fetch the next time."""
        self._write_about(known.name, wanted=[*known.statuses.due(now=now)])

    def write(self, known: KnownIssuer, *, now: datetime) -> None:
        """Keeps what was fetched."""
        self.write_wanted(known, now=now)
        if known.metadata is not None:
            self._keys.write_bytes(known.metadata)
        for revoked in known.revocations.lists():  # One at most: there is one anchor.
            self._revocations.write_bytes(revoked)
        for number, token in enumerate(known.statuses.tokens()):
            (self._lists / f"{number:04}.jwt").write_bytes(token)

    def _write_about(self, issuer: str, *, wanted: list[str]) -> None:
        self._about.write_text(json.dumps({"issuer": issuer, "wanted": wanted}))


def _certificate(octets: bytes) -> x509.Certificate:
    """As the service has it (DER), or as most tools write it (PEM)."""
    if octets.startswith(b"-----BEGIN"):
        return x509.load_pem_x509_certificate(octets)
    return x509.load_der_x509_certificate(octets)


def fetch(address: str) -> bytes | None:
    """A body, or None if there is none to be had: there may be no network, and that is no error."""
    try:
        answer = httpx2.get(address, timeout=10, follow_redirects=False)
    except httpx2.HTTPError:
        return None
    good = answer.status_code == httpx2.codes.OK and len(answer.content) <= _LONGEST_ANSWER
    return answer.content if good else None
