"""A whole service in process, with one enrolled person, on both pairs of stores."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from authsvc.app import create_app, open_house
from authsvc.certificates.authority import CertificateAuthority
from authsvc.cli.sandbox import sandbox_environment
from authsvc.cli.sandbox_people import TestPerson, enroll_people, open_authority
from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.keyring import KeyRing
from authsvc.settings import Settings, load_settings
from tests.holder.apps import App, open_app
from tests.makers import AdjustableClock, Storage
from tests.whole import Resident, Service, hashing

PERSON = TestPerson(username="artificial", password="an artificial password")


@dataclass
class Whole:
    """The service, over HTTP and by its settings."""

    client: AsyncTestClient[Litestar]
    settings: Settings
    authority: DocumentAuthority
    clock: AdjustableClock

    async def sign_in(self) -> None:
        """Signs the person in by password; the cookie stays with the client."""
        body = {"sign_in_name": PERSON.username, "password": PERSON.password}
        answer = await self.client.post("/authentication/password", json=body)
        assert answer.status_code == 200, answer.text


CLIENT = {
    "client_id": "one",
    "client_secret": "an artificial client secret, long enough",
    "client_name": "Platform One",
    "redirect_uris": ["http://127.0.0.1:1/cb"],
    "grant_types": ["authorization_code", "refresh_token"],
}


@pytest.fixture
async def whole(
    storage: Storage, keyring: KeyRing, clock: AdjustableClock, tmp_path: Path
) -> AsyncIterator[Whole]:
    """The service with one enrolled person."""
    redis = storage.ephemeral_url if storage.ephemeral_url.startswith("redis") else ""
    settings = load_settings(
        None,
        {
            **sandbox_environment("http://127.0.0.1:9000", tmp_path),
            "AUTHSVC_DATABASE_URL": storage.database_url,
            "AUTHSVC_REDIS_URL": redis,
        },
    )
    CertificateAuthority.create(keyring, base_url=settings.issuer, now=clock.now())
    authority = open_authority(settings, keyring, clock)
    with hashing():
        house = open_house(settings, clock)
    await enroll_people(house, authority, [PERSON])
    await house.clients.import_clients([CLIENT], now=clock.now())
    await house.close()
    with hashing():
        app = create_app(settings, clock)
    async with AsyncTestClient(app, base_url=settings.issuer) as client:
        yield Whole(client, settings, authority, clock)


@pytest.fixture
async def resident(service: Service) -> Resident:
    """Somebody who has opted in, with a device."""
    return await service.enrolled("样例欧阳测试甲")


@pytest.fixture
async def app(service: Service, resident: Resident) -> AsyncIterator[App]:
    """An app in which they have just signed in by password."""
    async with open_app(service, resident) as opened:
        yield opened


def refused(answer: httpx2.Response, status: int, code: str, *, field: str | None = None) -> None:
    """The answer is this refusal."""
    assert answer.status_code == status, answer.text
    assert (answer.json()["code"], answer.json().get("field")) == (code, field)
