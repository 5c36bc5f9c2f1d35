"""Rows 11, 12, 14, 15, 16 and 41 again, where every request may meet another worker.

One worker on the embedded pair of stores, two on PostgreSQL and Redis: what one of them remembers
must not outlive what another was told.
"""

from typing import Any

import pytest

from authsvc.subscribers.subscriber import SubscriberStatus
from tests.hostile.running import OTHER_ID, Running

# Each on a connection of its own: that all meet one of two workers happens once in 2000 times, and
# then the test shows less and fails no less.
TIMES = 12
INACTIVE = {"active": False}


@pytest.fixture
async def service(kept_running: Running) -> Running:
    """The running service on either pair of stores, with a person of the test's own."""
    return await kept_running.for_somebody_new()


def known_everywhere(service: Running) -> dict[str, Any]:
    """Tokens that every worker has seen, and remembers what it may."""
    tokens: dict[str, Any] = service.post("/token", **service.code()).json()
    for _ in range(TIMES):
        assert service.userinfo(tokens["access_token"]) == 200
        assert service.post("/introspect", token=tokens["access_token"]).json()["active"]
    return tokens


async def freeze(service: Running) -> None:
    """Somebody else's process freezes the person."""
    async with service.house() as house, house.database.transaction() as tx:
        person = await house.credentials.owner_of(tx, service.person.username)
        assert person is not None
        await house.subscribers.set_status(tx, person, SubscriberStatus.FROZEN)


def is_dead_everywhere(service: Running, tokens: dict[str, Any]) -> bool:
    """Whether no worker takes any of these any more."""
    for _ in range(TIMES):
        assert service.userinfo(tokens["access_token"]) == 401
        assert service.post("/introspect", token=tokens["access_token"]).json() == INACTIVE
        assert service.post("/introspect", token=tokens["refresh_token"]).json() == INACTIVE
    return True


async def test_row_11_a_code_of_another_client_is_refused_and_not_consumed(
    service: Running,
) -> None:
    """Another client redeems the code at every worker; then its own redeems it."""
    form = service.code()
    for _ in range(TIMES):
        answer = service.post("/token", client_id=OTHER_ID, **form)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert service.post("/token", **form).status_code == 200


async def test_row_11_a_refresh_token_of_another_client_is_refused_and_not_consumed(
    service: Running,
) -> None:
    """As above, with a refresh token."""
    tokens = known_everywhere(service)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    for _ in range(TIMES):
        answer = service.post("/token", client_id=OTHER_ID, **form)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert service.post("/token", **form).status_code == 200


async def test_row_12_what_is_no_code_is_no_code_at_any_worker(service: Running) -> None:
    """Access tokens, refresh tokens and references of pushed requests, offered as codes."""
    tokens = known_everywhere(service)
    form = service.code()
    pushed = service.post(
        "/par",
        response_type="code",
        redirect_uri=form["redirect_uri"],
        scope="openid",
        code_challenge="a" * 43,
        code_challenge_method="S256",
    ).json()["request_uri"]
    others = (pushed, pushed.rpartition(":")[2], tokens["access_token"], tokens["refresh_token"])
    for other in others:
        for _ in range(4):
            answer = service.post("/token", **{**form, "code": other})
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert service.post("/token", **form).status_code == 200


async def test_row_14_only_the_immediate_predecessor_is_answered_again(service: Running) -> None:
    """The last but one gets the same answer at every worker; the one before kills the family."""
    first = known_everywhere(service)
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = service.post("/token", **form).json()
    for _ in range(4):
        assert service.post("/token", **form).json() == second
    third = service.post("/token", **{**form, "refresh_token": second["refresh_token"]}).json()
    assert service.post("/token", **form).json()["error"] == "invalid_grant"
    assert is_dead_everywhere(service, third)


@pytest.mark.parametrize("kept_urls", ["production"], indirect=True)
async def test_row_15_a_frozen_person_is_frozen_at_every_worker_at_once(
    service: Running,
) -> None:
    """Every worker has just told of the person; another process freezes them."""
    tokens = known_everywhere(service)
    await freeze(service)
    assert is_dead_everywhere(service, tokens)
    answer = service.post(
        "/token", grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    )
    assert answer.json()["error"] == "invalid_grant"


@pytest.mark.parametrize("kept_urls", ["production"], indirect=True)
async def test_row_16_a_code_of_a_person_who_was_frozen_meanwhile_is_worth_nothing(
    service: Running,
) -> None:
    """The code is there, every worker knows the person; then they are frozen."""
    known_everywhere(service)
    forms = [service.code() for _ in range(4)]
    await freeze(service)
    for form in forms:
        answer = service.post("/token", **form)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_row_41_a_stranger_learns_nothing_of_a_token_that_workers_remember(
    service: Running,
) -> None:
    """Another client asks every worker about a token that each has just described."""
    tokens = known_everywhere(service)
    for _ in range(TIMES):
        for each in ("access_token", "refresh_token"):
            told = service.post("/introspect", client_id=OTHER_ID, token=tokens[each])
            assert told.json() == INACTIVE


async def test_a_token_revoked_at_one_worker_is_dead_at_every_other(service: Running) -> None:
    """Every worker remembers what the token says; one of them is told to revoke it."""
    tokens = known_everywhere(service)
    assert service.post("/revoke", token=tokens["access_token"]).status_code == 200
    for _ in range(TIMES):
        assert service.userinfo(tokens["access_token"]) == 401
        assert service.post("/introspect", token=tokens["access_token"]).json() == INACTIVE
