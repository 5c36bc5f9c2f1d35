import asyncio
import contextlib
import itertools
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from authsvc.certificates import RevocationList, RevocationReason
from authsvc.storage import Database, StorageUnavailable
from tests.certificates.makers import openssl

HOLD = RevocationReason.CERTIFICATE_HOLD


@pytest.fixture
def revocation_list(authority):
    return RevocationList(authority)


@pytest.fixture
def current(revocation_list, desk, now):
    async def read(at=now):
        return x509.load_der_x509_crl(await revocation_list.current(desk.database, now=at))

    return read


def number(crl):
    return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


async def test_the_first_list_is_empty_and_signed_by_the_authority(current, authority, now):
    crl = await current()
    assert list(crl) == []
    assert crl.is_signature_valid(authority.certificate.public_key())
    assert crl.issuer == authority.certificate.subject
    assert crl.last_update_utc == now
    assert crl.next_update_utc == now + timedelta(minutes=10)
    assert number(crl) == 1
    assert crl.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)


async def test_what_does_not_hold_is_listed_with_reason_and_date(current, desk, now):
    issued = {reason: await desk.issue(now=now) for reason in RevocationReason}
    good = await desk.issue(now=now)
    for reason, certificate in issued.items():
        await desk.revoke(reason, now=now, serial=certificate.serial)
    crl = await current(now + timedelta(minutes=1))
    assert len(crl) == len(issued)
    for reason, certificate in issued.items():
        entry = crl.get_revoked_certificate_by_serial_number(certificate.serial)
        assert entry.revocation_date_utc == now
        said = entry.extensions.get_extension_for_class(x509.CRLReason).value
        assert said.reason is reason.flag
    assert crl.get_revoked_certificate_by_serial_number(good.serial) is None


async def test_a_released_hold_leaves_the_list_at_once(current, desk, now):
    issued = await desk.issue(now=now)
    await desk.revoke(HOLD, now=now, serial=issued.serial)
    held = await current()
    await desk.release(serial=issued.serial)
    assert (len(held), len(await current())) == (1, 0)


async def test_a_list_is_kept_for_half_a_minute_while_nothing_changes(current, now):
    first = await current()
    assert await current(now + timedelta(seconds=29)) == first
    later = await current(now + timedelta(seconds=30))
    assert number(later) == number(first) + 1


async def test_a_list_from_the_future_is_not_kept(current, now):
    first = await current(now)
    assert number(await current(now - timedelta(seconds=1))) > number(first)


async def test_a_change_by_another_worker_is_seen_at_once(current, desk, now):
    issued = await desk.issue(now=now)
    before = await current()
    await desk.revoke(HOLD, now=now, serial=issued.serial)
    after = await current()
    assert number(after) > number(before)
    assert len(after) == 1


async def test_numbers_grow_across_workers_and_never_repeat(authority, database_url, now):
    workers = [(RevocationList(authority), Database(database_url)) for _ in range(4)]
    numbers = []
    for minute in range(3):
        at = now + timedelta(minutes=minute)
        lists = await asyncio.gather(*(one.current(base, now=at) for one, base in workers))
        numbers.append([number(x509.load_der_x509_crl(der)) for der in lists])
    for _, base in workers:
        await base.close()
    assert len({each for turn in numbers for each in turn}) == 12
    assert max(numbers[0]) < min(numbers[1]) <= max(numbers[1]) < min(numbers[2])


async def test_a_higher_number_has_seen_what_a_lower_one_has(authority, desk, database_url, now):
    """Lists are signed while certificates are revoked: no entry ever vanishes again."""
    issued = [await desk.issue(now=now) for _ in range(12)]
    databases = [Database(database_url) for _ in range(3)]
    seen = {}

    async def sign(database):
        for _ in range(6):
            crl = x509.load_der_x509_crl(await RevocationList(authority).current(database, now=now))
            seen[number(crl)] = {entry.serial_number for entry in crl}

    async def revoke():
        for certificate in issued:
            await desk.revoke(HOLD, now=now, serial=certificate.serial)

    await asyncio.gather(revoke(), *map(sign, databases))
    for database in databases:
        await database.close()
    assert len(seen) == 18
    in_order = [seen[each] for each in sorted(seen)]
    assert all(earlier <= later for earlier, later in itertools.pairwise(in_order))


async def test_many_who_ask_at_once_share_one_signature(current):
    numbers = {number(crl) for crl in await asyncio.gather(*(current() for _ in range(20)))}
    assert numbers == {1}


async def test_a_list_that_was_not_committed_is_not_shown(revocation_list, desk, now, monkeypatch):
    kept = Database.transaction

    @contextlib.asynccontextmanager
    async def rolled_back(database):
        async with kept(database) as tx:
            yield tx
            raise StorageUnavailable

    monkeypatch.setattr(Database, "transaction", rolled_back)
    with pytest.raises(StorageUnavailable):
        await revocation_list.current(desk.database, now=now)
    monkeypatch.setattr(Database, "transaction", kept)
    der = await revocation_list.current(desk.database, now=now)
    assert number(x509.load_der_x509_crl(der)) == 1


async def test_an_entry_stays_a_day_beyond_the_certificates_end(current, desk, now):
    issued = await desk.issue(now=now)
    await desk.revoke(RevocationReason.SUPERSEDED, now=now, serial=issued.serial)
    assert len(await current(issued.not_after + timedelta(hours=23))) == 1
    assert len(await current(issued.not_after + timedelta(hours=25))) == 0


async def test_openssl_verifies_against_the_list(current, desk, authority, tmp_path, now):
    good, held = await desk.issue(now=now), await desk.issue(now=now)
    await desk.revoke(HOLD, now=now, serial=held.serial)
    crl = await current()
    (tmp_path / "list").write_bytes(crl.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "root").write_text(authority.chain_pem)

    async def verify(certificate):
        (tmp_path / "certificate").write_text(certificate.pem)
        return await openssl(
            *("verify", "-crl_check", "-x509_strict", "-purpose", "sslclient"),
            *("-attime", str(int(now.timestamp()))),
            *("-CAfile", tmp_path / "root", "-CRLfile", tmp_path / "list"),
            tmp_path / "certificate",
        )

    assert "certificate: OK" in await verify(good)
    assert "certificate revoked" in await verify(held)
