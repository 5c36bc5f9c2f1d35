"""A client's own web server, on loopback and over TLS."""

import asyncio
import json
from contextlib import AbstractAsyncContextManager

from tests.web.strangers import NAME, Stranger, TestAuthority, answer, says, stranger


class Host:
    """`body` is what lies there, wherever one looks."""

    def __init__(self, authority: TestAuthority, content_type: str = "application/json") -> None:
        self.body = b""
        self._head = f"Content-Type: {content_type}"
        self._authority = authority

    def open(self) -> AbstractAsyncContextManager[Stranger]:
        """Serves until the block ends."""
        return stranger(self._answer, tls=self._authority.context(NAME))

    async def _answer(self, writer: asyncio.StreamWriter) -> None:
        await says(answer(self.body, self._head))(writer)

    def publish(self, document: object) -> None:
        """Lays a JSON document there."""
        self.body = json.dumps(document).encode()
