"""Password hashing in a bounded pool."""

import asyncio
import threading

import argon2
import pytest

from authsvc.authentication.errors import HashingBusy, SignInRefused
from authsvc.authentication.password import (
    OWASP,
    SEATS_PER_THREAD,
    Argon2Parameters,
    PasswordHasher,
)
from tests.authentication.makers import CHEAP


@pytest.fixture
def hasher():
    hasher = PasswordHasher(threads=1, parameters=CHEAP)
    yield hasher
    hasher.close()


async def test_the_parameters_are_those_that_owasp_asks_for():
    hasher = PasswordHasher(threads=1)
    with hasher.seat() as seat:
        phc = await seat.hash("an artificial password")
    hasher.close()
    assert Argon2Parameters(memory_kib=19456, iterations=2, lanes=1) == OWASP
    assert phc.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_the_right_password_passes_and_another_does_not(hasher):
    with hasher.seat() as seat:
        phc = await seat.hash("an artificial password")
        await seat.verify(phc, "an artificial password")
        with pytest.raises(SignInRefused) as refusal:
            await seat.verify(phc, "an artificial passwort")
    assert refusal.value.__cause__ is None


async def test_one_password_gives_two_hashes(hasher):
    with hasher.seat() as seat:
        assert await seat.hash("same") != await seat.hash("same")


async def test_two_spellings_of_one_password_are_one_password(hasher):
    with hasher.seat() as seat:
        await seat.verify(await seat.hash("cafe\u0301 cafe\u0301"), "caf\u00e9 caf\u00e9")


@pytest.mark.parametrize("character", ["x", "e\u0301", "\u03b1\u0314\u0300\u0345"])
async def test_the_longest_password_is_not_cut(hasher, character):
    with hasher.seat() as seat:
        phc = await seat.hash(character * 256)
        await seat.verify(phc, character * 256)
        for other in (character * 255, character * 257, character * 100_000):
            with pytest.raises(SignInRefused):
                await seat.verify(phc, other)


async def test_half_a_character_is_a_wrong_password_and_no_fault(hasher):
    with hasher.seat() as seat:
        phc = await seat.hash("an artificial password")
        with pytest.raises(SignInRefused):
            await seat.verify(phc, "\ud800")


async def test_nobody_is_refused_whatever_the_password(hasher):
    with hasher.seat() as seat, pytest.raises(SignInRefused):
        await seat.refuse("an artificial password")


async def test_nobodys_hash_would_be_refused_even_if_it_were_guessed(hasher):
    hasher._nobodys = argon2.PasswordHasher(1, 64, 1).hash("guessed")
    with hasher.seat() as seat, pytest.raises(SignInRefused):
        await seat.refuse("guessed")


async def test_a_hash_of_other_parameters_is_outdated(hasher):
    with hasher.seat() as seat:
        assert not seat.is_outdated(await seat.hash("x"))
        assert seat.is_outdated(argon2.PasswordHasher(2, 64, 1).hash("x"))


async def test_whoever_finds_no_seat_is_told_at_once_when_to_come_back(hasher):
    seats = [hasher.seat() for _ in range(SEATS_PER_THREAD)]
    for seat in seats:
        seat.__enter__()
    with pytest.raises(HashingBusy) as refusal, hasher.seat():
        pass
    assert refusal.value.retry_after == 2
    for seat in seats:
        seat.__exit__(None, None, None)
    with hasher.seat():
        pass


async def test_a_seat_is_given_back_when_its_holder_fails(hasher):
    for _ in range(SEATS_PER_THREAD + 1):
        with pytest.raises(ValueError, match="gone"), hasher.seat():
            raise ValueError("gone")


async def test_no_more_hashes_run_at_once_than_there_are_threads():
    hasher = PasswordHasher(threads=2, parameters=CHEAP)
    running, most, lock = 0, 0, threading.Lock()

    class Counting(argon2.PasswordHasher):
        def hash(self, password, *, salt=None):
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            try:
                return super().hash(password, salt=salt)
            finally:
                with lock:
                    running -= 1

    hasher._argon2 = Counting(3, 4096, 1)

    async def one():
        with hasher.seat() as seat:
            await seat.hash("x")

    await asyncio.gather(*(one() for _ in range(30)))
    hasher.close()
    assert most == 2
