"""Rows 10, 13, 24 and 25 again, against real processes.

One worker on the embedded pair of stores, two workers on PostgreSQL and Redis.
"""

import asyncio
import time

import httpx2
import pytest

from authsvc.identifiers import new_token
from tests.hostile.running import KEY_CLIENT_ID, MACHINE, Running
from tests.oidc.jwt_makers import private_key, signed
from tests.oidc.strict import ASSERTION_TYPE, proof


@pytest.fixture
async def service(kept_running: Running) -> Running:
    """The running service on either pair of stores, with a person of the test's own."""
    return await kept_running.for_somebody_new()


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


async def test_row_24_of_thirty_equal_assertions_at_once_one_is_taken(service: Running) -> None:
    """One client assertion, thirty parallel token requests with proofs of their own: one 200."""
    machine = Machine(service)
    assertion = machine.assertion()
    answers = await asyncio.gather(*(machine.ask(assertion=assertion) for _ in range(30)))
    assert sorted(answers) == [200, *[401] * 29]
    assert await machine.ask(assertion=assertion) == 401
    assert await machine.ask() == 200


async def test_row_25_a_proof_is_refused_after_a_flood_of_others(service: Running) -> None:
    """One proof thirty times at once, then three hundred others, then the first again."""
    machine = Machine(service)
    first = machine.proof()
    answers = await asyncio.gather(*(machine.ask(proof=first) for _ in range(30)))
    assert sorted(answers) == [200, *[400] * 29]
    for _ in range(10):
        answers = await asyncio.gather(*(machine.ask() for _ in range(30)))
        assert set(answers) == {200}
    assert await machine.ask(proof=first) == 400


class Machine:
    """A strict client that asks for itself: an assertion and a proof with each request."""

    def __init__(self, service: Running) -> None:
        self.issuer = service.url
        self.key, self.dpop_key = private_key(name=KEY_CLIENT_ID), private_key(name="racing-dpop")
        self.nonce: str | None = None
        self.nonce = self._nonce()

    def assertion(self) -> str:
        """A fresh client assertion."""
        now = int(time.time())
        claims = {"iss": KEY_CLIENT_ID, "sub": KEY_CLIENT_ID, "aud": self.issuer}
        return signed(claims | {"iat": now, "exp": now + 120, "jti": new_token()}, self.key)

    def proof(self) -> str:
        """A fresh proof."""
        url = f"{self.issuer}/token"
        return proof("POST", url, key=self.dpop_key, now=time.time(), nonce=self.nonce)

    async def ask(self, *, assertion: str | None = None, proof: str | None = None) -> int:
        """The status of one token request."""
        async with httpx2.AsyncClient(timeout=60, trust_env=False) as client:
            answer = await client.post(
                f"{self.issuer}/token",
                data=self._form(assertion or self.assertion()),
                headers={"dpop": proof or self.proof()},
            )
        self.nonce = answer.headers.get("dpop-nonce", self.nonce)
        return answer.status_code

    def _nonce(self) -> str:
        answer = httpx2.post(
            f"{self.issuer}/token",
            data=self._form(self.assertion()),
            headers={"dpop": self.proof()},
            timeout=20,
            trust_env=False,
        )
        found: str = answer.headers["dpop-nonce"]
        return found

    @staticmethod
    def _form(assertion: str) -> dict[str, str]:
        return {
            "grant_type": MACHINE,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
        }
