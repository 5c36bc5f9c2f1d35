"""Ourselves: the service as an operator would serve it, with people who are enrolled."""

import asyncio
import os
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.ocsp import OCSPRequestBuilder
from sqlalchemy import select

from authsvc.app import House, open_house
from authsvc.certificates.store import certificate
from authsvc.cli.db import upgrade_database
from authsvc.cli.keys import create_keys
from authsvc.cli.sandbox import sandbox_environment
from authsvc.cli.sandbox_people import TestPerson, enroll_people, open_authority
from authsvc.settings import Settings, load_settings
from bench.enrolling import Applicant, make_applicants
from bench.installing import PYTHON, ROOT
from bench.process import Process
from bench.subject import CLIENT_ID, EMBEDDED, PASSWORD, PRODUCTION, REFRESHING, SECRET, Subject
from bench.works import REDIRECT_URI, OpenIDServer, read_metadata

CONNECTIONS = 64
_PEOPLE = 16


class Deployment:
    """One deployment in a directory of its own: its settings, and its process once started."""

    def __init__(self, directory: Path, port: int, stores: tuple[str, str] | None = None) -> None:
        directory.mkdir(parents=True)
        self.port = port
        self.stores = stores
        self.directory = directory
        self.environment: dict[str, str] = {
            **sandbox_environment(f"http://127.0.0.1:{port}", directory),
            "PYTHONPATH": str(ROOT),
        }
        if stores is not None:
            database, redis = stores
            self.environment |= {"AUTHSVC_DATABASE_URL": database, "AUTHSVC_REDIS_URL": redis}

    @property
    def settings(self) -> Settings:
        """As the process will read them."""
        return load_settings(None, {**_without_ours(os.environ), **self.environment})

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[House]:
        """The rooms, open in this process."""
        house = open_house(self.settings)
        try:
            yield house
        finally:
            await house.close()

    async def prepare(self, people: Sequence[str], *, applicants: int) -> list[Applicant]:
        """Keys, schema, the two clients, people who enroll as anybody would, and some to come."""
        settings = self.settings
        keyring = create_keys(settings)
        await upgrade_database(settings)
        authority = open_authority(settings, keyring)
        async with self.opened() as house:
            await house.clients.import_clients(_clients(), now=house.clock.now())
            entries = [TestPerson(username=name, password=PASSWORD) for name in people]
            with redirect_stdout(StringIO()):
                await enroll_people(house, authority, entries)
        return list(make_applicants(authority, applicants))

    async def addresses(self) -> dict[str, str]:
        """Where a platform looks somebody's certificate up: by OCSP, and in its status list."""
        async with self.opened() as house, house.database.reading() as tx:
            row = (await tx.execute(select(certificate.c.der, certificate.c.status_list))).first()
            assert row is not None
        issuer = house.certificates.authority.certificate
        asked = x509.load_der_x509_certificate(row.der)
        builder = OCSPRequestBuilder().add_certificate(asked, issuer, hashes.SHA256())
        der = builder.build().public_bytes(serialization.Encoding.DER)
        return {
            "ocsp": f"/ocsp/{quote(b64encode(der).decode(), safe='')}",
            "status list": f"/status-lists/{row.status_list}",
        }

    def serve(self, workers: int, processors: frozenset[int]) -> Process:
        """The service, running."""
        process = Process(
            [str(PYTHON), "-m", "authsvc", "serve"]
            + ["--port", str(self.port), "--workers", str(workers)],
            environment=self.environment,
            ready=f"http://127.0.0.1:{self.port}/readyz",
            log=self.directory / "service.log",
            processors=processors,
            directory=ROOT,
        )
        process.start()
        return process


def start(
    deployment: Deployment, *, workers: int, processors: frozenset[int], applicants: int
) -> Subject:
    """A deployment with people, prepared and serving."""
    people = [f"person-{number}" for number in range(_PEOPLE)]
    to_come = asyncio.run(deployment.prepare(people, applicants=applicants))
    subject = serving(deployment, workers=workers, processors=processors, people=people)
    subject.applicants = to_come
    subject.paths = asyncio.run(deployment.addresses())
    return subject


def serving(
    deployment: Deployment, *, workers: int, processors: frozenset[int], people: Sequence[str]
) -> Subject:
    """A deployment that was prepared, serving."""
    process = deployment.serve(workers, processors)
    storage = EMBEDDED if deployment.stores is None else PRODUCTION
    return Subject(
        name="authsvc",
        title=f"authsvc, {storage}, {workers} worker{'s' if workers > 1 else ''}",
        storage=storage,
        workers=workers,
        process=process,
        server=OpenIDServer(deployment.port, read_metadata(deployment.port), CLIENT_ID, SECRET),
        people=people,
        connections=CONNECTIONS,
        pushes=True,
    )


def _clients() -> list[dict[str, object]]:
    client: dict[str, object] = {
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "redirect_uris": [REDIRECT_URI],
        "grant_types": ["authorization_code", "client_credentials"],
        "id_token_signed_response_alg": "ES256",
        "scope": "openid",
    }
    refreshing = {
        **client,
        "client_id": REFRESHING,
        "grant_types": ["authorization_code", "refresh_token"],
    }
    return [client, refreshing]


def _without_ours(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if not name.startswith("AUTHSVC_")}
