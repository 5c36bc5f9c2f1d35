"""The key of a signer has leaked: its certificate is on the list of the root."""

import base64
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from authsvc.certificates.credentials.revoked_signers import RevokedSigners
from authsvc.certificates.credentials.signer import DOCUMENTS
from authsvc.keyring import KeyRing, KeyRingBroken, rotation
from authsvc.verify import KnownRevocations, SignerRevoked
from tests.certificates.makers import openssl

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def credentials(certificates):
    return certificates.credentials


@pytest.fixture
def replace(keyring, credentials):
    """`authsvc keys rotate --purpose credential --now --revoke`."""

    def replace(*, now):
        made = rotation.replace_at_once(
            keyring, "ES256", purpose="credential", revoke=True, now=now
        )
        return credentials.revoked_signers.revoke("ES256", all_but=[made.kid], now=now)

    return replace


def signer_of(credentials, now):
    [encoded] = credentials.signer.at(now).chain
    return x509.load_der_x509_certificate(base64.b64decode(encoded))


def document_signer_of(credentials, now):
    return x509.load_der_x509_certificate(credentials.signer.at(now, trade=DOCUMENTS).certificate)


async def test_a_key_is_revoked_as_a_signer_of_both_forms(credentials, replace, now):
    both = [signer_of(credentials, now), document_signer_of(credentials, now)]
    where = {
        each.extensions.get_extension_for_class(x509.CRLDistributionPoints).value for each in both
    }
    assert len(where) == 1
    assert {each.serial_number for each in replace(now=now)} == {
        each.serial_number for each in both
    }
    listed = await read(credentials, now)
    assert all(listed.get_revoked_certificate_by_serial_number(each.serial_number) for each in both)


async def read(credentials, now):
    return x509.load_der_x509_crl(await credentials.revoked_signers.current(now=now))


def number(crl):
    return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


async def test_the_list_is_empty_signed_by_the_root_and_found_by_the_certificate(credentials, now):
    crl, root = await read(credentials, now), credentials.anchor(now=now)
    assert list(crl) == []
    assert crl.is_signature_valid(root.public_key())
    assert crl.issuer == root.subject
    assert crl.next_update_utc - crl.last_update_utc == timedelta(days=4)
    points = signer_of(credentials, now).extensions.get_extension_for_class(
        x509.CRLDistributionPoints
    )
    [[name]] = [point.full_name for point in points.value]
    assert name.value == f"{credentials.issuer}/crl/credentials.crl"


async def test_who_is_replaced_because_the_key_leaked_is_on_it(credentials, replace, now):
    leaked = signer_of(credentials, now)
    before = await read(credentials, now)
    later = now + timedelta(hours=1)
    assert replace(now=later) == [leaked]
    crl = await read(credentials, later)
    [entry] = crl
    assert entry.serial_number == leaked.serial_number
    assert entry.revocation_date_utc == later
    reason = entry.extensions.get_extension_for_class(x509.CRLReason).value
    assert reason.reason is x509.ReasonFlags.key_compromise
    assert number(crl) > number(before)
    # Who signs now is not on it, and revoking once more revokes only that.
    good = signer_of(credentials, later)
    assert crl.get_revoked_certificate_by_serial_number(good.serial_number) is None
    assert replace(now=later + timedelta(hours=1)) == [good]
    assert len(await read(credentials, later + timedelta(hours=2))) == 2


async def test_an_ordinary_change_of_keys_revokes_nobody(keyring, credentials, now):
    signer_of(credentials, now)
    rotation.replace_at_once(keyring, "ES256", purpose="credential", revoke=False, now=now)
    signer_of(credentials, now + timedelta(days=1))
    assert list(await read(credentials, now + timedelta(days=1))) == []


async def test_it_stays_until_a_day_after_the_certificate_ended(credentials, replace, now):
    leaked = signer_of(credentials, now)
    replace(now=now)
    ends = leaked.not_valid_after_utc
    assert len(await read(credentials, ends + timedelta(hours=23))) == 1
    assert len(await read(credentials, ends + timedelta(hours=25))) == 0


async def test_every_process_of_the_service_sees_it_within_half_a_minute(
    keyring, credentials, replace, now
):
    signer_of(credentials, now)
    other = RevokedSigners(KeyRing.open(keyring.directory.root), credentials.signer)
    first = await other.current(now=now)
    replace(now=now)
    assert await other.current(now=now + timedelta(seconds=29)) == first
    found = x509.load_der_x509_crl(await other.current(now=now + timedelta(seconds=30)))
    assert len(found) == 1


async def test_a_platform_that_fetched_it_believes_the_signer_no_more(credentials, replace, now):
    leaked, root = signer_of(credentials, now), credentials.anchor(now=now)
    known = KnownRevocations([root])
    known.add(await credentials.revoked_signers.current(now=now), now=now)
    known.check([leaked, root], now=now)
    later = now + timedelta(minutes=1)
    replace(now=later)
    known.add(await credentials.revoked_signers.current(now=later), now=later)
    with pytest.raises(SignerRevoked):
        known.check([leaked, root], now=later)
    known.check([signer_of(credentials, later), root], now=later)


async def test_openssl_verifies_signers_against_it(credentials, replace, tmp_path, now):
    root = credentials.anchor(now=now)
    leaked = signer_of(credentials, now)
    replace(now=now)
    good = signer_of(credentials, now)
    (tmp_path / "root").write_bytes(root.public_bytes(Encoding.PEM))
    crl = await read(credentials, now)
    (tmp_path / "list").write_bytes(crl.public_bytes(Encoding.PEM))

    async def verify(certificate):
        (tmp_path / "certificate").write_bytes(certificate.public_bytes(Encoding.PEM))
        return await openssl(
            *("verify", "-crl_check", "-x509_strict"),
            *("-attime", str(int(now.timestamp()))),
            *("-CAfile", tmp_path / "root", "-CRLfile", tmp_path / "list"),
            tmp_path / "certificate",
        )

    assert "certificate: OK" in await verify(good)
    assert "certificate revoked" in await verify(leaked)


async def test_a_file_that_does_not_belong_there_is_named(keyring, credentials, now):
    keyring.directory.create_certificate("credential-revoked", "x", signer_of(credentials, now))
    with pytest.raises(KeyRingBroken, match=r"credential-revoked/x\.crt"):
        await credentials.revoked_signers.current(now=now)
