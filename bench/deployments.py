"""Everybody who is measured, started beside each other: idle they cost nothing."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from bench import others, ours
from bench.machine import Processors
from bench.ours import Deployment
from bench.peers import PEERS
from bench.stores import Stores
from bench.subject import Subject
from tests.services import free_port

Say = Callable[[str], None]


class Deployments:
    """Starts servers and stops each of them in the end."""

    def __init__(
        self, place: Path, processors: Processors, stores: Stores, until: ExitStack, say: Say
    ) -> None:
        self._place = place
        self._processors = processors
        self._stores = stores
        self._until = until
        self._say = say

    def new(self, name: str, *, production: bool) -> Deployment:
        """A deployment of ours, with nothing in it yet."""
        stores = asyncio.run(self._stores.fresh()) if production else None
        return Deployment(self._place / name, free_port(), stores)

    def ours(self, applicants: int) -> list[Subject]:
        """The service on the embedded pair, and on the production pair with one worker and two."""
        found = []
        for name, production, workers in (
            ("embedded", False, 1),
            ("production", True, 1),
            ("two-workers", True, 2),
        ):
            self._say(f"authsvc, {name}: enrolling people")
            deployment = self.new(name, production=production)
            one = workers == 1
            cores = self._processors.server if one else self._processors.two_workers
            subject = ours.start(
                deployment, workers=workers, processors=cores, applicants=applicants
            )
            self._until.callback(subject.process.stop)
            found.append(subject)
        return found

    def peers(self, wanted: Sequence[str]) -> list[Subject]:
        """Each peer that is wanted and can run here; why another cannot is said."""
        found = []
        for peer in PEERS:
            if peer.name not in wanted:
                continue
            if (reason := peer.why_not()) is not None:
                self._say(f"{peer.name} is left out: {reason}")
                continue
            self._say(f"{peer.name}: {peer.title}")
            subject = others.start(
                peer, self._place / peer.name, free_port(), self._processors.server
            )
            self._until.callback(subject.process.stop)
            found.append(subject)
        return found
