"""Keys that say nothing of their age, and clocks that are wrong."""

from datetime import datetime, timedelta

import pytest

from authsvc.algorithms import ES256
from authsvc.keyring import KeyRing, Stage, rotation
from authsvc.keyring.signing import ALGORITHMS
from authsvc.settings import KeyRules
from tests.makers import NOW

RULES = KeyRules()


@pytest.fixture
def ring(keyring: KeyRing) -> KeyRing:
    return KeyRing.open(keyring.directory.root, rules=RULES)


def stages(ring: KeyRing, now: datetime, alg: str = ES256) -> list[Stage]:
    return [key.stage for key in ring.signing.stages(now=now) if key.alg == alg]


def test_a_key_without_a_date_signs_since_ever_and_is_due(ring: KeyRing) -> None:
    path = ring.directory.root / "oidc" / "es256-1.pem"
    path.write_text("-----BEGIN" + path.read_text().partition("-----BEGIN")[2])
    old = KeyRing.open(ring.directory.root, rules=RULES)
    (before,) = (key for key in old.signing.stages(now=NOW) if key.alg == ES256)
    assert (before.stage, before.signs_from) == (Stage.CURRENT, None)
    assert [key.alg for key in rotation.rotate_if_due(old, now=NOW)] == [ES256]
    later = NOW + RULES.propagation
    assert stages(old, later) == [Stage.PREVIOUS, Stage.CURRENT]
    assert stages(old, later + RULES.retention) == [Stage.RETIRED, Stage.CURRENT]


def test_keys_without_dates_are_published_until_a_dated_one_has_followed_them(
    ring: KeyRing,
) -> None:
    for number in (1, 2):
        rotation.replace_at_once(ring, ES256, revoke=False, now=NOW)
        path = ring.directory.root / "oidc" / f"es256-{number}.pem"
        path.write_text("-----BEGIN" + path.read_text().partition("-----BEGIN")[2])
    (ring.directory.root / "oidc" / "es256-3.pem").unlink()
    old = KeyRing.open(ring.directory.root, rules=RULES)
    assert stages(old, NOW + timedelta(days=900)) == [Stage.PREVIOUS, Stage.CURRENT]
    first = old.signing.stages(now=NOW)[ALGORITHMS.index(ES256)]
    assert (first.signs_until, first.published_until) == (None, None)
    rotation.rotate(old, ES256, now=NOW)
    end = NOW + RULES.propagation + RULES.retention
    assert stages(old, end) == [Stage.RETIRED, Stage.RETIRED, Stage.CURRENT]


def test_a_slow_clock_does_not_leave_the_service_without_a_key(ring: KeyRing) -> None:
    long_ago = NOW - timedelta(days=365)
    for alg in ALGORITHMS:
        assert ring.signing.current(alg, now=long_ago).alg == alg
        assert stages(ring, long_ago, alg) == [Stage.CURRENT]
