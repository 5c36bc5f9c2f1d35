"""Row 53: killed (SIGKILL) in the middle, and started again. What was acknowledged is there, whole.

A real process follows the register's feed and is killed again and again, wherever it happens to be.
In the end each entry has counted exactly once, on both databases.
"""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from authsvc.app import open_house
from authsvc.certificates.authority import CertificateAuthority
from authsvc.cli.sandbox import sandbox_environment
from authsvc.cli.sandbox_people import TestPerson, enroll_people, open_authority
from authsvc.keyring import KeyRing
from authsvc.settings import load_settings
from tests.makers import AdjustableClock, Storage
from tests.whole import hashing

ROOT = Path(__file__).parents[2]
PEOPLE = [TestPerson(username=f"artificial-{n}", password=f"artificial word {n}") for n in range(2)]
ROUNDS = 25
KILLS = 5


async def test_a_follower_of_the_feed_that_is_killed_again_and_again_loses_and_repeats_nothing(
    storage: Storage, keyring: KeyRing, clock: AdjustableClock, tmp_path: Path
) -> None:
    environment = {
        **sandbox_environment("http://127.0.0.1:9000", tmp_path),
        "AUTHSVC_DATABASE_URL": storage.database_url,
    }
    settings = load_settings(None, environment)
    CertificateAuthority.create(keyring, base_url=settings.issuer, now=clock.now())
    authority = open_authority(settings, keyring, clock)
    with hashing():
        house = open_house(settings, clock)
    await enroll_people(house, authority, PEOPLE)
    cards = [card for _, card in authority.people() if card is not None]
    for _ in range(ROUNDS):
        for card in cards:
            authority.report_lost(card.document_number)
            authority.lives.find(card.document_number)
    authority.lives.die(cards[0].number)
    end = len(authority.changes_since(0))

    position = 0
    rng = random.Random(53)  # noqa: S311 - an order that can be repeated
    for _ in range(KILLS):
        acknowledged = killed_after(rng, environment)
        # Whatever it said was committed is; at most the entry of which it was killed is further on.
        position = await house.desk.changes.position()
        assert acknowledged <= position <= acknowledged + 1
    assert 0 < position < end
    last = follower(environment)
    last.communicate(timeout=120)
    assert last.returncode == 0
    assert await house.desk.changes.position() == end

    for card in cards:
        async with house.database.reading() as tx:
            digest = house.subscribers.person_digest(card.number)
            person = await house.subscribers.find_by_person(tx, digest)
            assert person is not None
            lines = Counter(entry.kind.value for entry in await house.activity.of(tx, person))
            certificates = await house.certificates.of_subscriber(tx, person.id)
        assert (lines["document_lost"], lines["document_found"]) == (ROUNDS, ROUNDS)
        is_dead = card is cards[0]
        assert lines["number_ended"] == int(is_dead)
        assert person.status.value == ("ended" if is_dead else "active")
        assert {each.standing.status.value for each in certificates} <= {
            "revoked" if is_dead else "good"
        }
    await house.close()


def follower(environment: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.hostile.feed_follower"],
        cwd=ROOT,
        env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def killed_after(rng: random.Random, environment: dict[str, str]) -> int:
    """Up to where a follower said that all was committed, when it was killed."""
    process = follower(environment)
    assert process.stdout is not None
    said = 0
    for _ in range(rng.randrange(2, 15)):
        said = int(process.stdout.readline())
    time.sleep(rng.random() / 100)
    process.kill()
    rest, _ = process.communicate(timeout=30)
    process.stdout.close()
    assert process.returncode < 0
    whole = [line for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    return int(whole[-1]) if whole else said
