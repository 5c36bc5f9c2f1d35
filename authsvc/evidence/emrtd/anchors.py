"""Whom we trust to issue travel documents: what stands in two folders of the key directory.

    travel-anchors/        *.crt  authorities that we trust, from the states themselves
                           *.ml   master lists, signed on behalf of one of these
                           *.crl  revocation lists, signed by any authority that is trusted
    travel-certificates/   *.crt  link certificates, and document signers (from the PKD)

Files are PEM or DER. What cannot be read stops the start: a missing state would be noticed by its
people only.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from asn1crypto import pem

from authsvc.errors import AuthsvcError
from authsvc.evidence.emrtd.certificates import Certificate
from authsvc.evidence.emrtd.country_signers import CountrySigners
from authsvc.evidence.emrtd.master_lists import read_master_list
from authsvc.evidence.emrtd.revocation_lists import RevocationList
from authsvc.evidence.errors import TravelAnchorsBroken

ANCHORS, CERTIFICATES = "travel-anchors", "travel-certificates"

T = TypeVar("T")


def read_country_signers(directory: Path, *, now: datetime) -> CountrySigners:
    """The states that the folders below `directory` vouch for; TravelAnchorsBroken."""
    anchors = list(_read(directory / ANCHORS, "*.crt", Certificate.parse))
    listed = _read(directory / ANCHORS, "*.ml", lambda encoded: _listed(encoded, anchors, now))
    authorities = [*anchors, *(each for several in listed for each in several)]
    return CountrySigners(
        authorities,
        offered=_read(directory / CERTIFICATES, "*.crt", Certificate.parse),
        revocation_lists=_read(directory / ANCHORS, "*.crl", RevocationList.parse),
    )


def organizations(signers: CountrySigners) -> set[str]:
    """The organizations in the names of all authorities that are trusted."""
    return {authority.organization for authority in signers.authorities}


def _listed(encoded: bytes, anchors: list[Certificate], now: datetime) -> Iterable[Certificate]:
    return read_master_list(encoded, anchors, now=now)


def _read(folder: Path, pattern: str, read: Callable[[bytes], T]) -> Iterable[T]:
    for path in sorted(folder.glob(pattern)):
        try:
            found = [read(encoded) for encoded in _encoded(path.read_bytes())]
        except (ValueError, OSError, AuthsvcError) as error:
            why = getattr(error, "log", "") or type(error).__name__
            raise TravelAnchorsBroken(log=f"{folder.name}/{path.name}: {why}") from None
        yield from found


def _encoded(content: bytes) -> list[bytes]:
    if not pem.detect(content):
        return [content]
    return [encoded for _, _, encoded in pem.unarmor(content, multiple=True)]
