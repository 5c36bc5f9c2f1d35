"""Signing keys go through their stages by the clock, and all who share a directory agree."""

import multiprocessing
import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from authsvc.algorithms import ES256, RS256
from authsvc.keyring import KeyRing, KeyRingBroken, KeyStage, Stage, rotation
from authsvc.keyring.signing import ALGORITHMS
from authsvc.settings import KeyRules
from tests.makers import NOW

RULES = KeyRules(rotation_days=90, propagation_minutes=60, retention_hours=24)
AGE = timedelta(days=90)
SECOND = timedelta(seconds=1)

Opening = Callable[..., KeyRing]


@pytest.fixture
def opening(keyring: KeyRing) -> Opening:
    """Opens the test's key directory once more, as another worker does."""

    def opened(rules: KeyRules = RULES) -> KeyRing:
        return KeyRing.open(keyring.directory.root, rules=rules)

    return opened


@pytest.fixture
def ring(opening: Opening) -> KeyRing:
    return opening()


def stages(ring: KeyRing, now: datetime, alg: str = ES256) -> list[Stage]:
    return [key.stage for key in ring.signing.stages(now=now) if key.alg == alg]


def files(ring: KeyRing) -> set[str]:
    return set(ring.directory.names("oidc", ".pem"))


def test_a_key_is_next_then_current_then_previous_then_gone(ring: KeyRing) -> None:
    first = ring.signing.current(ES256, now=NOW)
    due = NOW + AGE
    (made,) = [key for key in rotation.rotate_if_due(ring, now=due) if key.alg == ES256]
    begins = due + RULES.propagation
    ends = begins + RULES.retention
    assert (made.stage, made.signs_from) == (Stage.NEXT, begins)

    for moment, both in (
        (due, [Stage.CURRENT, Stage.NEXT]),
        (begins - SECOND, [Stage.CURRENT, Stage.NEXT]),
        (begins, [Stage.PREVIOUS, Stage.CURRENT]),
        (ends - SECOND, [Stage.PREVIOUS, Stage.CURRENT]),
        (ends, [Stage.RETIRED, Stage.CURRENT]),
    ):
        assert stages(ring, moment) == both
        signing = first.kid if both[0] is Stage.CURRENT else made.kid
        assert ring.signing.current(ES256, now=moment).kid == signing
        published = {key.kid for key in ring.signing.published(now=moment)}
        assert made.kid in published
        assert (first.kid in published) == (both[0] is not Stage.RETIRED)
        assert (ring.signing.find(first.kid, now=moment) is first) == (first.kid in published)
        jwks = ring.signing.public_jwks(now=moment)
        assert {jwk["kid"] for jwk in jwks["keys"]} == published


def test_an_unknown_kid_is_nobodys(ring: KeyRing) -> None:
    assert ring.signing.find("unknown", now=NOW) is None


def test_a_key_says_until_when_it_is_of_use(ring: KeyRing) -> None:
    rotation.rotate(ring, ES256, now=NOW)
    first, second = (key for key in ring.signing.stages(now=NOW) if key.alg == ES256)
    begins = NOW + RULES.propagation
    assert (first.signs_from, first.signs_until) == (NOW, begins)
    assert first.published_until == begins + RULES.retention
    assert (second.signs_from, second.signs_until, second.published_until) == (begins, None, None)


def test_nothing_is_made_before_its_time_or_twice(ring: KeyRing) -> None:
    assert rotation.rotate_if_due(ring, now=NOW + AGE - SECOND) == []
    made = rotation.rotate_if_due(ring, now=NOW + AGE)
    assert [key.alg for key in made] == list(ALGORITHMS)
    assert rotation.rotate_if_due(ring, now=NOW + AGE) == []
    assert rotation.rotate_if_due(ring, now=NOW + AGE + RULES.propagation) == []
    assert len(files(ring)) == 2 * len(ALGORITHMS)


