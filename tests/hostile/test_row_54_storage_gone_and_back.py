"""Row 54: PostgreSQL or Redis is gone and comes back. 503, never a wrong yes, and no restart.

And the document register, which is not ours: its absence stops an enrollment where it stands.
"""

import pytest

from authsvc.cli.tour.servers import Server
from authsvc.evidence.authority.authority import DocumentAuthority
from tests import services
from tests.journeys.world import ROOT
from tests.whole import SQUARE, Enrolling, Received, Resident, Service, open_service

only_production = pytest.mark.parametrize("storage_urls", ["production"], indirect=True)


@pytest.fixture
async def resident(service: Service) -> Resident:
    return await service.enrolled("样例甲")


async def ask_for_everything(service: Service, received: Received, resident: Resident):
    """The answers of every door that needs a store, by its name."""
    answers = {}
    tokens = received.tokens
    password = {"sign_in_name": resident.sign_in_name, "password": resident.password}
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    async with service.client() as client:
        answers["readyz"] = await client.get("/readyz")
        answers["crl"] = await client.get("/crl/authsvc.crl")
        answers["enrollments"] = await client.post("/enrollments")
        answers["password"] = await client.post("/authentication/password", json=password)
        answers["authorize"] = await client.get("/authorize", params=SQUARE.request)
    answers["userinfo"] = await service.userinfo(received)
    answers["token"] = await service.as_platform(received, "/token", refresh)
    for kind in ("access_token", "refresh_token"):
        form = {"token": tokens[kind]}
        answers[f"introspect {kind}"] = await service.as_platform(received, "/introspect", form)
    form = {"token": tokens["access_token"]}
    answers["revoke"] = await service.as_platform(received, "/revoke", form)
    return answers


# What one store alone can answer, and answers rightly.
ANSWERED_WITHOUT = {
    "postgresql": {"authorize", "revoke"},
    "redis": {"crl"},
}


@only_production
@pytest.mark.parametrize("gone", ["postgresql", "redis"])
async def test_a_store_is_gone_and_comes_back(
    service: Service,
    resident: Resident,
    gone: str,
    postgresql_server: services.Server,
    redis_server: services.Server,
):
    """Every door says 503 and when to come again; afterwards all is as it was."""
    async with service.client() as browser:
        received = await service.code_flow(browser, SQUARE, resident)
    server = postgresql_server if gone == "postgresql" else redis_server
    server.stop()
    try:
        answers = await ask_for_everything(service, received, resident)
        async with service.client() as client:
            alive = await client.get("/healthz")
            keys = await client.get("/jwks")
    finally:
        server.start()
    assert alive.status_code == keys.status_code == 200
    for door, answer in answers.items():
        if door in ANSWERED_WITHOUT[gone]:
            assert not answer.is_error, door
            continue
        assert answer.status_code == 503, (door, answer.status_code, answer.text)
        assert int(answer.headers["retry-after"]) > 0, door
    # Back again, in the same process. What Redis forgot is asked for anew, and nothing else.
    again = await service.code_flow_of_a_new_browser(SQUARE, resident)
    answers = await ask_for_everything(service, again, resident)
    assert {door: answer.is_error for door, answer in answers.items()} == dict.fromkeys(
        answers, False
    )


@only_production
async def test_a_revocation_that_could_not_be_noted_is_not_called_done(
    service: Service, resident: Resident, redis_server: services.Server
):
    """503 to the platform, which asks again; then the token is dead."""
    received = await service.code_flow_of_a_new_browser(SQUARE, resident)
    form = {"token": received.tokens["access_token"]}
    redis_server.stop()
    try:
        assert (await service.as_platform(received, "/revoke", form)).status_code == 503
    finally:
        redis_server.start()
    assert (await service.as_platform(received, "/revoke", form)).status_code == 200
    assert (await service.userinfo(received)).status_code == 401


async def test_an_enrollment_waits_for_a_register_that_is_away(
    storage_urls, keyring, clock, tmp_path
):
    """503 at the document and at completion, again and again; then it goes on where it was."""
    port = services.free_port()
    url = f"http://127.0.0.1:{port}"
    token = "a-token-for-the-register"
    # The authority has a clock of its own and works beside the service, in another process.
    directory = tmp_path / "data" / "register"
    register = Server(
        "register",
        ["authsvc", "register", "serve", f"--directory={directory}", f"--port={port}"],
        url=url,
        ready="/health",
        log=tmp_path / "register.log",
        root=ROOT,
        environment={"AUTHSVC_REGISTER__TOKEN": token},
    )
    settings = {"AUTHSVC_REGISTER__URL": url, "AUTHSVC_REGISTER__TOKEN": token}
    async with (
        open_service(storage_urls, keyring, clock, tmp_path, **settings) as service,
        service.client() as client,
    ):
        assert isinstance(service.authority, DocumentAuthority)
        enrolling = Enrolling(client, service.resident("样例甲"))
        await enrolling.begin()
        for _ in range(7):
            require_patience(await enrolling.document())
        register.start()
        try:
            await enrolling.all(until="certificate-request")
        finally:
            register.stop()
        for _ in range(2):
            require_patience(await enrolling.finish())
        register.start()
        try:
            assert (await enrolling.finish()).status_code == 200
        finally:
            register.stop()


def require_patience(answer) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.json()["code"] == "evidence.register_unavailable"
    assert int(answer.headers["retry-after"]) > 0
