"""An agent: a key that is theirs alone, and statements signed with it."""

import json
import os
import secrets
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True)
class Agent:
    """Somebody at the counter; `id` is what `authsvc agents add` printed."""

    id: str
    key: Ed25519PrivateKey

    @classmethod
    def read(cls, id_and_file: str) -> "Agent":
        """The agent in `ID:FILE`; ValueError, OSError."""
        agent_id, _, file = id_and_file.partition(":")
        key = serialization.load_pem_private_key(Path(file).read_bytes(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("an agent's key is an Ed25519 key")
        return cls(agent_id, key)

    def states(self, act: str, *, service: str, enrollment: str, **said: Any) -> str:
        """A statement: a JWT of the type `agent-statement+jwt`."""
        header = {"typ": "agent-statement+jwt", "alg": "EdDSA"}
        claims = {
            "iss": self.id,
            "aud": service,
            "iat": int(time.time()),  # noqa: TID251 - the one place that asks the machine
            "jti": secrets.token_urlsafe(16),
            "enrollment": enrollment,
            "act": act,
            **said,
        }
        signed = ".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
        return f"{signed}.{_base64url(self.key.sign(signed.encode()))}"


def new_key(file: Path) -> dict[str, str]:
    """Makes an agent's key in a file that only they can read; its public half as a JWK."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(pem)
    raw = key.public_key().public_bytes_raw()
    return {"kty": "OKP", "crv": "Ed25519", "x": _base64url(raw)}


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
