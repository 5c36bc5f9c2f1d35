"""npm's openid-client, a certified relying party, against the sandbox."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from authsvc.cli.tour.browser import Browser
from authsvc.cli.tour.servers import Server
from tests.journeys.world import lasting_port

pytestmark = [pytest.mark.interop, pytest.mark.slow]

PORT = lasting_port()
SECRET = "a secret: of openid-client & more than 32 characters % long"
PEOPLE = [{"username": "openid-client", "password": "pw", "birth_date": "1990-01-01"}]


def registered(method: str, algorithm: str) -> dict[str, object]:
    """The registration of a client; RS256 is what OpenID Connect gives those who say nothing."""
    client: dict[str, object] = {
        "client_id": f"{method}-{algorithm}",
        "redirect_uris": [f"http://127.0.0.1:{PORT}/callback"],
        "post_logout_redirect_uris": [f"http://127.0.0.1:{PORT}/signed-out"],
        "token_endpoint_auth_method": method,
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": "openid age",
    }
    if method != "none":
        client["client_secret"] = SECRET
    if algorithm != "RS256":
        client["id_token_signed_response_alg"] = algorithm
    return client


KINDS = [
    ("client_secret_basic", "ES256"),
    ("client_secret_basic", "RS256"),
    ("client_secret_post", "ES256"),
    ("none", "ES256"),
]


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A sandbox with one person and a client of every kind."""
    directory = tmp_path_factory.mktemp("sandbox")
    clients, people = directory / "clients.json", directory / "people.json"
    clients.write_text(json.dumps([registered(*kind) for kind in KINDS]))
    people.write_text(json.dumps(PEOPLE))
    port = lasting_port()
    service = Server(
        "sandbox",
        ["authsvc", "sandbox", f"--port={port}", f"--clients={clients}", f"--people={people}"],
        url=f"http://127.0.0.1:{port}",
        ready="/.well-known/openid-configuration",
        log=directory / "sandbox.log",
        root=Path(__file__).parents[2],
        environment={},
    )
    try:
        service.start()
        yield service.url
    finally:
        service.stop()


@pytest.fixture
def browser() -> Iterator[Browser]:
    browser = Browser()
    yield browser
    browser.close()


@pytest.mark.parametrize("method,algorithm", KINDS)
def test_openid_client_gets_through_everything(issuer, node_directory, browser, method, algorithm):
    arguments = [issuer, f"{method}-{algorithm}", SECRET, method, algorithm, str(PORT)]
    with subprocess.Popen(
        ["node", "openid_client.mjs", *arguments],
        cwd=node_directory,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as node:
        assert node.stdout is not None
        assert node.stderr is not None
        try:
            address = node.stdout.readline().strip()
            page = browser.visit(address)
            page = browser.fill(page, "sign-in", username="openid-client", password="pw")
            browser.press(page, "approve")
            seen = json.loads(node.stdout.readline() or node.stderr.read())
            page = browser.visit(node.stdout.readline().strip())
            farewell = node.communicate(timeout=20)[0].strip()
        finally:
            node.kill()

    assert seen["claims"]["iss"] == issuer
    assert seen["userinfo"]["sub"] == seen["claims"]["sub"]
    assert seen["userinfo"]["age_over_18"] is True
    assert seen["rotated"] is True
    assert seen["refreshedSubject"] == seen["claims"]["sub"]
    assert seen["refreshAfterRevocation"] == "invalid_grant"
    if method != "none":
        assert (seen["activeBefore"], seen["activeAfter"]) == (True, False)
    assert farewell == "bye"
    assert page.html == "Done"
    # The session is over: whoever comes now is asked to sign in.
    assert browser.visit(address).has("username")
