"""Somebody who is measured: a running server, and people who have signed in to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.http import Connection, LoadFailed
from bench.process import Process
from bench.sign_in import sign_in
from bench.works import OpenIDServer, authorize, redeem

EMBEDDED, PRODUCTION = "SQLite + memory", "PostgreSQL + Redis"

CLIENT_ID, SECRET = "bench-client", "an-artificial-client-secret-long-enough"
REFRESHING = f"{CLIENT_ID}-refreshing"
PASSWORD = "an artificial password"  # noqa: S105  of people who do not exist


@dataclass
class Subject:
    """One server. `storage` is where it keeps things, `workers` how many processes serve.

    `people` are the names with which somebody can sign in; `connections` how many it is asked over.
    """

    name: str
    title: str
    storage: str
    workers: int
    process: Process
    server: OpenIDServer
    people: Sequence[str]
    connections: int
    signs_in: bool = True
    jwt_resource: str = ""
    pushes: bool = False
    refreshes: bool = True
    paths: dict[str, str] = field(default_factory=dict)
    """further addresses that a work asks for, by name"""
    cookies: dict[str, str] = field(default_factory=dict)
    applicants: list[Any] = field(default_factory=list)
    """people who will opt in, while we look"""

    def visit(self, person: str) -> str:
        """The cookies of somebody who has signed in and agreed, to both clients."""
        endpoint = self.server.metadata["authorization_endpoint"]
        cookies = sign_in(endpoint, CLIENT_ID, person, PASSWORD)
        if self.refreshes:
            cookies = sign_in(endpoint, REFRESHING, person, PASSWORD, cookies)
        return cookies

    def settle(self) -> None:
        """Everybody signs in and agrees."""
        if self.signs_in:
            self.cookies = {person: self.visit(person) for person in self.people}

    async def tokens(self, client_id: str = CLIENT_ID) -> list[dict[str, str]]:
        """Fresh tokens, one answer for each connection; whose session is over signs in again."""
        connection = await Connection.open(self.server.port)
        found = []
        for number in range(self.connections):
            person = self.people[number % len(self.people)]
            try:
                code = await authorize(
                    self.server, connection, self.cookies[person], client_id=client_id
                )
            except LoadFailed:
                self.cookies[person] = self.visit(person)
                code = await authorize(
                    self.server, connection, self.cookies[person], client_id=client_id
                )
            found.append(await redeem(self.server, connection, code, client_id))
        connection.close()
        return found

    def each_connection(self) -> list[str]:
        """The cookies with which each connection comes."""
        return [
            self.cookies[self.people[number % len(self.people)]]
            for number in range(self.connections)
        ]
