"""Where certificates stand in status lists, and what the lists say of them."""

import asyncio
import itertools
from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat import asn1
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import text

from authsvc.certificates import RevocationReason, certificates, status_entry
from authsvc.certificates.errors import StatusListUnknown
from authsvc.certificates.status_entry import REFERENCE, StatusEntry, _Reference, draw
from authsvc.certificates.status_list import StatusList, TokenStatus
from authsvc.certificates.status_lists import StatusLists
from tests.certificates.conftest import BASE_URL
from tests.certificates.makers import parsed, request_pem

HOLD = RevocationReason.CERTIFICATE_HOLD
FINAL = [reason for reason in RevocationReason if reason is not HOLD]
VALID, INVALID, SUSPENDED = TokenStatus
HALF = timedelta(seconds=30)


class Verifier:
    """Somebody with the published keys, who looks up what a certificate says of itself."""

    def __init__(self, lists, keyring):
        self.lists = lists
        self.keyring = keyring

    def read(self, token, *, now):
        keys = KeySet.import_key_set(self.keyring.signing.public_jwks(now=now))
        return jwt.decode(token.decode(), keys, algorithms=["ES256"])

    async def status(self, certificate, *, now):
        extension = parsed(certificate).extensions.get_extension_for_oid(REFERENCE)
        assert isinstance(extension.value, x509.UnrecognizedExtension)
        reference = asn1.decode_der(_Reference, extension.value.value)
        where, _, number = reference.uri.as_str().rpartition("/")
        assert where == f"{BASE_URL}/status-lists"
        read = self.read((await self.lists.current(int(number), now=now)).token, now=now)
        assert read.header["typ"] == "statuslist+jwt"
        assert read.claims["sub"] == reference.uri.as_str()
        told = read.claims["status_list"]
        return StatusList.read(told["lst"], bits=told["bits"])[reference.idx]


@pytest.fixture
def lists(authority, database):
    return StatusLists(authority, database)


@pytest.fixture
def verifier(lists, keyring):
    return Verifier(lists, keyring)


@pytest.fixture
def small(monkeypatch):
    """Lists with room for eight."""
    monkeypatch.setattr(status_entry, "SIZE", 8)


async def test_before_anything_is_issued_there_is_no_list(lists, now):
    with pytest.raises(StatusListUnknown):
        await lists.current(0, now=now)


async def test_a_list_that_was_not_begun_is_unknown_until_it_is(lists, desk, now):
    await desk.issue(now=now)
    await lists.current(0, now=now)
    with pytest.raises(StatusListUnknown):
        await lists.current(1, now=now)


async def test_a_status_follows_the_life_of_the_certificate(verifier, desk, now):
    other, issued = await desk.issue(now=now), await desk.issue(now=now)
    seen = []
    for turn, act in enumerate(
        [
            None,
            desk.revoke(HOLD, now=now, serial=issued.serial),
            desk.release(serial=issued.serial),
            desk.revoke(HOLD, now=now, serial=issued.serial),
            desk.revoke(RevocationReason.SUPERSEDED, now=now, serial=issued.serial),
        ]
    ):
        if act is not None:
            await act
        seen.append(await verifier.status(issued, now=now + turn * HALF))
    assert seen == [VALID, SUSPENDED, VALID, SUSPENDED, INVALID]
    assert await verifier.status(other, now=now + 9 * HALF) == VALID


@pytest.mark.parametrize("reason", FINAL)
async def test_whatever_is_revoked_is_invalid(verifier, desk, now, reason):
    issued = await desk.issue(now=now)
    await desk.revoke(reason, now=now, serial=issued.serial)
    assert await verifier.status(issued, now=now) == INVALID


async def test_a_forgotten_certificate_stays_invalid(verifier, desk, now):
    issued = await desk.issue(now=now)
    await desk.forget(issued.subscriber_id, now=now)
    assert await verifier.status(issued, now=now) == INVALID
    assert await verifier.status(issued, now=issued.not_after + timedelta(days=9)) == INVALID
    assert (await desk.find(issued.serial)).entry == issued.entry


