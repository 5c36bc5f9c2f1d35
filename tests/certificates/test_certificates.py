import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from sqlalchemy import select, text

from authsvc.certificates import RevocationReason, Status
from authsvc.certificates.errors import (
    CertificateExpired,
    CertificateForeign,
    CertificateMalformed,
    CertificateNotYetValid,
    CertificateOnHold,
    CertificateRefused,
    CertificateRevoked,
    KeyAlreadyCertified,
)
from authsvc.certificates.profile import device_certificate, intend
from authsvc.certificates.status_entry import StatusEntry
from authsvc.certificates.store import certificate as table
from tests.certificates.makers import DOCUMENT, new_key, parsed, request_pem

HOLD = RevocationReason.CERTIFICATE_HOLD
ENTRY = StatusEntry(0, 1)
SUPERSEDED = RevocationReason.SUPERSEDED
FINAL = [reason for reason in RevocationReason if reason is not HOLD]


async def test_a_subscriber_nobody_knows_has_no_certificates(desk):
    async with desk.database.reading() as tx:
        assert await desk.certificates.of_subscriber(tx, uuid4()) == []
        assert await desk.certificates.find(tx, 1) is None


async def test_what_was_issued_is_found_as_it_was_issued(desk, now):
    issued = await desk.issue(now=now)
    assert await desk.find(issued.serial) == issued
    assert parsed(issued).serial_number == issued.serial


async def test_the_same_request_again_gives_the_same_certificate(desk, now):
    request, person = request_pem(), uuid4()
    one = await desk.issue(now=now, subscriber_id=person, request=request)
    later = now + timedelta(days=1)
    assert await desk.issue(now=later, subscriber_id=person, request=request) == one


@pytest.mark.parametrize("days", [181, 400])
async def test_an_ended_certificate_is_renewed_with_a_new_key_only(desk, now, days):
    request, person = request_pem(), uuid4()
    await desk.issue(now=now, subscriber_id=person, request=request)
    later = now + timedelta(days=days)
    with pytest.raises(KeyAlreadyCertified):
        await desk.issue(now=later, subscriber_id=person, request=request)
    await desk.issue(now=later, subscriber_id=person)


@pytest.mark.parametrize("reason", RevocationReason)
async def test_a_withdrawn_key_is_not_certified_again(desk, now, reason):
    request, person = request_pem(), uuid4()
    await desk.issue(now=now, subscriber_id=person, request=request)
    await desk.revoke(reason, now=now, subscriber_id=person)
    with pytest.raises(KeyAlreadyCertified):
        await desk.issue(now=now, subscriber_id=person, request=request)


async def test_a_key_certified_with_one_document_takes_a_new_key_for_the_next(desk, now):
    request, person = request_pem(), uuid4()
    await desk.issue(now=now, subscriber_id=person, request=request)
    with pytest.raises(KeyAlreadyCertified):
        await desk.issue(now=now, subscriber_id=person, request=request, document_digest=b"e" * 32)


async def test_a_second_device_does_not_silence_the_first(desk, now):
    person = uuid4()
    first = await desk.issue(now=now, subscriber_id=person)
    second = await desk.issue(now=now + timedelta(days=3), subscriber_id=person)
    assert (await desk.find(first.serial)).standing.status is Status.GOOD
    async with desk.database.reading() as tx:
        assert await desk.certificates.of_subscriber(tx, person) == [second, first]


async def test_of_two_people_who_race_with_one_key_one_gets_the_certificate(desk, now):
    request = request_pem()
    outcomes = await asyncio.gather(
        *(desk.issue(now=now, request=request) for _ in range(8)), return_exceptions=True
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, KeyAlreadyCertified)]
    assert len(refused) == 7
    async with desk.database.reading() as tx:
        assert len((await tx.execute(select(table))).all()) == 1


async def test_no_signature_is_made_that_is_not_recorded_first(desk, now, monkeypatch):
    """The intent is in the transaction when the key signs; if signing fails, nothing stays."""

    def fail(*_, **__):
        raise RuntimeError("the key is away")

    monkeypatch.setattr(type(desk.certificates.authority), "sign_device", fail)
    with pytest.raises(RuntimeError):
        await desk.issue(now=now)
    async with desk.database.reading() as tx:
        assert (await tx.execute(select(table))).all() == []


