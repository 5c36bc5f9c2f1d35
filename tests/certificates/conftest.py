"""An authority, a desk that issues in its name, and a server that answers for what it issued."""

from datetime import UTC, datetime

import pytest

from authsvc.certificates import CertificateAuthority, Certificates
from authsvc.certificates.credentials import CredentialStatusLists
from authsvc.keyring import KeyRing
from authsvc.storage import Database
from tests.certificates.credential_makers import Issuer
from tests.certificates.makers import Desk
from tests.makers import AdjustableClock

BASE_URL = "http://127.0.0.1:9"
# For readers who go by the clock of the machine, and by https.
URL = "https://id.example"


@pytest.fixture
def authority(keyring: KeyRing, now: datetime) -> CertificateAuthority:
    return CertificateAuthority.create(keyring, base_url=BASE_URL, now=now)


@pytest.fixture
def desk(authority: CertificateAuthority, database: Database, clock: AdjustableClock) -> Desk:
    return Desk.alone(authority, database, clock)


@pytest.fixture
def certificates(desk: Desk) -> Certificates:
    return desk.certificates


@pytest.fixture
def issuer(desk: Desk, database: Database) -> Issuer:
    lists = CredentialStatusLists(desk.certificates.credentials, database)
    return Issuer(desk.certificates, database, lists)


@pytest.fixture
def today() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def https_desk(
    keyring: KeyRing, database: Database, clock: AdjustableClock, today: datetime
) -> Desk:
    clock.set(today)
    authority = CertificateAuthority.create(keyring, base_url=URL, now=today)
    return Desk.alone(authority, database, clock)


@pytest.fixture
def https_issuer(https_desk: Desk, database: Database) -> Issuer:
    credentials = https_desk.certificates.credentials
    return Issuer(https_desk.certificates, database, CredentialStatusLists(credentials, database))
