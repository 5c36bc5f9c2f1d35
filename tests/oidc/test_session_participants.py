"""What a session was used for: known by another name at every platform, and told exactly once."""

import asyncio
from datetime import timedelta

import pytest

from authsvc.authentication.assurance import Factor
from authsvc.authentication.session import TOTAL
from authsvc.authentication.signed_in import SignedIn
from authsvc.oidc.logout.session_participants import MOST, SessionParticipants
from tests.clients.makers import client, metadata
from tests.oidc.jwt_makers import unverified
from tests.oidc.leaving_platforms import registered, silently_signed_in
from tests.oidc.makers import Browser, Platform, Request, request

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
# The first half minute belongs to whoever is entering.
SOON = timedelta(seconds=1)
LATER = timedelta(seconds=31)


def leaver(client_id="leaver", **members):
    uri = f"https://{client_id}.example/backchannel_logout"
    return client(client_id, **{"backchannel_logout_uri": uri} | members)


@pytest.fixture
def participants(storage, keyring):
    return SessionParticipants(storage.ephemeral, digests=keyring.digests)


@pytest.fixture
async def zhang(provider, now):
    subscriber = await provider.person("zhang-again")
    return SignedIn(subscriber.id, frozenset({Factor.PASSWORD}), now)


@pytest.fixture
def opened(provider, zhang, now):
    async def open_one():
        sessions = provider.house.sessions
        return await sessions.find(await sessions.open(zhang, now=now), now=now)

    return open_one


@pytest.fixture
async def session(opened):
    return await opened()


async def test_whoever_joins_is_told_once(participants, session, now):
    for each in (leaver("one"), leaver("two"), leaver("one")):
        assert await participants.join(session, each, now=now)
    assert sorted(await participants.leave(session)) == ["one", "two"]
    assert await participants.leave(session) == []


async def test_a_front_channel_is_a_reason_to_be_told(participants, session, now):
    uri = "https://leaver.example/frontchannel_logout"
    front = leaver(backchannel_logout_uri=None, frontchannel_logout_uri=uri)
    assert await participants.join(session, front, now=now)
    assert await participants.leave(session) == ["leaver"]


@ONE_STORE
async def test_whoever_does_not_care_is_not_noted(participants, session, now):
    assert await participants.join(session, client("careless"), now=now) is None
    assert await participants.leave(session) == []


async def test_tabs_at_once_lose_no_entry(participants, session, now):
    ids = [f"platform-{number}" for number in range(12)]
    await asyncio.gather(
        *(participants.join(session, leaver(each), now=now) for each in [*ids, *ids])
    )
    assert sorted(await participants.leave(session)) == sorted(ids)


async def test_two_sign_outs_at_once_tell_each_platform_once(participants, session, now):
    ids = [f"platform-{number}" for number in range(6)]
    for each in ids:
        await participants.join(session, leaver(each), now=now)
    left = await asyncio.gather(*(participants.leave(session) for _ in range(5)))
    assert sorted(each for some in left for each in some) == sorted(ids)


@ONE_STORE
async def test_the_record_is_bounded(participants, session, now):
    for number in range(MOST + 3):
        assert await participants.join(session, leaver(f"platform-{number}"), now=now)
    assert len(await participants.leave(session)) == MOST


@ONE_STORE
async def test_one_platform_cannot_fill_the_record(participants, session, now, clock):
    for _ in range(3 * MOST):
        await participants.join(session, leaver("greedy"), now=now)
        clock.advance(SOON)
    assert await participants.join(session, leaver("modest"), now=clock.now())
    assert sorted(await participants.leave(session)) == ["greedy", "modest"]


@ONE_STORE
async def test_who_was_stopped_while_entering_enters_later(
    participants, session, now, clock, monkeypatch
):
    async def stops(*_, **__):
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(participants, "_enter", stops)
        with pytest.raises(ConnectionError):
            await participants.join(session, leaver(), now=now)
    clock.advance(LATER)
    assert await participants.join(session, leaver(), now=clock.now())
    assert await participants.leave(session) == ["leaver"]


@ONE_STORE
async def test_the_record_passes_with_the_session(participants, session, clock):
    clock.advance(timedelta(hours=11))
    await participants.join(session, leaver(), now=clock.now())
    clock.advance(session.opened_at + TOTAL - clock.now() + SOON)
    assert await participants.leave(session) == []


@ONE_STORE
async def test_no_two_platforms_and_no_two_sessions_share_a_name(participants, opened):
    one, other = await opened(), await opened()
    names = {participants.sid(each, name) for each in (one, other) for name in ("a", "b")}
    assert len(names) == 4
    assert one.id not in "".join(names)
    assert participants.sid(one, "a") == participants.sid(one, "a")


@ONE_STORE
async def test_only_who_gave_an_address_is_told_a_name_for_the_session(provider, browser):
    leaving = await registered(
        provider, backchannel_logout_uri="https://leaver.example/backchannel_logout"
    )
    sid = unverified(await leaving.id_token(browser))["sid"]
    careless = await Platform(provider).tokens(browser)
    assert "sid" not in unverified(careless["id_token"])
    again = unverified(await leaving.id_token(browser))
    assert again["sid"] == sid
    elsewhere = Browser(provider)
    assert unverified(await leaving.id_token(elsewhere))["sid"] != sid


@ONE_STORE
async def test_a_refreshed_id_token_keeps_the_name(provider, browser, now):
    document = metadata(
        "leaver",
        grant_types=["authorization_code", "refresh_token"],
        backchannel_logout_uri="https://leaver.example/backchannel_logout",
    )
    leaving = await registered(provider, **{k: document[k] for k in list(document)[4:]})
    first = await leaving.tokens(browser, request("leaver"))
    second = (await leaving.refresh(first["refresh_token"])).json()
    assert unverified(second["id_token"])["sid"] == unverified(first["id_token"])["sid"]
    assert "sid" not in unverified(second["access_token"])


@ONE_STORE
async def test_a_fresh_sign_in_of_the_same_person_goes_on_with_the_session(provider, browser):
    leaving = await registered(
        provider, backchannel_logout_uri="https://leaver.example/backchannel_logout"
    )
    first = unverified(await leaving.id_token(browser))
    again: Request = request("leaver", prompt="login")
    second = unverified((await leaving.tokens(browser, again))["id_token"])
    assert second["sid"] == first["sid"]
    assert await silently_signed_in(browser)


async def test_a_step_up_goes_on_with_the_session(provider, participants, zhang, now):
    sessions = provider.house.sessions
    token = await sessions.open(zhang, now=now)
    before = await sessions.find(token, now=now)
    added = SignedIn(zhang.subscriber_id, frozenset({Factor.TOTP}), now)
    for _ in range(2):
        token = await sessions.step_up(token, added, now=now)
    after = await sessions.find(token, now=now)
    assert after.id != before.id
    assert participants.sid(after, "a") == participants.sid(before, "a")


async def test_somebody_else_never_goes_on_with_a_session(provider, participants, zhang, now):
    sessions = provider.house.sessions
    wang = SignedIn((await provider.person("wang")).id, zhang.factors, now)
    token = await sessions.open(zhang, now=now)
    before = await sessions.find(token, now=now)
    renewed, ended = await sessions.renew(token, wang, now=now)
    assert ended.id == before.id
    after = await sessions.find(renewed, now=now)
    assert participants.sid(after, "a") != participants.sid(before, "a")
    assert await sessions.find(token, now=now) is None
    _, ended = await sessions.renew(renewed, wang, now=now)
    assert ended is None
