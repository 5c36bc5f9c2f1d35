from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID

from authsvc.clients.certificate import (
    check_named,
    check_registered,
    read_distinguished_name,
    thumbprint,
)
from authsvc.clients.client import Client
from authsvc.clients.errors import ClientNotAuthenticated
from authsvc.identifiers import b64url
from tests.clients.signer import Signer, address, authority, der, x5c
from tests.makers import NOW

DN = "CN=artificial platform,O=nobody,C=CN"
AUTHORITY, ANCHOR = authority()
KEY = Signer("P-256", 30)
NAMES = (
    x509.DNSName("Client.Platform.example"),
    x509.UniformResourceIdentifier("https://platform.example/client"),
    address("192.0.2.7"),
    address("2001:db8::7"),
    x509.RFC822Name("Keys@Platform.example"),
)


def client(**members):
    return Client(client_id="platform-t", name="P", sector_identifier="platform.example", **members)


def issued(subject=DN, **parts):
    usual: dict[str, Any] = {"issuer": AUTHORITY, "names": NAMES}
    return der(KEY.certificate(subject, **(usual | parts)))


def named(certificate, *, anchors=(ANCHOR,), now=NOW, **members):
    check_named(client(**members), certificate, anchors=anchors, now=now)


def refused(certificate, **options):
    with pytest.raises(ClientNotAuthenticated) as caught:
        named(certificate, **options)
    return caught.value.log


def test_the_thumbprint_is_the_digest_of_the_whole_certificate():
    assert thumbprint(issued_once := issued()) == b64url(sha256(issued_once).digest())


@pytest.mark.parametrize(
    "dn",
    [
        DN,
        "CN=artificial\\20platform,O=nobody,C=CN",
        "2.5.4.3=artificial platform,O=nobody,C=CN",
        "CN=artificial platform,2.5.4.10=nobody,2.5.4.6=CN",
    ],
)
def test_a_subject_is_compared_as_a_name_and_not_as_a_text(dn):
    named(issued(), tls_client_auth_subject_dn=dn)


def test_the_order_within_one_part_of_a_name_does_not_count():
    named(issued("CN=a+OU=b,O=c"), tls_client_auth_subject_dn="OU=b+CN=a,O=c")


@pytest.mark.parametrize(
    ("subject", "dn"),
    [
        (
            "CN=a,1.2.840.113549.1.9.1=keys@platform.example",
            "CN=a,emailAddress=keys@platform.example",
        ),
        ("2.5.4.97=VATCN-1,CN=a", "organizationIdentifier=VATCN-1,CN=a"),
        ("2.5.4.5=123,CN=a", "serialNumber=123,CN=a"),
        ("CN=平台\\, 有限公司,C=CN", "CN=平台\\2C 有限公司,C=CN"),
    ],
)
def test_usual_names_of_attributes_are_known(subject, dn):
    named(issued(subject), tls_client_auth_subject_dn=dn)


@pytest.mark.parametrize(
    "dn",
    [
        "CN=artificial platform",
        "CN=artificial platform,O=nobody",
        "C=CN,O=nobody,CN=artificial platform",
        "CN=Artificial platform,O=nobody,C=CN",
        "CN=artificial platform\\,O=nobody,C=CN",
        "OU=x,CN=artificial platform,O=nobody,C=CN",
    ],
)
def test_another_subject_is_another_client(dn):
    assert "another name" in refused(issued(), tls_client_auth_subject_dn=dn)


@pytest.mark.parametrize("text", ["", "CN", "artificial platform", "CN=a,,O=b"])
def test_a_text_that_is_no_name_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011  the library's, without words
        read_distinguished_name(text)


@pytest.mark.parametrize(
    "members",
    [
        {"tls_client_auth_san_dns": "client.platform.EXAMPLE"},
        {"tls_client_auth_san_uri": "https://platform.example/client"},
        {"tls_client_auth_san_ip": "192.0.2.7"},
        {"tls_client_auth_san_ip": "2001:0db8:0::0007"},
        {"tls_client_auth_san_email": "Keys@platform.example"},
    ],
)
def test_an_alternative_name_is_found(members):
    named(issued(), **members)


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"tls_client_auth_san_dns": "platform.example"},
        {"tls_client_auth_san_dns": "https://platform.example/client"},
        {"tls_client_auth_san_uri": "https://platform.example/Client"},
        {"tls_client_auth_san_uri": "Client.Platform.example"},
        {"tls_client_auth_san_ip": "192.0.2.8"},
        {"tls_client_auth_san_email": "keys@platform.example"},
        {"tls_client_auth_subject_dn": "CN=nobody", "tls_client_auth_san_ip": "192.0.2.7"},
    ],
)
def test_another_alternative_name_is_another_client(members):
    assert "another name" in refused(issued(), **members)