async def test_a_row_ties_to_a_person_by_two_columns_only(desk, now):
    """Nothing exact is kept: two people of one day differ in what is random or named."""
    await desk.issue(now=now)
    await desk.issue(now=now + timedelta(hours=3), document_digest=b"e" * 32)
    async with desk.database.reading() as tx:
        one, other = (await tx.execute(select(table))).mappings()
    same = {name for name in one if one[name] == other[name]}
    assert same == {"not_before", "not_after", "reason", "since", "status_list"}


@pytest.mark.parametrize("which", ["serial", "subscriber_id", "document_digest"])
async def test_a_hold_is_set_and_released_by_each_name(desk, now, which):
    mine = await desk.issue(now=now)
    other = await desk.issue(now=now, document_digest=b"e" * 32)
    named = {which: getattr(mine, which)}
    assert await desk.revoke(HOLD, now=now, **named) == 1
    assert (await desk.find(mine.serial)).standing.status is Status.HOLD
    assert await desk.release(**named) == 1
    assert await desk.find(mine.serial) == mine
    assert await desk.find(other.serial) == other


@pytest.mark.parametrize("which", [{}, {"serial": 1, "subscriber_id": uuid4()}])
async def test_exactly_one_name_is_needed(desk, now, which):
    with pytest.raises(ValueError, match="exactly one"):
        await desk.revoke(SUPERSEDED, now=now, **which)
    with pytest.raises(ValueError, match="exactly one"):
        await desk.release(**which)


async def test_one_document_withdraws_every_certificate_of_it(desk, now):
    for _ in range(3):
        await desk.issue(now=now)
    assert await desk.revoke(HOLD, now=now, document_digest=DOCUMENT) == 3
    assert await desk.revoke(HOLD, now=now, document_digest=DOCUMENT) == 0


@pytest.mark.parametrize("reason", FINAL)
async def test_a_revocation_is_for_good(desk, now, reason):
    issued = await desk.issue(now=now)
    assert await desk.revoke(reason, now=now, serial=issued.serial) == 1
    revoked = await desk.find(issued.serial)
    later = now + timedelta(hours=1)
    assert await desk.revoke(HOLD, now=later, serial=issued.serial) == 0
    assert await desk.revoke(RevocationReason.KEY_COMPROMISE, now=later, serial=issued.serial) == 0
    assert await desk.release(serial=issued.serial) == 0
    assert await desk.find(issued.serial) == revoked
    assert revoked.standing.withdrawal.reason is reason
    assert revoked.standing.withdrawal.since == now


async def test_what_was_held_and_then_revoked_counts_as_revoked_since_the_hold(desk, now):
    issued = await desk.issue(now=now)
    await desk.revoke(HOLD, now=now, serial=issued.serial)
    await desk.revoke(SUPERSEDED, now=now + timedelta(days=2), serial=issued.serial)
    withdrawal = (await desk.find(issued.serial)).standing.withdrawal
    assert withdrawal.reason is SUPERSEDED
    assert withdrawal.since == now


async def test_releasing_what_is_not_held_changes_nothing(desk, now):
    issued = await desk.issue(now=now)
    assert await desk.release(serial=issued.serial) == 0
    assert await desk.find(issued.serial) == issued


async def test_a_certificate_that_holds_is_verified(desk, now):
    key, person = new_key(), uuid4()
    issued = await desk.issue(now=now, subscriber_id=person, request=request_pem(key))
    verified = await desk.verify(issued.pem.encode(), now=now)
    assert verified.subscriber_id == person
    assert verified.public_key == key.public_key()
    assert (verified.serial, verified.pseudonym) == (issued.serial, issued.pseudonym)
    assert verified.not_after == issued.not_after


async def test_a_certificate_holds_from_its_first_second_to_its_last(desk, now):
    issued = await desk.issue(now=now)
    pem, second = issued.pem.encode(), timedelta(seconds=1)
    await desk.verify(pem, now=issued.not_before)
    await desk.verify(pem, now=issued.not_after)
    with pytest.raises(CertificateNotYetValid):
        await desk.verify(pem, now=issued.not_before - second)
    with pytest.raises(CertificateExpired):
        await desk.verify(pem, now=issued.not_after + second)


@pytest.mark.parametrize("reason", FINAL)
async def test_a_revoked_certificate_is_refused(desk, now, reason):
    issued = await desk.issue(now=now)
    await desk.revoke(reason, now=now, serial=issued.serial)
    with pytest.raises(CertificateRevoked):
        await desk.verify(issued.pem.encode(), now=now)


async def test_a_held_certificate_is_refused_until_it_is_released(desk, now):
    issued = await desk.issue(now=now)
    await desk.revoke(HOLD, now=now, serial=issued.serial)
    with pytest.raises(CertificateOnHold):
        await desk.verify(issued.pem.encode(), now=now)
    await desk.release(serial=issued.serial)
    await desk.verify(issued.pem.encode(), now=now)


