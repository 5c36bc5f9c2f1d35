"""Row 39: a platform asks for people by name, to learn who is one (CIBA's unknown_user_id)."""

import pytest

from authsvc.storage.ephemeral.memory import MemoryBackend
from tests.oidc.backchannel_makers import Call, call, register_all
from tests.oidc.makers import Platform

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)

NAMES = ["zhang", "nobody", "\x00 no name", "x" * 300]


@pytest.fixture(autouse=True)
async def registered(provider):
    await register_all(provider)


@pytest.fixture
def bank(provider):
    return Platform(provider, "bank")


async def test_the_answer_for_nobody_is_that_for_somebody(bank):
    """A name that somebody has, one that nobody has, and two that cannot be names: all wait."""
    shapes = set()
    for name in NAMES[:2] + NAMES[3:]:
        response = await call(bank, login_hint=name)
        told = response.json()
        shapes.add(
            (response.status_code, tuple(told), len(told["auth_req_id"]), told["expires_in"])
        )
        assert await Call(bank, told["auth_req_id"]).refusal() == "authorization_pending"
    assert len(shapes) == 1


async def test_a_request_for_nobody_expires_like_any_other(bank, time_passes):
    """Nobody decides: authorization_pending, then expired_token, for a name and for no name."""
    asked = [await Call.begin(bank, login_hint=name) for name in NAMES[:2]]
    await time_passes(minutes=5)
    assert {await each.refusal() for each in asked} == {"expired_token"}


async def test_the_limits_for_nobody_are_those_for_somebody(bank):
    """Asked again and again without an answer: refused after as many requests."""
    for name in NAMES[:2]:
        answers = [await call(bank, login_hint=name) for _ in range(7)]
        assert [each.status_code for each in answers] == [200] * 5 + [429] * 2


async def test_the_work_for_nobody_is_that_for_somebody(bank, monkeypatch):
    """What is asked of the place for passing facts, in order: the same for both."""
    seen: list[str] = []
    for operation in ("put", "put_if_absent", "get", "increment", "forget", "take", "replace"):
        original = getattr(MemoryBackend, operation)

        async def noted(*arguments, _original=original, _name=operation, **options):
            seen.append(_name)
            return await _original(*arguments, **options)

        monkeypatch.setattr(MemoryBackend, operation, noted)
    await call(bank)
    seen.clear()
    work = []
    for name in NAMES[:2]:
        await call(bank, login_hint=f"{name}", scope="openid")
        work.append(tuple(seen))
        seen.clear()
    # The place that the warming-up call has taken makes no difference: all are looked at at once.
    assert work[0] == work[1]