def test_a_wildcard_names_nobody():
    certificate = issued(names=(x509.DNSName("*.platform.example"),))
    refused(certificate, tls_client_auth_san_dns="client.platform.example")


def test_without_alternative_names_there_is_none():
    refused(issued(names=()), tls_client_auth_san_dns="client.platform.example")


SUBJECT = {"tls_client_auth_subject_dn": DN}


def test_a_name_that_one_gives_oneself_is_not_believed():
    assert "no authority" in refused(der(KEY.certificate(DN)), **SUBJECT)


def test_nor_one_by_an_authority_that_is_not_ours():
    stranger, other = authority(91)
    forged = issued(issuer=stranger)
    assert "no authority" in refused(forged, **SUBJECT)
    named(forged, anchors=(other,), **SUBJECT)
    assert "no authority" in refused(issued(), anchors=(), **SUBJECT)


def test_nor_one_by_a_client_of_our_authority():
    """Whoever holds a certificate must not issue any."""
    middle = AUTHORITY.certificate("CN=artificial client authority", ca=False)
    assert "no authority" in refused(issued(), anchors=(middle,), **SUBJECT)


def test_nor_one_by_an_authority_that_has_run_out():
    old_signer, old = authority(92, ends=NOW - timedelta(seconds=1))
    assert "no authority" in refused(issued(issuer=old_signer), anchors=(old,), **SUBJECT)


def test_an_anchor_that_says_nothing_of_itself_is_none():
    builder = x509.CertificateBuilder(
        issuer_name=ANCHOR.subject,
        subject_name=ANCHOR.subject,
        public_key=AUTHORITY.key.public_key(),
        serial_number=1,
        not_valid_before=ANCHOR.not_valid_before_utc,
        not_valid_after=ANCHOR.not_valid_after_utc,
    )
    bare = builder.sign(AUTHORITY.key, hashes.SHA256())
    assert "no authority" in refused(issued(), anchors=(bare,), **SUBJECT)


def test_a_signature_under_a_hash_that_is_not_trusted_is_none():
    """SHA-3 stands in for SHA-1, which the library signs with no longer."""
    assert "no authority" in refused(issued(hashed=hashes.SHA3_256()), **SUBJECT)
    named(issued(hashed=hashes.SHA384()), **SUBJECT)


def test_a_certificate_for_servers_is_none_for_clients():
    refused(issued(usage=ExtendedKeyUsageOID.SERVER_AUTH), **SUBJECT)
    named(issued(usage=None), **SUBJECT)


@pytest.mark.parametrize(
    "parts", [{"ends": NOW - timedelta(seconds=1)}, {"begins": NOW + timedelta(seconds=1)}]
)
def test_a_certificate_of_another_time_is_refused(parts):
    assert "not valid now" in refused(issued(**parts), **SUBJECT)
    with pytest.raises(ClientNotAuthenticated):
        check_registered(der(KEY.certificate(**parts)), jwks=[KEY.jwk], now=NOW)


@pytest.mark.parametrize("certificate", [b"", b"\x30\x00", b"-----BEGIN CERTIFICATE-----"])
def test_what_is_no_certificate_is_refused(certificate):
    assert "malformed" in refused(certificate, **SUBJECT)


class TestAmongTheClientsKeys:
    def registered(self, certificate, *jwks):
        check_registered(der(certificate), jwks=jwks, now=NOW)

    def refused(self, certificate, *jwks):
        with pytest.raises(ClientNotAuthenticated):
            self.registered(certificate, *jwks)

    @pytest.mark.parametrize("kind", ["P-256", "RSA", "Ed25519"])
    def test_a_key_stands_for_every_certificate_of_it(self, kind):
        signer = Signer(kind, 31)
        for subject in ("CN=one", "CN=two"):
            self.registered(signer.certificate(subject), KEY.jwk, signer.jwk)

    def test_a_key_with_a_certificate_stands_for_that_one(self):
        one, two = KEY.certificate("CN=one"), KEY.certificate("CN=two")
        self.registered(one, {**KEY.jwk, "x5c": x5c(one)})
        self.refused(two, {**KEY.jwk, "x5c": x5c(one)})
        self.registered(two, {**KEY.jwk, "x5c": x5c(one)}, {**KEY.jwk, "x5c": x5c(two)})

    def test_another_key_is_another_client(self):
        self.refused(KEY.certificate(), Signer("P-256", 32).jwk)
        self.refused(KEY.certificate())

    def test_a_key_for_encryption_is_not_for_this(self):
        self.refused(KEY.certificate(), {**KEY.jwk, "use": "enc"})

    def test_a_broken_key_among_them_harms_nothing(self):
        self.refused(KEY.certificate(), {"kty": "EC"}, {**KEY.jwk, "x5c": ["!"]})
        self.registered(KEY.certificate(), {"kty": "EC"}, KEY.jwk)
