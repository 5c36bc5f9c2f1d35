"""What was signed is given again, and never where it is not true any more.

Each worker is a process with a memory of its own, on the stores that all of them share.
"""

from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, cast

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from litestar import Litestar
from sqlalchemy import event

from authsvc.certificates import Certificates, OCSPResponder, RevocationReason, Standings
from authsvc.certificates import ocsp_answers as answers
from authsvc.certificates.ocsp_answers import KEPT_FOR, LONGEST_QUESTION, KeptAnswers
from authsvc.certificates.ocsp_messages import _OCSPRequest, _TBSRequest
from authsvc.certificates.routes import routes
from authsvc.storage import StorageUnavailable
from tests.certificates.makers import Desk, parsed
from tests.certificates.test_ocsp import altered
from tests.certificates.test_routes import path
from tests.oidc.test_budget import Counter
from tests.round_trips import RoundTrips
from tests.storage.workers import lose_memory

HOLD = RevocationReason.CERTIFICATE_HOLD
GOOD, REVOKED, UNKNOWN = (
    ocsp.OCSPCertStatus.GOOD,
    ocsp.OCSPCertStatus.REVOKED,
    ocsp.OCSPCertStatus.UNKNOWN,
)
SECOND = timedelta(seconds=1)


class Worker:
    """A process that issues and answers."""

    def __init__(self, authority, storage, clock):
        self.clock = clock
        standings = Standings(storage.database, storage.ephemeral)
        self.certificates = Certificates(authority, standings)
        self.desk = Desk(self.certificates, storage.database)
        self.responder = OCSPResponder(authority, standings)

    async def der(self, request):
        return (await self.responder.answer(request, now=self.clock.now())).der

    async def says(self, request):
        return ocsp.load_der_ocsp_response(await self.der(request)).certificate_status


@pytest.fixture
async def workers(authority, storage, clock, time_passes):
    """Two of them, some time after the place for passing facts began to remember."""
    await storage.ephemeral.birth()
    await time_passes(minutes=3)
    workers = [Worker(authority, storage, clock) for _ in range(2)]
    for worker in workers:  # Each has seen that what the place remembers is of age.
        await worker.certificates.standings.of([1], now=clock.now())
    return workers


@pytest.fixture
def one(workers):
    return workers[0]


@pytest.fixture
async def issued(one, clock):
    return await one.desk.issue(now=clock.now())


@pytest.fixture
def ask(authority):
    """A question about certificates, as a light client asks it (RFC 5019)."""

    def build(certificate, *, nonce=None):
        builder = ocsp.OCSPRequestBuilder().add_certificate(
            parsed(certificate), authority.certificate, hashes.SHA256()
        )
        if nonce is not None:
            builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
        return builder.build().public_bytes(serialization.Encoding.DER)

    return build


@pytest.fixture
def counted(workers, storage):
    counter = Counter(RoundTrips(storage.ephemeral))
    for engine in storage.database.engines:
        event.listen(engine.sync_engine, "before_cursor_execute", counter.sees_statement)
    return counter


async def test_what_an_answer_costs(one, issued, ask, counted, clock):
    request = ask(issued)
    with counted(reads=1, round_trips=1):
        first = await one.der(request)
    # Whether anything changed.
    with counted(round_trips=1):
        assert await one.der(request) == first
    # Another question about the same certificate is signed; SQL is not asked.
    with counted(round_trips=1):
        assert await one.says(ask(issued, nonce=b"n" * 16)) is GOOD
    clock.advance(KEPT_FOR)
    with counted(reads=1, round_trips=1):
        assert await one.der(request) != first


async def test_what_changing_costs(one, issued, ask, counted, clock):
    now = clock.now()
    # The change and its count; and that it is announced.
    with counted(writes=2, round_trips=1):
        await one.desk.revoke(HOLD, now=now, serial=issued.serial)
    with counted(writes=2, round_trips=0):
        await one.desk.revoke(HOLD, now=now, serial=issued.serial)
    # While something changes SQL is asked each time; what was signed is given all the same.
    with counted(reads=1, round_trips=1):
        assert await one.says(ask(issued)) is REVOKED
    with counted(reads=1, round_trips=1):
        assert await one.says(ask(issued)) is REVOKED


