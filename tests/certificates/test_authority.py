from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID

from authsvc.certificates import CertificateAuthority
from authsvc.certificates.errors import AuthorityExpired
from authsvc.certificates.ocsp_identity import OCSPIdentity
from authsvc.certificates.profile import intend, responder_certificate
from authsvc.certificates.status_entry import StatusEntry
from authsvc.keyring import KeyRing, KeyRingBroken
from tests.certificates.conftest import BASE_URL
from tests.certificates.makers import new_key


def test_an_authority_without_a_certificate_does_not_open(keyring):
    with pytest.raises(KeyRingBroken):
        CertificateAuthority.open(keyring, base_url=BASE_URL)


def test_creating_twice_keeps_the_first_certificate(keyring, authority, now):
    later = now + timedelta(days=100)
    again = CertificateAuthority.create(keyring, base_url=BASE_URL, now=later)
    assert again.certificate == authority.certificate


def test_what_was_created_opens(keyring, authority):
    opened = CertificateAuthority.open(keyring, base_url=BASE_URL)
    assert opened.certificate == authority.certificate


def test_a_certificate_of_another_key_is_not_taken_for_the_authoritys(
    keyring, authority, tmp_path, now
):
    other = KeyRing.create(tmp_path / "other", now=now)
    other.directory.save_certificate("ca", "authority", authority.certificate)
    created = CertificateAuthority.create(other, base_url=BASE_URL, now=now)
    assert created.certificate.public_key() == other.ca.public_key()


def test_the_root_signs_end_entities_and_lists_only(authority):
    root = authority.certificate
    constraints = root.extensions.get_extension_for_class(x509.BasicConstraints)
    usage = root.extensions.get_extension_for_class(x509.KeyUsage)
    assert constraints.critical
    assert constraints.value == x509.BasicConstraints(ca=True, path_length=0)
    assert usage.critical
    assert usage.value.key_cert_sign
    assert usage.value.crl_sign
    assert not usage.value.digital_signature


def test_two_services_have_two_issuer_names(authority, tmp_path, now):
    other = CertificateAuthority.create(
        KeyRing.create(tmp_path / "other", now=now), base_url=BASE_URL, now=now
    )
    assert other.certificate.subject != authority.certificate.subject


def test_the_chain_is_the_root_in_pem(authority):
    assert x509.load_pem_x509_certificate(authority.chain_pem.encode()) == authority.certificate


def test_a_base_url_may_end_in_a_slash(keyring, authority):
    opened = CertificateAuthority.open(keyring, base_url=BASE_URL + "/")
    assert opened.locations == authority.locations


def test_no_certificate_outlives_its_authority(authority, now):
    late = now + timedelta(days=3600)
    intent = intend(new_key().public_key(), document_valid_until=None, now=late)
    with pytest.raises(AuthorityExpired):
        authority.sign_device(intent, entry=StatusEntry(0, 1), now=late)


def test_nothing_is_signed_before_the_authority_is_valid(authority, now):
    early = now - timedelta(days=3)
    intent = intend(new_key().public_key(), document_valid_until=None, now=early)
    with pytest.raises(AuthorityExpired):
        authority.sign_device(intent, entry=StatusEntry(0, 1), now=early)


def test_the_responder_may_sign_status_and_nothing_else(authority, now):
    certificate = OCSPIdentity(authority).certificate(now=now)
    certificate.verify_directly_issued_by(authority.certificate)
    found = certificate.extensions
    usage = found.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.OCSP_SIGNING]
    assert found.get_extension_for_class(x509.OCSPNoCheck).value == x509.OCSPNoCheck()
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc == timedelta(days=30)


def test_the_responders_certificate_stays_until_its_last_week(authority, now):
    identity = OCSPIdentity(authority)
    first = identity.certificate(now=now)
    assert identity.certificate(now=now + timedelta(days=22)) == first


def test_within_its_last_week_it_is_renewed_in_memory_and_on_file(authority, now):
    identity = OCSPIdentity(authority)
    first = identity.certificate(now=now)
    later = now + timedelta(days=23, minutes=1)
    renewed = identity.certificate(now=later)
    assert renewed != first
    assert renewed.not_valid_after_utc > later + timedelta(days=29)
    assert authority.keyring.directory.certificates("ocsp") == [renewed]


def test_a_second_worker_takes_what_the_first_one_renewed(authority, now):
    one, other = OCSPIdentity(authority), OCSPIdentity(authority)
    assert one.certificate(now=now) == other.certificate(now=now)
    later = now + timedelta(days=25)
    assert one.certificate(now=later) == other.certificate(now=later)


def test_two_workers_that_renew_at_once_both_have_a_good_one(authority, now, monkeypatch):
    one, other = OCSPIdentity(authority), OCSPIdentity(authority)
    # Both look before either has written.
    monkeypatch.setattr(type(authority.keyring.directory), "certificates", lambda *_: [])
    made = {identity.certificate(now=now) for identity in (one, other)}
    assert len(made) == 2
    assert all(authority.has_signed(certificate) for certificate in made)


def test_a_responders_certificate_of_another_key_or_authority_is_replaced(authority, tmp_path, now):
    directory = authority.keyring.directory
    other = CertificateAuthority.create(
        KeyRing.create(tmp_path / "other", now=now), base_url=BASE_URL, now=now
    )
    own_key = authority.keyring.ocsp.public_key()
    for foreign in (
        other.sign_responder(own_key, now=now),
        authority.sign_responder(new_key().public_key(), now=now),
        _self_styled(authority, now),
    ):
        directory.save_certificate("ocsp", "responder", foreign)
        taken = OCSPIdentity(authority).certificate(now=now)
        assert taken != foreign
        assert taken.public_key() == own_key


def _self_styled(authority, now):
    """A responder certificate that names our authority and was signed by another key."""
    builder = responder_certificate(
        authority.keyring.ocsp.public_key(), issuer=authority.certificate, now=now
    )
    return builder.sign(new_key(), hashes.SHA256())


def test_a_key_directory_that_cannot_be_written_does_not_silence_the_responder(
    authority, now, monkeypatch
):
    def refuse(*_):
        raise OSError(30, "read-only")

    monkeypatch.setattr(type(authority.keyring.directory), "save_certificate", refuse)
    assert authority.has_signed(OCSPIdentity(authority).certificate(now=now))


def test_the_root_is_der_as_well(authority):
    assert authority.der == authority.certificate.public_bytes(serialization.Encoding.DER)