def test_without_a_schedule_the_service_never_writes(opening: Opening) -> None:
    ring = opening(KeyRules(rotation_days=0))
    rotation.replace_at_once(ring, ES256, revoke=False, now=NOW)
    before = files(ring)
    rotation.tend(ring, now=NOW + timedelta(days=5000))
    assert files(ring) == before
    assert Stage.RETIRED in stages(ring, NOW + timedelta(days=5000))


def test_a_turn_sees_what_others_did_and_destroys_what_has_retired(opening: Opening) -> None:
    ring, other = opening(), opening()
    made = rotation.rotate(other, ES256, now=NOW)
    assert ring.signing.find(made.kid, now=NOW) is None
    rotation.tend(ring, now=NOW)
    assert ring.signing.find(made.kid, now=NOW) is not None
    gone = NOW + RULES.propagation + RULES.retention
    rotation.tend(ring, now=gone - SECOND)
    assert "es256-1" in files(ring)
    rotation.tend(ring, now=gone)
    assert "es256-1" not in files(ring)
    other.signing.reload()
    assert stages(other, gone) == [Stage.CURRENT]


def test_two_rings_on_one_directory_agree_at_every_moment(opening: Opening) -> None:
    one, two = opening(), opening()
    rotation.rotate(one, ES256, now=NOW)
    rotation.rotate(two, RS256, now=NOW)
    one.signing.reload()
    for minutes in range(0, 30 * 60, 7):
        moment = NOW + timedelta(minutes=minutes)
        assert one.signing.stages(now=moment) == two.signing.stages(now=moment)


def test_asking_twice_for_the_next_key_gives_the_one_that_waits(opening: Opening) -> None:
    first = rotation.rotate(opening(), ES256, now=NOW)
    again = rotation.rotate(opening(), ES256, now=NOW + timedelta(minutes=5))
    assert again == first


