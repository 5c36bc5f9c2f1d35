"""What an mdoc says, and what it does not: decoded by cbor2, and held against the profile."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509.oid import NameOID

from authsvc.certificates import RevocationReason
from authsvc.certificates.credentials.types import doc_type
from authsvc.certificates.errors import KeyAlreadyCertified
from authsvc.identifiers import from_b64url
from tests.certificates.conftest import URL
from tests.certificates.credential_makers import (
    LASTING,
    MDOC,
    MDOC_BRIEF,
    Read,
    first_certificate,
    somebody,
    wanted,
)

DAY = timedelta(days=1)
DOC_TYPE = "example.id.verified-person.1"

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def person(keyring, today):
    return somebody(keyring, today)


@dataclass(frozen=True)
class Opened:
    """An IssuerSigned whose signature and digests are right."""

    security_object: dict[str, Any]
    items: dict[int, dict[str, Any]]
    certificate: x509.Certificate

    @property
    def told(self) -> dict[str, Any]:
        """The elements."""
        return {each["elementIdentifier"]: each["elementValue"] for each in self.items.values()}


def opened(text: str) -> Opened:
    issuer_signed = cbor2.loads(from_b64url(text))
    assert issuer_signed.keys() == {"nameSpaces", "issuerAuth"}
    protected, unprotected, payload, signature = issuer_signed["issuerAuth"]
    assert cbor2.loads(protected) == {1: -7}
    assert unprotected.keys() == {33}
    certificate = x509.load_der_x509_certificate(unprotected[33])
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    public = certificate.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(
        encode_dss_signature(r, s),
        cbor2.dumps(["Signature1", protected, b"", payload]),
        ec.ECDSA(hashes.SHA256()),
    )
    # Tag 24 around the octets: what is signed is encoded once.
    wrapped = cbor2.loads(payload)
    assert wrapped.tag == 24
    security_object = cbor2.loads(wrapped.value)
    [(space, items)] = issuer_signed["nameSpaces"].items()
    assert space == security_object["docType"]
    digests = security_object["valueDigests"][space]
    found = {}
    for item in items:
        assert item.tag == 24
        element = cbor2.loads(item.value)
        assert digests[element["digestID"]] == sha256(cbor2.dumps(item)).digest()
        found[element["digestID"]] = element
    assert found.keys() == digests.keys()
    return Opened(security_object, found, certificate)


@on_sqlite
async def test_an_mdoc_is_what_the_profile_says(https_issuer, person, today):
    [ask] = wanted()
    [text] = await https_issuer.issue(person, now=today, kind=MDOC, wanted=[ask])
    found = opened(text)
    said = found.security_object
    assert said.keys() == {
        "version", "digestAlgorithm", "valueDigests", "deviceKeyInfo", "docType", "validityInfo",
        "status",
    }  # fmt: skip
    assert (said["version"], said["digestAlgorithm"], said["docType"]) == (
        "1.0",
        "SHA-256",
        DOC_TYPE,
    )
    numbers = ask.holder_key.public_numbers()
    assert said["deviceKeyInfo"] == {
        "deviceKey": {
            1: 2,
            -1: 1,
            -2: numbers.x.to_bytes(32, "big"),
            -3: numbers.y.to_bytes(32, "big"),
        }
    }
    midnight = datetime(today.year, today.month, today.day, tzinfo=UTC)
    assert said["validityInfo"] == {
        "signed": midnight,
        "validFrom": midnight,
        "validUntil": midnight + 14 * DAY,
    }
    place = said["status"]["status_list"]
    assert place.keys() == {"idx", "uri"}
    assert place["uri"] == f"{URL}/credentials/status-lists/0"
    assert found.told == {
        "age_over_14": True,
        "age_over_16": True,
        "age_over_18": True,
        "document_class": "resident_identity_card",
        "assurance": "chip-and-face",
    }
    assert list(found.items) == [0, 1, 2, 3, 4]
    assert all(len(each["random"]) == 16 for each in found.items.values())


@on_sqlite
async def test_dates_are_text_without_fractions(https_issuer, person, today):
    [text] = await https_issuer.issue(person, now=today, kind=MDOC_BRIEF)
    # Tag 0, then 20 characters, as in 2026-12-01T04:00:00Z; three of them.
    signed = cbor2.loads(cbor2.loads(from_b64url(text))["issuerAuth"][2]).value
    begins = today.replace(minute=0, second=0, microsecond=0)
    assert signed.count(b"\xc0\x74" + f"{begins:%Y-%m-%dT%H:00:00Z}".encode()) == 2
    assert signed.count(b"\xc0\x74" + f"{begins + DAY:%Y-%m-%dT%H:00:00Z}".encode()) == 1


@on_sqlite
async def test_two_mdocs_have_nothing_in_common_but_what_everybodys_have(
    https_issuer, person, keyring, today
):
    first, second = [
        opened(each)
        for each in await https_issuer.issue(person, now=today, kind=MDOC_BRIEF, count=2)
    ]
    assert "status" not in first.security_object
    salts = [each["random"] for found in (first, second) for each in found.items.values()]
    assert len(set(salts)) == 10
    digests = [each.security_object["valueDigests"][DOC_TYPE] for each in (first, second)]
    assert set(digests[0].values()).isdisjoint(digests[1].values())
    [other] = await https_issuer.issue(somebody(keyring, today), now=today, kind=MDOC_BRIEF)
    for name in ("version", "digestAlgorithm", "docType", "validityInfo"):
        assert first.security_object[name] == opened(other).security_object[name]
    assert first.certificate == second.certificate == opened(other).certificate


@on_sqlite
async def test_a_key_is_certified_in_one_form_only(https_issuer, person, today):
    ask = wanted()
    await https_issuer.issue(person, now=today, kind=LASTING, wanted=ask)
    with pytest.raises(KeyAlreadyCertified):
        await https_issuer.issue(person, now=today, kind=MDOC, wanted=ask)


@on_sqlite
async def test_an_mdoc_is_withdrawn_as_any_credential(
    https_issuer, https_desk, person, today, clock
):
    [text] = await https_issuer.issue(person, now=today, kind=MDOC)
    place = opened(text).security_object["status"]["status_list"]
    read = Read({}, {"status": {"status_list": place}}, {}, [])
    assert await https_issuer.status(read, now=clock.now()) == 0
    await https_desk.revoke(RevocationReason.CERTIFICATE_HOLD, now=today, subscriber_id=person.id)
    clock.advance(seconds=30)
    assert await https_issuer.status(read, now=clock.now()) == 2


@on_sqlite
async def test_the_key_has_a_certificate_for_each_trade(https_issuer, person, today):
    """Annex B of ISO/IEC 18013-5 asks for the country, the trade, and the issuer's other name."""
    [text] = await https_issuer.issue(person, now=today, kind=MDOC)
    [json_form] = await https_issuer.read_batch(person, now=today, kind=LASTING)
    document, signer = opened(text).certificate, first_certificate(json_form.header)
    assert document.public_key() == signer.public_key()
    assert document != signer
    trade = document.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert trade.critical
    assert [each.dotted_string for each in trade.value] == ["1.0.18013.5.1.2"]
    with pytest.raises(x509.ExtensionNotFound):
        signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    root = https_issuer.certificates.credentials.anchor(now=today)
    for certificate in (document, root):
        [country] = certificate.subject.get_attributes_for_oid(NameOID.COUNTRY_NAME)
        assert country.value == "CN"
    other = document.extensions.get_extension_for_class(x509.IssuerAlternativeName).value
    assert other.get_values_for_type(x509.UniformResourceIdentifier) == [URL]
    # Annex B.1.4 allows 457 days.
    assert document.not_valid_after_utc - document.not_valid_before_utc < 31 * DAY


@pytest.mark.parametrize(
    "issuer, expected",
    [
        ("https://id.example", "example.id.v.1"),
        ("https://ID.Example:8443", "example.id.v.1"),
        ("http://127.0.0.1:9000", "arpa.in-addr.127.0.0.1.v.1"),
        ("http://localhost:9000", "localhost.v.1"),
    ],
)
def test_a_type_is_named_below_the_issuers_own_host(issuer, expected):
    assert doc_type("v", issuer=issuer) == expected