async def test_what_no_question_and_an_unknown_serial_cost(one, issued, ask, counted):
    with counted(round_trips=0):
        await one.der(b"noise")
    stranger = ask(issued).replace(_octets(issued.serial), b"\x11" * len(_octets(issued.serial)))
    # It is not kept that there is none: asking again costs the same.
    for _ in range(2):
        with counted(reads=1, round_trips=1):
            assert await one.says(stranger) is UNKNOWN


async def test_several_certificates_cost_what_one_does(one, ask, counted, clock):
    issued = [await one.desk.issue(now=clock.now()) for _ in range(16)]
    request = _asking_for([ask(each) for each in issued])
    with counted(reads=1, round_trips=1):
        await one.der(request)
    with counted(round_trips=1):
        response = ocsp.load_der_ocsp_response(await one.der(request))
    assert [single.certificate_status for single in response.responses] == [GOOD] * 16


async def test_a_freeze_by_one_worker_is_told_by_every_other_at_once(workers, issued, ask, clock):
    one, other = workers
    request = ask(issued)
    assert [await each.says(request) for each in workers] == [GOOD, GOOD]
    await one.desk.revoke(HOLD, now=clock.now(), serial=issued.serial)
    assert [await each.says(request) for each in workers] == [REVOKED, REVOKED]
    await other.desk.release(serial=issued.serial)
    assert [await each.says(request) for each in workers] == [GOOD, GOOD]
    await one.desk.forget(issued.subscriber_id, now=clock.now())
    assert [await each.says(request) for each in workers] == [REVOKED, REVOKED]


async def test_so_is_one_after_all_have_settled(workers, issued, ask, clock, time_passes):
    """Frozen, and released long after: each worker has kept that it is frozen."""
    one, other = workers
    request = ask(issued)
    await one.desk.revoke(HOLD, now=clock.now(), serial=issued.serial)
    await time_passes(minutes=5)
    assert [await each.says(request) for each in workers] == [REVOKED, REVOKED]
    await other.desk.release(serial=issued.serial)
    assert [await each.says(request) for each in workers] == [GOOD, GOOD]


async def test_everything_of_a_person_changes_at_once(workers, ask, clock):
    one, other = workers
    first = await one.desk.issue(now=clock.now())
    second = await one.desk.issue(now=clock.now(), subscriber_id=first.subscriber_id)
    requests = [ask(first), ask(second), _asking_for([ask(first), ask(second)])]
    for request in requests:
        await other.der(request)
    await one.desk.revoke(HOLD, now=clock.now(), subscriber_id=first.subscriber_id)
    for request in requests:
        response = ocsp.load_der_ocsp_response(await other.der(request))
        assert {single.certificate_status for single in response.responses} == {REVOKED}


async def test_a_change_that_cannot_be_announced_is_not_made(
    workers, issued, ask, clock, monkeypatch
):
    one, other = workers
    assert await other.says(ask(issued)) is GOOD

    async def away(*_, **__):
        raise StorageUnavailable

    monkeypatch.setattr(one.certificates.standings._remembered, "changing", away)
    with pytest.raises(StorageUnavailable):
        await one.desk.revoke(HOLD, now=clock.now(), serial=issued.serial)
    assert (await one.desk.find(issued.serial)).standing.withdrawal is None


async def test_without_the_place_for_passing_facts_sql_answers(one, issued, ask, clock):
    request = ask(issued)
    assert await one.says(request) is GOOD
    await one.desk.revoke(HOLD, now=clock.now(), serial=issued.serial)

    async def away(_):
        raise StorageUnavailable

    one.certificates.standings._remembered.stamp = away
    assert await one.says(request) is REVOKED


async def test_a_place_that_lost_its_memory_revives_nothing(workers, issued, ask, storage, clock):
    """Kept as good, frozen elsewhere, and the mark of the freeze lost in a flush."""
    one, other = workers
    request = ask(issued)
    assert await other.says(request) is GOOD
    await one.desk.revoke(HOLD, now=clock.now(), serial=issued.serial)
    await lose_memory(storage.ephemeral._backend, storage.ephemeral_url)
    assert await other.says(request) is REVOKED


