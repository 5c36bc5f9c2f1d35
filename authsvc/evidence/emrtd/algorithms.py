"""How security objects, certificates and lists are signed, and what is too weak.

Doc 9303 part 12 section 4.1.6: RSASSA-PKCS1-v1_5 and RSASSA-PSS (RFC 4055), ECDSA (RFC 3279, RFC
5758), with SHA-224 to SHA-512; SHA-1 stands in documents that are older. Our policy for SHA-1: it
is accepted in what hangs on a certificate that was issued before 2020. In January of that year
collisions with chosen prefixes were shown to be within reach (Leurent and Peyrin), and a passport
lasts ten years, so that the last ones run out by 2030.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asn1crypto import algos, core
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

from authsvc.evidence.emrtd.keys import CurveKey, PublicKey, RsaKey
from authsvc.evidence.errors import AlgorithmNotAllowed

SHA1_UNTIL = datetime(2020, 1, 1, tzinfo=UTC)

HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}

_DIGESTS = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_PKCS1 = {
    "1.2.840.113549.1.1.5": "sha1",
    "1.2.840.113549.1.1.14": "sha224",
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
}
_ECDSA = {
    "1.2.840.10045.4.1": "sha1",
    "1.2.840.10045.4.3.1": "sha224",
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}
_RSA_ENCRYPTION = "1.2.840.113549.1.1.1"
_PSS = "1.2.840.113549.1.1.10"
_MGF1 = "1.2.840.113549.1.1.8"


@dataclass(frozen=True)
class SignatureScheme:
    """A way of signing: `family` is "pkcs1", "pss" (with mask and salt) or "ecdsa"."""

    family: str
    digest: str
    mask_digest: str = ""
    salt_length: int = 0

    def require_strength(self, certified: datetime) -> None:
        """Returns unless the hash is too weak for what was certified then; AlgorithmNotAllowed."""
        for digest in (self.digest, self.mask_digest):
            require_strength(digest, certified)

    def verify(self, key: PublicKey, signature: bytes, signed: bytes) -> None:
        """Returns if it is the key's signature; InvalidSignature, AlgorithmNotAllowed."""
        if isinstance(key, RsaKey):
            self._verify_rsa(key, signature, signed)
        elif self.family == "ecdsa":
            self._verify_ecdsa(key, signature, signed)
        else:
            raise AlgorithmNotAllowed(log="another kind of key")

    def _verify_rsa(self, key: RsaKey, signature: bytes, signed: bytes) -> None:
        digest = HASHES[self.digest]()
        if self.family == "pkcs1" and not key.only_pss:
            key.library_key.verify(signature, signed, padding.PKCS1v15(), digest)
        elif self.family == "pss":
            mask = padding.MGF1(HASHES[self.mask_digest]())
            pss = padding.PSS(mgf=mask, salt_length=self.salt_length)
            key.library_key.verify(signature, signed, pss, digest)
        else:
            raise AlgorithmNotAllowed(log="another kind of key")

    def _verify_ecdsa(self, key: CurveKey, signature: bytes, signed: bytes) -> None:
        try:
            # Some signers pad the two numbers; what counts is that there are two, and no more.
            pair = algos.DSASignature.load(signature, strict=True)
            r, s = pair["r"].native, pair["s"].native
        except (ValueError, TypeError, KeyError):
            raise InvalidSignature from None
        verify_pair(key, self.digest, r, s, signed)


def verify_pair(key: CurveKey, digest: str, r: int, s: int, signed: bytes) -> None:
    """Returns if (r, s) is the key's ECDSA signature; InvalidSignature."""
    if not (0 < r < key.curve.n and 0 < s < key.curve.n):
        raise InvalidSignature
    if key.curve.library is not None:
        encoded = utils.encode_dss_signature(r, s)
        key.library_key.verify(encoded, signed, ec.ECDSA(HASHES[digest]()))
    elif not key.curve.verifies(key.point, hashlib.new(digest, signed).digest(), r, s):
        raise InvalidSignature


def require_strength(digest: str, certified: datetime) -> None:
    """Returns unless it is SHA-1 in what was certified in 2020 or later; AlgorithmNotAllowed."""
    if digest == "sha1" and certified >= SHA1_UNTIL:
        raise AlgorithmNotAllowed(log="SHA-1 after 2019")


def read_digest(algorithm: Any) -> str:
    """The hash that an AlgorithmIdentifier names, without parameters; AlgorithmNotAllowed."""
    sequence = core.Sequence.load(algorithm.dump(), strict=True)
    name = _DIGESTS.get(sequence[0].dotted)
    if name is None:
        raise AlgorithmNotAllowed(log="hash")
    _require_no_parameters(sequence)
    return name


def read_scheme(algorithm: Any, *, digest: str = "") -> SignatureScheme:
    """The scheme of an AlgorithmIdentifier; AlgorithmNotAllowed.

    `digest` is what a signer names beside it: "rsaEncryption" alone says nothing of a hash (RFC
    3370 section 3.2).
    """
    sequence = core.Sequence.load(algorithm.dump(), strict=True)
    oid = sequence[0].dotted
    if oid == _PSS:
        return _pss(sequence)
    _require_no_parameters(sequence)
    if oid in _ECDSA:
        return SignatureScheme("ecdsa", _ECDSA[oid])
    if oid in _PKCS1:
        return SignatureScheme("pkcs1", _PKCS1[oid])
    if oid == _RSA_ENCRYPTION and digest:
        return SignatureScheme("pkcs1", digest)
    raise AlgorithmNotAllowed(log="signature")


def _pss(sequence: Any) -> SignatureScheme:
    """RFC 4055 section 3.1; what is absent is SHA-1, MGF1 with SHA-1, a salt of 20."""
    given = sequence[1].dump() if len(sequence) > 1 else b"\x30\x00"
    parameters = algos.RSASSAPSSParams.load(given, strict=True)
    mask = parameters["mask_gen_algorithm"]
    if mask["algorithm"].dotted != _MGF1:
        raise AlgorithmNotAllowed(log="mask of RSASSA-PSS")
    salt = parameters["salt_length"].native
    if parameters["trailer_field"].native not in (1, "trailer_field_bc") or not 0 <= salt <= 64:
        raise AlgorithmNotAllowed(log="parameters of RSASSA-PSS")
    return SignatureScheme(
        "pss",
        _native_digest(parameters["hash_algorithm"]),
        _native_digest(mask["parameters"]),
        salt,
    )


def _native_digest(algorithm: Any) -> str:
    name = _DIGESTS.get(algorithm["algorithm"].dotted)
    if name is None:
        raise AlgorithmNotAllowed(log="hash of RSASSA-PSS")
    return name


def _require_no_parameters(sequence: Any) -> None:
    """Absent or NULL: nothing else is understood for these algorithms."""
    if len(sequence) > 2 or (len(sequence) == 2 and sequence[1].dump() != b"\x05\x00"):
        raise AlgorithmNotAllowed(log="algorithm parameters")
