"""`authsvc verifier` as a process of its own, beside an issuer that is a folder of documents."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from authsvc.cli.tour.servers import Server
from tests.journeys.world import ROOT, lasting_port

SECTOR = "127.0.0.1"


@dataclass(frozen=True)
class RunningVerifier:
    """A verifier, and whom it believes."""

    url: str
    public_url: str
    issuer: Any
    token_file: Path
    certificate_file: Path

    def post(self, path: str, body: object) -> Any:
        """What the platform's server is told."""
        token = self.token_file.read_text().strip()
        answer = httpx2.post(
            self.url + path,
            json=body,
            headers={"authorization": f"Bearer {token}"},
            trust_env=False,
        )
        assert answer.is_success, answer.text
        return answer.json()

    def outcome(self, presentation: str) -> Any:
        """What became of a request."""
        token = self.token_file.read_text().strip()
        return httpx2.get(
            f"{self.url}/presentations/{presentation}",
            headers={"authorization": f"Bearer {token}"},
            trust_env=False,
        ).json()


@contextmanager
def running_verifier(
    directory: Path, issuer: Any, *, name: str = "localhost"
) -> Iterator[RunningVerifier]:
    """The verifier, until the end of the block; wallets reach it by its own name.

    `issuer` is anything with a `url`.
    """
    port = lasting_port()
    keys = directory / "keys"
    server = Server(
        "verifier",
        [
            "authsvc",
            "verifier",
            f"--issuer={issuer.url}",
            f"--public-url=http://{name}:{port}",
            f"--port={port}",
            f"--directory={keys}",
            f"--sector={SECTOR}",
        ],
        url=f"http://127.0.0.1:{port}",
        ready="/healthz",
        log=directory / "verifier.log",
        root=ROOT,
        environment={},
    )
    try:
        server.start()
        yield RunningVerifier(
            f"http://127.0.0.1:{port}",
            f"http://{name}:{port}",
            issuer,
            keys / "door" / "token.key",
            keys / "signing" / "chain.crt",
        )
    finally:
        server.stop()
