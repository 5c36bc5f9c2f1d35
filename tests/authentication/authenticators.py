"""A software authenticator: what a browser with a passkey would answer, rightly or wrongly.

It makes real attestation and assertion objects (WebAuthn L3 sections 6.1, 6.5 and 6.3.3) with CBOR
and keys of its own, and shares no code with what checks them.
"""

import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from authsvc.identifiers import b64url, from_b64url
from tests.authentication.makers import ISSUER

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
USUAL = PRESENT | VERIFIED

Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


def new_key(algorithm: str = "ES256") -> Key:
    """A key of one of the three algorithms."""
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm == "RS256":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


def cose(key: Key) -> dict[int, Any]:
    """The public key in COSE (RFC 9053)."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return {1: 1, 3: -8, -1: 6, -2: key.public_key().public_bytes_raw()}
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        size = key.key_size // 8
        return {1: 3, 3: -257, -1: numbers.n.to_bytes(size, "big"), -2: b"\x01\x00\x01"}
    point = key.public_key().public_numbers()
    return {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}


def sign(key: Key, message: bytes) -> bytes:
    """A signature as an authenticator makes it."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(message, ec.ECDSA(hashes.SHA256()))


@dataclass
class Authenticator:
    """One authenticator with one passkey. What is passed to a method is deliberately wrong."""

    key: Key = field(default_factory=new_key)
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    origin: str = ISSUER
    # None: a synced passkey, which does not count.
    counter: int | None = 0
    flags: int = USUAL
    handle: bytes = b""

    def create(self, options: dict[str, Any], **wrong: Any) -> dict[str, Any]:
        """`navigator.credentials.create(options).toJSON()`."""
        self.handle = from_b64url(options["user"]["id"])
        client_data = self._client_data("webauthn.create", options["challenge"], wrong)
        public_key = cbor2.dumps(wrong.get("cose", cose(self.key)))
        attested = b"".join(
            (
                wrong.get("aaguid", bytes(16)),
                len(self.credential_id).to_bytes(2, "big"),
                self.credential_id,
                public_key,
            )
        )
        flags = wrong.get("flags", self.flags) | ATTESTED
        data = self._data(options["rp"]["id"], flags, wrong) + attested
        fmt = wrong.get("fmt", "none")
        statement: dict[str, Any] = {}
        if fmt == "packed":
            signature = sign(self.key, data + sha256(client_data).digest())
            statement = {"alg": cose(self.key)[3], "sig": signature}
        statement = wrong.get("statement", statement)
        attestation = {"fmt": fmt, "attStmt": statement, "authData": data}
        return self._answer(
            wrong,
            clientDataJSON=b64url(client_data),
            attestationObject=b64url(wrong.get("attestation", cbor2.dumps(attestation))),
            transports=["internal"],
        )

    def get(self, options: dict[str, Any], **wrong: Any) -> dict[str, Any]:
        """`navigator.credentials.get(options).toJSON()`."""
        client_data = self._client_data("webauthn.get", options["challenge"], wrong)
        flags = wrong.get("flags", self.flags)
        data = self._data(options["rpId"], flags, wrong)
        signature = sign(wrong.get("key", self.key), data + sha256(client_data).digest())
        handle = wrong.get("handle", self.handle)
        return self._answer(
            wrong,
            clientDataJSON=b64url(client_data),
            authenticatorData=b64url(data),
            signature=b64url(wrong.get("signature", signature)),
            userHandle=None if handle is None else b64url(handle),
        )

    def _client_data(self, kind: str, challenge: str, wrong: dict[str, Any]) -> bytes:
        """CollectedClientData (section 5.8.1)."""
        said = {
            "type": wrong.get("type", kind),
            "challenge": wrong.get("challenge", challenge),
            "origin": wrong.get("origin", self.origin),
            "crossOrigin": wrong.get("cross_origin", False),
        }
        return json.dumps(said, separators=(",", ":")).encode()

    def _data(self, rp_id: str, flags: int, wrong: dict[str, Any]) -> bytes:
        """Authenticator data (section 6.1), without what a new credential adds."""
        if self.counter is not None:
            self.counter += 1
        count = int(wrong.get("count", self.counter or 0))
        relying_party = sha256(str(wrong.get("rp_id", rp_id)).encode()).digest()
        return relying_party + bytes([flags]) + count.to_bytes(4, "big")

    def _answer(self, wrong: dict[str, Any], **response: Any) -> dict[str, Any]:
        shown = wrong.get("credential_id", self.credential_id)
        return {
            "id": wrong.get("id", b64url(shown)),
            "rawId": b64url(shown),
            "type": wrong.get("credential_type", "public-key"),
            "response": response | wrong.get("response", {}),
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
        }
