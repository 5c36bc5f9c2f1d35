"""Row 39: a passkey's refusal does not say whether anybody has it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import event

from authsvc.authentication.errors import PasskeyRefused
from authsvc.keyring import KeyRing
from authsvc.subscribers import SubscriberStatus
from tests.authentication.authenticators import Authenticator
from tests.authentication.makers import House, house
from tests.authentication.passkey_makers import sign_in, with_passkey
from tests.makers import AdjustableClock, Storage


@pytest.fixture
async def door(storage: Storage, keyring: KeyRing, clock: AdjustableClock) -> AsyncIterator[House]:
    async with house(storage.database, storage.ephemeral, keyring, clock) as built:
        yield built


async def test_the_answer_is_the_same_to_the_letter(door: House):
    """A wrong signature by somebody's key and by a frozen person's, and a stranger's key."""
    known = await with_passkey(door, "known")
    frozen = await with_passkey(door, "frozen")
    session = await door.session_of("frozen")
    async with door.database.transaction() as tx:
        await door.subscribers.set_status(tx, session.subscriber_id, SubscriberStatus.FROZEN)
    answers = set()
    async with door.client() as client:
        for authenticator in (known, frozen, Authenticator()):
            offered = (await client.post("/authentication/passkey/challenges")).json()
            credential = authenticator.get(offered["options"], signature=b"x")
            body = {"challenge": offered["challenge"], "credential": credential}
            answer = await client.post("/authentication/passkey", json=body)
            answers.add((answer.status_code, answer.text, str(sorted(answer.headers.items()))))
    assert len(answers) == 1
    assert "authentication.passkey_refused" in answers.pop()[1]


async def test_a_stranger_costs_the_same_statements(door: House):
    """The database is asked the same questions for everybody."""
    known, asked = await with_passkey(door, "known"), []
    engines = [engine.sync_engine for engine in door.database.engines]
    for authenticator in (known, Authenticator()):
        statements: list[str] = []

        def note(*details: Any, statements: list[str] = statements) -> None:
            statements.append(details[2])

        for engine in engines:
            event.listen(engine, "before_cursor_execute", note)
        with pytest.raises(PasskeyRefused):
            await sign_in(door, authenticator, signature=b"x")
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
        asked.append([one for one in statements if one.startswith("SELECT")])
    assert len(asked[0]) == 2
    assert asked[0] == asked[1]


async def test_a_challenge_names_nobody(door: House):
    """Nobody says who they are to be given one, and it lists nobody's keys."""
    await with_passkey(door, "known")
    async with door.client() as client:
        offered = (await client.post("/authentication/passkey/challenges")).json()
    assert set(offered) == {"challenge", "options"}
    assert offered["options"]["allowCredentials"] == []