async def test_an_answer_is_kept_for_half_of_what_it_promises(one, issued, ask, clock):
    request = ask(issued)
    first = await one.der(request)
    clock.advance(KEPT_FOR - SECOND)
    again = await one.der(request)
    assert again == first
    read = ocsp.load_der_ocsp_response(again)
    assert read.next_update_utc - clock.now() >= KEPT_FOR
    clock.advance(SECOND)
    later = ocsp.load_der_ocsp_response(await one.der(request))
    assert later.this_update_utc == clock.now()


async def test_an_answer_from_the_future_is_not_given(one, issued, ask, clock):
    request = ask(issued)
    early = clock.now()
    clock.advance(SECOND)
    await one.der(request)
    read = ocsp.load_der_ocsp_response((await one.responder.answer(request, now=early)).der)
    assert read.this_update_utc == early


async def test_a_nonce_is_never_answered_by_what_was_signed_before(one, issued, ask):
    request = ask(issued, nonce=b"n" * 16)
    assert await one.der(request) != await one.der(request)


async def test_a_cache_keeps_an_answer_for_what_is_left_of_its_half(
    one, issued, ask, storage, clock
):
    doors = routes(certificates=one.certificates, database=storage.database, clock=clock)
    transport = httpx2.ASGITransport(cast("Any", Litestar(list(doors))))
    signed_at = clock.now()
    async with httpx2.AsyncClient(transport=transport, base_url="http://authsvc.test") as client:
        for age in (0, 12, 29):
            clock.advance(signed_at + age * SECOND - clock.now())
            headers = (await client.get(path(ask(issued)))).headers
            assert headers["cache-control"].startswith(f"max-age={30 - age}, public")
            assert parsedate_to_datetime(headers["last-modified"]) == signed_at
            assert parsedate_to_datetime(headers["expires"]) == signed_at + 30 * SECOND
        clock.advance(SECOND)
        headers = (await client.get(path(ask(issued)))).headers
        assert headers["cache-control"].startswith("max-age=30, ")


async def test_a_flood_of_questions_fills_no_memory(one, issued, ask):
    """The same certificate asked for in ever other words, and serials that do not exist."""
    one.responder._answers = KeptAnswers(most=8)
    request = ask(issued)
    for number in range(40):
        await one.der(_with_extension(request, bytes([number])))
        await one.der(request.replace(_octets(issued.serial)[-4:], bytes([7, 7, 7, number])))
        assert len(one.responder._answers) <= 8
    assert len(one.certificates.standings._remembered._kept) == 1
    assert await one.says(request) is GOOD


async def test_a_long_question_is_answered_and_not_kept(one, issued, ask):
    request = _with_extension(ask(issued), b"n" * LONGEST_QUESTION)
    assert await one.says(request) is GOOD
    assert len(one.responder._answers) == 0


async def test_what_is_over_goes_when_something_else_is_kept(one, issued, ask, clock):
    for number in range(5):
        await one.der(_with_extension(ask(issued), bytes([number])))
    clock.advance(KEPT_FOR)
    await one.der(ask(issued))
    assert len(one.responder._answers) == 1


def test_a_worker_keeps_a_few_megabytes_at_most():
    # A question, an answer that is as large as such a question can make it, and what Python adds.
    assert answers._MOST * (LONGEST_QUESTION + 2_000) < 12_000_000


def _octets(serial):
    return serial.to_bytes((serial.bit_length() + 7) // 8, "big")


def _with_extension(request, value):
    """The same question in other words: an extension that means nothing."""
    return altered(request, extensions=[(x509.ObjectIdentifier("1.2.3"), False, value)])


def _asking_for(requests):
    """One question about all of them."""
    singles = [
        single
        for request in requests
        for single in asn1.decode_der(_OCSPRequest, request).tbs_request.requests
    ]
    tbs = _TBSRequest(version=0, requestor_name=None, requests=singles, extensions=None)
    return asn1.encode_der(_OCSPRequest(tbs_request=tbs, signature=None))