async def test_the_token_says_what_the_specification_asks(lists, verifier, desk, now):
    await desk.issue(now=now)
    token = (await lists.current(0, now=now)).token
    read = verifier.read(token, now=now)
    kid = verifier.keyring.signing.current("ES256", now=now).kid
    assert read.header == {"alg": "ES256", "kid": kid, "typ": "statuslist+jwt"}
    lst = read.claims["status_list"].pop("lst")
    assert read.claims == {
        "sub": f"{BASE_URL}/status-lists/0",
        "iat": int(now.timestamp()),
        "exp": int(now.timestamp()) + 600,
        "ttl": 30,
        "status_list": {"bits": 2},
    }
    assert len(StatusList.read(lst, bits=2)) == 1 << 20


async def test_a_list_is_given_for_half_a_minute_and_then_made_anew(lists, desk, now):
    issued = await desk.issue(now=now)
    first = await lists.current(0, now=now)
    await desk.revoke(HOLD, now=now, serial=issued.serial)
    assert await lists.current(0, now=now + HALF - timedelta(seconds=1)) == first
    later = await lists.current(0, now=now + HALF)
    assert later.signed_at == now + HALF
    assert (await lists.current(0, now=now)).signed_at == now


async def test_many_who_ask_at_once_share_one_list(lists, desk, now):
    await desk.issue(now=now)
    asked = await asyncio.gather(*(lists.current(0, now=now) for _ in range(20)))
    assert len({id(each) for each in asked}) == 1


async def test_a_few_lists_are_kept_and_no_more(authority, desk, database, now, small):
    while (await desk.issue(now=now)).entry.number < 3:
        pass
    lists = StatusLists(authority, database, most=2)
    for number in range(3):
        await lists.current(number, now=now)
    assert lists.kept.numbers == [1, 2]
    for number in range(100, 140):
        with pytest.raises(StatusListUnknown):
            await lists.current(number, now=now)
    assert lists.kept.numbers == [1, 2]


async def test_the_same_request_again_keeps_its_place(desk, now):
    person, request = uuid4(), request_pem()
    issued = [await desk.issue(now=now, subscriber_id=person, request=request) for _ in range(2)]
    assert issued[0].entry == issued[1].entry


async def test_places_are_drawn_and_not_counted(desk, now):
    indices = [(await desk.issue(now=now)).entry.index for _ in range(20)]
    assert indices != sorted(indices)
    assert max(indices) > 10_000
    drawn = list(itertools.chain.from_iterable(draw() for _ in range(200)))
    assert 0 <= min(drawn) < 1 << 16 < (1 << 20) - (1 << 16) < max(drawn) < 1 << 20


async def test_no_two_certificates_share_a_place_however_many_are_issued_at_once(desk, now, small):
    issued = []
    for _ in range(5):
        issued += await asyncio.gather(*(desk.issue(now=now) for _ in range(8)))
    places = {(each.entry.number, each.entry.index) for each in issued}
    assert len(places) == 40
    assert {index for _, index in places} <= set(range(8))
    assert {number for number, _ in places} == set(range(max(n for n, _ in places) + 1))


async def test_who_loses_a_race_for_a_place_draws_again(desk, now, monkeypatch):
    """All draw the same, and none sees the others before it writes."""
    monkeypatch.setattr(certificates, "draw", lambda: [3, 5])
    issued = await asyncio.gather(*(desk.issue(now=now) for _ in range(5)))
    assert sorted((each.entry.number, each.entry.index) for each in issued) == [
        (0, 3),
        (0, 5),
        (1, 3),
        (1, 5),
        (2, 3),
    ]


async def test_a_list_that_is_half_full_is_left(desk, now, small):
    numbers = [(await desk.issue(now=now)).entry.number for _ in range(40)]
    assert numbers == sorted(numbers)
    assert numbers[-1] > 3


async def test_what_is_older_than_the_lists_has_no_status_there(desk, lists, now):
    issued = await desk.issue(now=now)
    async with desk.database.transaction() as tx:
        await tx.execute(text("UPDATE certificate SET status_list = NULL, status_index = NULL"))
    old = await desk.find(issued.serial)
    assert old.entry is None
    assert desk.certificates.status_reference(old) is None
    await desk.revoke(HOLD, now=now, serial=issued.serial)
    with pytest.raises(StatusListUnknown):
        await lists.current(0, now=now)


def test_a_place_is_told_by_its_lists_address(authority):
    told = authority.locations.status_of(StatusEntry(7, 9))
    assert (told.uri, told.idx) == (f"{BASE_URL}/status-lists/7", 9)
