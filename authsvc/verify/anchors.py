"""The key of an issuer by its certificate, which a token brings along (`x5c`), up to an anchor.

A chain proves that an anchor has certified a key, not that the key may sign for this issuer: an
authority may certify others, and the devices of people. So the certificate itself must say so.

    subjectAltName     names the issuer: its URL, or the host of it (RFC 5280 section 4.2.1.6)
    keyUsage           signs, and signs no certificates and no CRLs
    basicConstraints   no authority
    extendedKeyUsage   of its own trade: none for what is signed as JSON, that of a document signer
                       for mdocs; one that is not known here is another
    key                of a type that one algorithm alone uses: P-256, Ed25519
"""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.verification import (
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from authsvc.verify.errors import SignerRefused
from authsvc.verify.jws import DatedKey, Keys
from authsvc.verify.revocations import KnownRevocations, Revocations
from authsvc.verify.signatures import certified_key

# A signer, and one authority between it and the anchor.
_MOST = 2
# Ours have 700 octets; an RSA authority of 4096 bits has about 2000.
_LONGEST = 4096
_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


class CertifiedSigners:
    """Knows the keys of one issuer that an anchor has certified for a trade, and not revoked.

    Without `trade` these are the keys of no trade. Without `revocations` nobody knows what was
    revoked, and no signer is believed.
    """

    def __init__(
        self,
        *,
        issuer: str,
        anchors: Sequence[x509.Certificate],
        revocations: Revocations | None,
        trade: x509.ObjectIdentifier | None = None,
    ) -> None:
        self._issuer = issuer
        self._revocations = revocations or KnownRevocations(anchors)
        self._host = urlsplit(issuer).hostname
        self._store = Store(list(anchors))
        self._trades = [] if trade is None else [trade]

    def key_of(self, chain: Sequence[bytes], *, now: datetime) -> DatedKey:
        """The key of the first of these certificates (DER), and while all hold.

        SignerRefused, SignerRevoked, SignerStatusUnknown.
        """
        signer, *between = _certificates(chain)
        try:
            path = self._path(signer, between, now)
            self._check_signer(signer)
            key = certified_key(signer.public_key())
        except _UNREADABLE as error:
            raise SignerRefused(log=type(error).__name__) from None
        except VerificationError:
            raise SignerRefused(log="no chain to an anchor that holds now") from None
        begins = max(each.not_valid_before_utc for each in path).timestamp()
        ends = min(each.not_valid_after_utc for each in path).timestamp()
        check = partial(self._check_revocation, path)
        check(now)
        return DatedKey(key, begins, ends, check)

    def _check_revocation(self, path: Sequence[x509.Certificate], now: datetime) -> None:
        self._revocations.check(path, now=now)

    def _path(
        self, signer: x509.Certificate, between: list[x509.Certificate], now: datetime
    ) -> list[x509.Certificate]:
        """From the signer to an anchor (RFC 5280 section 6); each holds `now`."""
        policy = (
            PolicyBuilder()
            .store(self._store)
            .time(now)
            .max_chain_depth(_MOST - 1)
            .extension_policies(
                ca_policy=ExtensionPolicy.webpki_defaults_ca(),
                ee_policy=ExtensionPolicy.permit_all(),
            )
        )
        return list(policy.build_client_verifier().verify(signer, between).chain)

    def _check_signer(self, signer: x509.Certificate) -> None:
        usage = signer.extensions.get_extension_for_class(x509.KeyUsage).value
        if not usage.digital_signature or usage.key_cert_sign or usage.crl_sign:
            raise SignerRefused(log="key usage")
        names = signer.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        urls = names.get_values_for_type(x509.UniformResourceIdentifier)
        hosts = names.get_values_for_type(x509.DNSName)
        if self._issuer not in urls and self._host not in hosts:
            raise SignerRefused(log="of another issuer")
        trades: list[x509.ObjectIdentifier] = []
        for extension in signer.extensions:
            if isinstance(extension.value, x509.BasicConstraints) and extension.value.ca:
                raise SignerRefused(log="an authority")
            if isinstance(extension.value, x509.ExtendedKeyUsage):
                trades += extension.value
        if trades != self._trades:
            raise SignerRefused(log="of another trade")


class CertifiedKeys:
    """The same for tokens, which bring certificates in their header (`x5c`)."""

    def __init__(
        self,
        *,
        issuer: str,
        anchors: Sequence[x509.Certificate],
        revocations: Revocations | None,
    ) -> None:
        self._signers = CertifiedSigners(issuer=issuer, anchors=anchors, revocations=revocations)

    def key_of(self, header: Mapping[str, Any], *, now: datetime) -> DatedKey:
        """The key of the first certificate of `x5c`.

        SignerRefused, SignerRevoked, SignerStatusUnknown.
        """
        x5c = header.get("x5c")
        if not isinstance(x5c, list):
            raise SignerRefused(log="no certificate")
        try:
            chain = [_octets(each) for each in x5c[: _MOST + 1]]
        except ValueError:
            raise SignerRefused(log="no certificate in base64") from None
        return self._signers.key_of(chain, now=now)


class NamedOrCertified:
    """Knows keys by certificate where a header brings one, and else by name."""

    def __init__(self, *, named: Keys, certified: Keys) -> None:
        self._named = named
        self._certified = certified

    def key_of(self, header: Mapping[str, Any], *, now: datetime) -> DatedKey:
        """As either of them has it."""
        keys = self._certified if "x5c" in header else self._named
        return keys.key_of(header, now=now)


def keys_of(
    issuer: str,
    *,
    keys: Keys | None,
    anchors: Sequence[x509.Certificate],
    revocations: Revocations | None,
) -> Keys:
    """Who knows the keys of an issuer: a key set, anchors, or both. ValueError for neither."""
    if not anchors:
        if keys is None:
            raise ValueError("keys or anchors are needed")
        return keys
    certified = CertifiedKeys(issuer=issuer, anchors=anchors, revocations=revocations)
    return certified if keys is None else NamedOrCertified(named=keys, certified=certified)


def _certificates(chain: Sequence[bytes]) -> list[x509.Certificate]:
    """The signer's comes first."""
    if not 0 < len(chain) <= _MOST or any(len(each) > _LONGEST for each in chain):
        raise SignerRefused(log="no certificate, too many, or too long")
    try:
        return [x509.load_der_x509_certificate(each) for each in chain]
    except _UNREADABLE:
        raise SignerRefused(log="no certificate in DER") from None


def _octets(text: object) -> bytes:
    """RFC 7515 section 4.1.6: base64, not base64url, of DER."""
    if not isinstance(text, str) or len(text) > _LONGEST * 4 // 3:
        raise ValueError("no text, or too long")
    return base64.b64decode(text, validate=True)
