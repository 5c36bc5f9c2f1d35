"""Rows 10 and 13 again, against real processes.

One worker on the embedded pair of stores, two workers on PostgreSQL and Redis.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.hostile.running import Running, running


@pytest.fixture
async def service(storage_urls: tuple[str, str], tmp_path: Path) -> AsyncIterator[Running]:
    """The running service on either pair of stores."""
    async with running(*storage_urls, tmp_path) as found:
        yield found


async def test_row_10_of_fifty_redemptions_at_once_one_succeeds(service: Running) -> None:
    """One code, fifty parallel token requests: one 200; the reuse kills what was won."""
    form = service.code()
    answers = await service.at_once("/token", form, 50)
    won = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    lost = [answer for answer in answers if answer.status_code != 200]
    assert {(each.status_code, each.json()["error"]) for each in lost} == {(400, "invalid_grant")}
    assert service.userinfo(won[0]["access_token"]) == 401
    again = service.post(
        "/token", grant_type="refresh_token", refresh_token=won[0]["refresh_token"]
    )
    assert again.json()["error"] == "invalid_grant"


async def test_row_13_of_a_hundred_refreshes_at_once_at_most_one_lives(service: Running) -> None:
    """One refresh token, a hundred parallel uses: one answer for all; an older one kills all."""
    tokens = service.post("/token", **service.code()).json()
    assert service.userinfo(tokens["access_token"]) == 200
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    answers = await service.at_once("/token", form, 100)
    won = [answer.json() for answer in answers if answer.status_code == 200]
    assert won
    assert all(each == won[0] for each in won)
    assert {answer.status_code for answer in answers} <= {200, 400}
    newest = {"grant_type": "refresh_token", "refresh_token": won[0]["refresh_token"]}
    last = service.post("/token", **newest).json()
    assert {answer.status_code for answer in await service.at_once("/token", form, 100)} == {400}
    for each in (tokens, won[0], last):
        told = service.post("/introspect", token=each["refresh_token"]).json()
        assert told == {"active": False}
        assert service.userinfo(each["access_token"]) == 401