@pytest.mark.parametrize(
    "presented",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", id="noise"),
        pytest.param(request_pem(), id="a request"),
        pytest.param(b"A" * 5000, id="huge"),
    ],
)
async def test_what_is_no_certificate_is_refused(desk, now, presented):
    with pytest.raises(CertificateMalformed) as refusal:
        await desk.verify(presented, now=now)
    assert refusal.value.field == "certificate"


async def test_a_certificate_that_only_names_our_authority_is_refused(desk, now):
    """Right names, right extensions, a real subscriber's serial; signed by another key."""
    issued = await desk.issue(now=now)
    authority = desk.certificates.authority
    intent = intend(new_key().public_key(), document_valid_until=None, now=now)
    builder = device_certificate(
        intent, entry=ENTRY, issuer=authority.certificate, at=authority.locations
    )
    forged = builder.sign(new_key(), hashes.SHA256())
    assert forged.issuer == parsed(issued).issuer
    with pytest.raises(CertificateForeign):
        await desk.verify(forged.public_bytes(serialization.Encoding.PEM), now=now)


async def test_a_certificate_that_our_key_signed_and_nobody_recorded_is_refused(desk, now):
    intent = intend(new_key().public_key(), document_valid_until=None, now=now)
    stray = desk.certificates.authority.sign_device(intent, entry=ENTRY, now=now)
    with pytest.raises(CertificateForeign):
        await desk.verify(stray.public_bytes(serialization.Encoding.PEM), now=now)


async def test_the_authoritys_own_certificate_proves_nothing(desk, now):
    with pytest.raises(CertificateRefused):
        await desk.verify(desk.certificates.authority.chain_pem.encode(), now=now)


async def test_a_second_certificate_under_a_known_serial_is_refused(desk, now):
    """Our key signed both, but only one of them is the one that was recorded."""
    issued = await desk.issue(now=now)
    intent = intend(new_key().public_key(), document_valid_until=None, now=now)
    authority = desk.certificates.authority
    twin = device_certificate(
        intent, entry=ENTRY, issuer=authority.certificate, at=authority.locations
    )
    twin._serial_number = issued.serial
    signed = twin.sign(authority.keyring.ca, hashes.SHA256())
    assert signed.serial_number == issued.serial
    with pytest.raises(CertificateForeign):
        await desk.verify(signed.public_bytes(serialization.Encoding.PEM), now=now)


async def test_forgetting_cuts_every_tie_and_leaves_the_status(desk, keyring, now):
    person, key = uuid4(), new_key()
    issued = await desk.issue(now=now, subscriber_id=person, request=request_pem(key))
    other = await desk.issue(now=now)
    await desk.forget(person, now=now)
    left = await desk.find(issued.serial)
    assert left.subscriber_id is left.document_digest is left.der is None
    assert left.pem == ""
    assert left.standing.withdrawal.reason is RevocationReason.CESSATION_OF_OPERATION
    assert await desk.find(other.serial) == other
    with pytest.raises(CertificateRevoked):
        await desk.verify(issued.pem.encode(), now=now)


async def test_forgetting_keeps_an_earlier_reason(desk, now):
    person = uuid4()
    issued = await desk.issue(now=now, subscriber_id=person)
    await desk.revoke(RevocationReason.KEY_COMPROMISE, now=now, subscriber_id=person)
    await desk.forget(person, now=now + timedelta(days=1))
    standing = (await desk.find(issued.serial)).standing
    assert standing.withdrawal.reason is RevocationReason.KEY_COMPROMISE


async def test_a_public_key_is_not_found_in_the_database_by_who_does_not_hold_our_keys(desk, now):
    key, person = new_key(), uuid4()
    await desk.issue(now=now, subscriber_id=person, request=request_pem(key))
    await desk.forget(person, now=now)
    spki = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    digests = [hashes.SHA256(), hashes.SHA1()]
    async with desk.database.reading() as tx:
        (kept,) = (await tx.execute(text("SELECT key_digest FROM certificate"))).scalars()
    for algorithm in digests:
        digest = hashes.Hash(algorithm)
        digest.update(spki)
        assert digest.finalize() != kept


def test_reasons_have_the_names_and_numbers_of_rfc_5280():
    assert x509.ReasonFlags.certificate_hold is HOLD.flag
    assert [reason.crl_reason for reason in RevocationReason] == [6, 4, 5, 1]
