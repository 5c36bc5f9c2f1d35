"""Everything the service ever says to this platform, written to a file when asked to.

It is how the tests, and anybody who doubts it, look for a name or an identity number.
"""

from collections.abc import Mapping
from pathlib import Path

import httpx2


class Recording:
    """A file of all that came in; without a path nothing is written."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    async def response(self, response: httpx2.Response) -> None:
        """Writes one answer down, byte for byte (a response hook of httpx2)."""
        body = await response.aread()
        if self._path is None:
            return
        status = f"{response.request.method} {response.request.url} {response.status_code}"
        headers = b"".join(name + b": " + value + b"\n" for name, value in response.headers.raw)
        self._write(status.encode() + b"\n" + headers + b"\n" + body)

    def redirect(self, query: Mapping[str, str]) -> None:
        """Writes down what came through the person's browser."""
        lines = "".join(f"{name}={value}\n" for name, value in query.items())
        self._write(b"REDIRECT\n" + lines.encode())

    def _write(self, block: bytes) -> None:
        if self._path is not None:
            with self._path.open("ab") as file:
                file.write(block + b"\n\n")
