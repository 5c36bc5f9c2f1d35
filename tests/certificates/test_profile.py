from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID as Access
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from authsvc.certificates.errors import DocumentEndsTooSoon
from authsvc.certificates.profile import CLOCK_SKEW, coarse, intend
from authsvc.certificates.status_entry import REFERENCE
from tests.certificates.conftest import BASE_URL
from tests.certificates.makers import new_key, parsed

KEY = new_key().public_key()


def intent(now, document_valid_until=None):
    return intend(KEY, document_valid_until=document_valid_until, now=now)


def test_a_certificate_of_a_long_term_document_holds_for_180_days(now):
    made = intent(now)
    assert made.not_after - made.not_before == timedelta(days=180, seconds=-1)


@pytest.mark.parametrize("month", range(1, 13))
def test_a_certificate_never_holds_for_more_than_six_months(month):
    made = intent(datetime(2026, month, 28, 12, tzinfo=UTC))
    later = made.not_before.month + 6
    year, of_year = made.not_before.year + (later > 12), (later - 1) % 12 + 1
    assert made.not_after <= made.not_before.replace(year=year, month=of_year)


def test_a_certificate_ends_with_the_last_day_of_the_document_in_china(now):
    made = intent(now, date(2026, 12, 31))
    assert made.not_after == datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)


def test_a_document_that_outlives_the_certificate_changes_nothing(now):
    assert intent(now, date(9999, 12, 31)).not_after == intent(now).not_after


def test_a_certificate_is_issued_on_the_last_day_of_the_document():
    last_minute = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    assert intent(last_minute, date(2026, 12, 31)).not_after > last_minute


def test_no_certificate_is_issued_after_the_document_ended():
    midnight_in_china = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    with pytest.raises(DocumentEndsTooSoon):
        intent(midnight_in_china, date(2026, 12, 31))


def test_all_who_enroll_on_one_day_get_one_beginning():
    early = datetime(2026, 3, 1, 0, 5, tzinfo=UTC)
    late = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
    assert intent(early).not_before == intent(late).not_before == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_clock_that_is_five_minutes_late_accepts_a_new_certificate():
    just_after_midnight = datetime(2026, 3, 1, 0, 1, tzinfo=UTC)
    assert coarse(just_after_midnight) <= just_after_midnight - CLOCK_SKEW


def test_serials_are_positive_random_and_of_20_octets_at_most(now):
    serials = {intent(now).serial for _ in range(300)}
    assert len(serials) == 300
    assert all(0 < serial < 2**159 for serial in serials)
    assert max(serials).bit_length() > 150


def test_pseudonyms_are_never_the_same(now):
    assert len({intent(now).pseudonym for _ in range(300)}) == 300


async def test_a_device_certificate_has_the_profile_and_nothing_else(desk, authority, now):
    issued = await desk.issue(now=now)
    certificate = parsed(issued)
    found = {extension.oid: extension for extension in certificate.extensions}

    def value(kind):
        return found.pop(kind.oid).value

    assert [name.value for name in certificate.subject] == [issued.pseudonym]
    assert certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert certificate.issuer == authority.certificate.subject
    assert found[x509.BasicConstraints.oid].critical
    assert value(x509.BasicConstraints) == x509.BasicConstraints(ca=False, path_length=None)
    assert found[x509.KeyUsage.oid].critical
    usage = value(x509.KeyUsage)
    assert usage.digital_signature
    assert not any((usage.key_cert_sign, usage.crl_sign, usage.content_commitment))
    assert list(value(x509.ExtendedKeyUsage)) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    uris = value(x509.SubjectAlternativeName).get_values_for_type(x509.UniformResourceIdentifier)
    assert uris == [f"urn:authsvc:certificate:{issued.pseudonym}"]
    (point,) = value(x509.CRLDistributionPoints)
    assert [name.value for name in point.full_name] == [f"{BASE_URL}/crl/authsvc.crl"]
    access = {
        entry.access_method: entry.access_location.value
        for entry in found.pop(x509.AuthorityInformationAccess.oid).value
    }
    assert access == {
        Access.OCSP: f"{BASE_URL}/ocsp",
        Access.CA_ISSUERS: f"{BASE_URL}/ca/authsvc.cer",
    }
    own = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    assert value(x509.AuthorityKeyIdentifier).key_identifier == own.value.digest
    assert value(x509.SubjectKeyIdentifier)
    entry = issued.entry
    reference = found.pop(REFERENCE)
    assert not reference.critical
    assert reference.value == authority.locations.status_of(entry).extension()
    assert not found


async def test_two_certificates_of_one_person_share_nothing_that_links_them(desk, now):
    person = uuid4()
    issued = [await desk.issue(now=now, subscriber_id=who) for who in (person, person, uuid4())]
    one, other, stranger = (set(_values(parsed(certificate))) for certificate in issued)
    assert one & other == one & stranger


def _values(certificate):
    yield from (certificate.serial_number, certificate.subject)
    yield from (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    yield from (extension.value for extension in certificate.extensions)
