"""Agents at counters, with keys, who state what they have seen."""

import json
import secrets
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from authsvc.clock import Clock
from authsvc.enrollment.in_person.agents import Agents
from authsvc.identifiers import b64url

STATION = "示例大厅 3 号窗口 · Example Hall 3"
NAME = "样例窗口员"


class Clerk:
    """An agent with a key; `hired` adds them."""

    def __init__(self, agents: Agents, clock: Clock, issuer: str) -> None:
        self._agents, self._clock, self._issuer = agents, clock, issuer
        self.key = Ed25519PrivateKey.generate()
        self.id = ""

    @property
    def jwk(self) -> dict[str, str]:
        """The public half."""
        raw = self.key.public_key().public_bytes_raw()
        return {"kty": "OKP", "crv": "Ed25519", "x": b64url(raw)}

    async def hired(self, station: str = STATION) -> "Clerk":
        """At a counter from now on."""
        agent = await self._agents.add(
            name=NAME, station=station, jwk=self.jwk, now=self._clock.now()
        )
        self.id = agent.id
        return self

    def states(
        self,
        said: str,
        enrollment: str,
        document_number: str,
        /,
        header: dict[str, str] | None = None,
        **other: Any,
    ) -> str:
        """A statement about an enrollment; `other` members take the place of good ones."""
        document = {"kind": "resident_identity_card", "document_number": document_number}
        claims = {
            "iss": self.id,
            "aud": self._issuer,
            "iat": self._clock.now().timestamp(),
            "jti": secrets.token_urlsafe(16),
            "enrollment": enrollment,
            "act": said,
            "document": document,
        } | other
        head = header or {"typ": "agent-statement+jwt", "alg": "EdDSA"}
        parts = ".".join(b64url(json.dumps(part).encode()) for part in (head, claims))
        return f"{parts}.{b64url(self.key.sign(parts.encode()))}"
