"""Other people's clients, run beside one running service."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from authsvc.cli.tour.servers import Server
from authsvc.clients.certificate import CLIENT_ANCHORS
from authsvc.clients.wallet_providers import WALLET_ANCHORS
from authsvc.keyring.directory import KeyDirectory
from tests.interop.certificates import Certified, new_authority
from tests.interop.node import run_flow
from tests.interop.packages import installed_packages
from tests.interop.people import PEOPLE, Person
from tests.interop.platforms import MAKER, Platform, all_platforms
from tests.interop.receiver import Receiver, receiving
from tests.journeys.world import lasting_port
from tests.oidc.jwt_makers import jwks_of

INTEROP = Path(__file__).parent
ROOT = INTEROP.parents[1]
REGISTRATION_TOKEN = "an artificial initial access token, long enough"

Flow = Callable[..., Any]


@pytest.fixture(scope="session")
def node_directory() -> Path:
    """The folder whose scripts Node runs, its packages installed; skips loudly without Node."""
    return installed_packages()


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    """The server of all platforms."""
    with receiving(lasting_port()) as found:
        yield found


@pytest.fixture(scope="session")
def authority() -> Certified:
    """Who certifies platforms."""
    return new_authority("an artificial authority")


@pytest.fixture(scope="session")
def platforms(receiver: Receiver, authority: Certified) -> dict[str, Platform]:
    """Everybody who is registered, by name."""
    found = all_platforms(receiver.url, authority)
    jwks = json.dumps(jwks_of(*found["assertion-jwks-uri"].keys))
    receiver.offers("/jwks", "application/jwk-set+json", jwks)
    return found


@pytest.fixture(scope="session")
def issuer(
    tmp_path_factory: pytest.TempPathFactory,
    platforms: dict[str, Platform],
    authority: Certified,
) -> Iterator[str]:
    """The service, a process of its own. Loopback is its proxy, which ends TLS for it."""
    directory = tmp_path_factory.mktemp("interop")
    clients, people = directory / "clients.json", directory / "people.json"
    clients.write_text(json.dumps([each.metadata for each in platforms.values()]))
    people.write_text(json.dumps(PEOPLE))
    anchors = KeyDirectory(directory / "keys")
    anchors.save_certificate(CLIENT_ANCHORS, "interop", authority.certificate)
    anchors.save_certificate(WALLET_ANCHORS, "interop", MAKER.certificate)
    port = lasting_port()
    command = [
        "authsvc",
        "sandbox",
        f"--port={port}",
        f"--clients={clients}",
        f"--people={people}",
        f"--directory={directory}",
        f"--registration-token={REGISTRATION_TOKEN}",
    ]
    service = Server(
        "sandbox",
        command,
        url=f"http://127.0.0.1:{port}",
        ready="/.well-known/openid-configuration",
        log=directory / "sandbox.log",
        root=ROOT,
        environment={"AUTHSVC_TRUSTED_PROXIES": "127.0.0.1/32"},
    )
    try:
        service.start()
        yield service.url
    finally:
        service.stop()


@pytest.fixture
def person(issuer: str) -> Iterator[Person]:
    """The person, at a browser that has been nowhere yet."""
    person = Person(issuer)
    yield person
    person.close()


@pytest.fixture
def flow(
    node_directory: Path,
    issuer: str,
    platforms: dict[str, Platform],
    receiver: Receiver,
    person: Person,
) -> Flow:
    """Runs a flow of a platform (`script`, `flow`, its name) and returns what it saw."""

    def run(script: str, name: str, client_id: str, **facts: Any) -> Any:
        others = {each: known.as_it_knows_itself() for each, known in platforms.items()}
        about = {"issuer": issuer, "platform": others[client_id], "platforms": others, **facts}
        acts: dict[str, Callable[..., Any]] = {
            "visits": person.visits,
            "is_asked_to_sign_in": person.is_asked_to_sign_in,
            "denies": person.denies,
            "enters_code": person.enters_code,
            "approves": person.approves,
            "receives": receiver.receives,
            "offers": receiver.offers,
        }
        return run_flow(node_directory, script, name, about, acts)

    return run