def test_two_that_saw_the_same_need_end_with_one_key(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = opening(), opening()
    create = slow.directory.create_private_key

    def after_the_other(*words: object, **more: object) -> bool:
        rotation.rotate_if_due(quick, now=NOW + AGE)
        return create(*words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(slow.directory, "create_private_key", after_the_other)
    assert rotation.rotate_if_due(slow, now=NOW + AGE) == []
    assert len(files(slow)) == 2 * len(ALGORITHMS)
    assert slow.signing.stages(now=NOW) == quick.signing.stages(now=NOW)


def test_a_command_that_comes_second_gives_the_key_of_the_first(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = opening(), opening()
    create = slow.directory.create_private_key
    others: list[KeyStage] = []

    def after_the_other(*words: object, **more: object) -> bool:
        others.append(rotation.rotate(quick, ES256, now=NOW))
        return create(*words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(slow.directory, "create_private_key", after_the_other)
    assert [rotation.rotate(slow, ES256, now=NOW)] == others


def test_a_command_in_a_race_makes_its_own_key_at_once(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = opening(), opening()
    create = slow.directory.create_private_key

    def after_the_other(*words: object, **more: object) -> bool:
        rotation.rotate(quick, ES256, now=NOW)
        return create(*words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(slow.directory, "create_private_key", after_the_other)
    made = rotation.replace_at_once(slow, ES256, revoke=False, now=NOW)
    assert (made.number, made.stage) == (3, Stage.CURRENT)


def _rotate_in_a_process(root: Path, barrier: "multiprocessing.synchronize.Barrier") -> None:
    ring = KeyRing.open(root, rules=RULES)
    barrier.wait(30)
    rotation.rotate_if_due(ring, now=NOW + AGE)


def test_two_processes_that_rotate_at_once_make_one_key(ring: KeyRing) -> None:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    both = [
        context.Process(target=_rotate_in_a_process, args=(ring.directory.root, barrier))
        for _ in range(2)
    ]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
        assert process.exitcode == 0
    assert files(ring) == {f"{alg.lower()}-{n}" for alg in ALGORITHMS for n in (1, 2)}


def test_a_leaked_key_is_replaced_at_once(ring: KeyRing) -> None:
    leaked = ring.signing.current(ES256, now=NOW)
    made = rotation.replace_at_once(ring, ES256, revoke=False, now=NOW)
    assert ring.signing.current(ES256, now=NOW).kid == made.kid
    assert ring.signing.find(leaked.kid, now=NOW) is leaked
    assert stages(ring, NOW, RS256) == [Stage.CURRENT]


def test_revoking_leaves_nothing_of_the_others_not_even_the_waiting_one(opening: Opening) -> None:
    ring, worker = opening(), opening()
    waiting = rotation.rotate(ring, ES256, now=NOW)
    leaked = ring.signing.current(ES256, now=NOW)
    made = rotation.replace_at_once(ring, ES256, revoke=True, now=NOW)
    worker.signing.reload()
    for each in (ring, worker):
        assert [key.kid for key in each.signing.stages(now=NOW) if key.alg == ES256] == [made.kid]
        assert each.signing.find(leaked.kid, now=NOW) is None
        assert each.signing.find(waiting.kid, now=NOW) is None
    assert {"es256-1", "es256-2"}.isdisjoint(files(ring))
    assert "rs256-1" in files(ring)


def test_a_kid_never_changes(opening: Opening) -> None:
    ring = opening()
    made = rotation.rotate(ring, ES256, now=NOW)
    later = opening().signing
    for moment in (NOW, NOW + RULES.propagation, NOW + AGE):
        found = later.find(made.kid, now=moment)
        assert found is not None
        assert found.public_jwk["kid"] == made.kid


def test_a_new_key_is_for_the_service_alone(ring: KeyRing) -> None:
    rotation.rotate(ring, ES256, now=NOW)
    path = ring.directory.root / "oidc" / "es256-2.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    with pytest.raises(KeyRingBroken, match="read by others"):
        KeyRing.open(ring.directory.root)


def test_a_directory_that_breaks_while_the_service_runs_changes_nothing(ring: KeyRing) -> None:
    before = ring.signing.stages(now=NOW)
    (ring.directory.root / "oidc" / "es256-2.pem").write_text("not a key")
    with pytest.raises(KeyRingBroken):
        rotation.tend(ring, now=NOW)
    assert ring.signing.stages(now=NOW) == before
    (ring.directory.root / "oidc" / "es256-2.pem").unlink()
    for path in (ring.directory.root / "oidc").iterdir():
        path.unlink()
    with pytest.raises(KeyRingBroken, match="no signing key"):
        ring.signing.reload()
    assert ring.signing.stages(now=NOW) == before


def test_a_key_that_is_destroyed_while_it_is_read_is_not_missed(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, other = opening(), opening()
    made = rotation.rotate(other, ES256, now=NOW)
    read = worker.directory.dated_private_key

    def destroyed_first(purpose: str, name: str) -> object:
        other.directory.destroy_private_key(purpose, name)
        return read(purpose, name)

    monkeypatch.setattr(worker.directory, "dated_private_key", destroyed_first)
    worker.signing.reload()
    assert worker.signing.find(made.kid, now=NOW) is None
    assert stages(worker, NOW) == [Stage.CURRENT]


def test_a_key_that_is_destroyed_as_soon_as_it_is_made_is_not_told_as_made(
    ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = ring.directory.create_private_key

    def revoked_at_once(purpose: str, name: str, *words: object, **more: object) -> bool:
        made = create(purpose, name, *words, **more)  # type: ignore[arg-type]
        ring.directory.destroy_private_key(purpose, name)
        return made

    monkeypatch.setattr(ring.directory, "create_private_key", revoked_at_once)
    made: list[KeyStage] = rotation.rotate_if_due(ring, now=NOW + AGE)
    assert made == []
