"""Row 49: a certificate issued without right (the class of CVE-2025-44005).

Here are the parts that a request can attempt: to be given more than the profile gives, with a key
or a signature that is not right, or for somebody else.
"""

from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import AttributeOID, ExtendedKeyUsageOID

from authsvc.certificates import CertificateAuthority, parse_request
from authsvc.certificates.errors import (
    KeyAlreadyCertified,
    KeyNotAccepted,
    RequestAsksTooMuch,
    RequestMalformed,
    RequestSignatureWrong,
    RequestTooLarge,
)
from authsvc.certificates.profile import DEVICE_VALIDITY
from tests.certificates.makers import Desk, new_key, parsed, request_builder, request_pem


@pytest.fixture
def desk(keyring, database, clock, now):
    authority = CertificateAuthority.create(keyring, base_url="http://127.0.0.1:9", now=now)
    return Desk.alone(authority, database, clock)


FOREIGN_EXTENSIONS = {
    "subject alternative name": x509.SubjectAlternativeName([x509.DNSName("bank.example")]),
    "somebody's pseudonym": x509.SubjectAlternativeName(
        [x509.UniformResourceIdentifier("urn:authsvc:certificate:" + "0" * 32)]
    ),
    "server authentication": x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
    "any purpose": x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]),
    "OCSP signing": x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]),
    "CA:TRUE": x509.BasicConstraints(ca=True, path_length=None),
    "CA:FALSE": x509.BasicConstraints(ca=False, path_length=None),
    "unknown": x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"),
}


@pytest.mark.parametrize("extension", FOREIGN_EXTENSIONS.values(), ids=FOREIGN_EXTENSIONS.keys())
def test_a_request_that_asks_for_an_extension_is_refused(extension):
    """A right key, a right signature, one requested extension: refused, whichever it is."""
    with pytest.raises(RequestAsksTooMuch):
        parse_request(request_pem(extensions=[extension]))


def test_a_request_with_a_challenge_password_is_refused():
    """A secret in clear inside the request: refused, so that it is not relied upon."""
    signed = (
        request_builder()
        .add_attribute(AttributeOID.CHALLENGE_PASSWORD, b"secret")
        .sign(new_key(), hashes.SHA256())
    )
    with pytest.raises(RequestAsksTooMuch):
        parse_request(signed.public_bytes(serialization.Encoding.PEM))


def test_a_request_with_a_private_attribute_is_refused():
    """An attribute that some other authority reads as a wish for ten years: refused."""
    signed = (
        request_builder()
        .add_attribute(x509.ObjectIdentifier("1.3.6.1.4.1.311.13.2.1"), b"ValidityPeriod=10")
        .sign(new_key(), hashes.SHA256())
    )
    with pytest.raises(RequestAsksTooMuch):
        parse_request(signed.public_bytes(serialization.Encoding.PEM))


async def test_nothing_of_the_request_but_its_key_is_certified(desk, now):
    """A subject that names somebody else: ignored; six months and clientAuth are all there is."""
    key = new_key()
    pem = (
        request_builder("operator@authsvc.example")
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    issued = parsed(await desk.issue(now=now, request=pem))
    assert issued.public_key() == key.public_key()
    assert "operator" not in issued.subject.rfc4514_string()
    assert issued.not_valid_after_utc - issued.not_valid_before_utc <= DEVICE_VALIDITY
    usage = issued.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert not issued.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


@pytest.mark.parametrize(
    "curve", [ec.SECP384R1(), ec.SECP521R1(), ec.SECP256K1(), ec.BrainpoolP256R1()]
)
def test_another_curve_is_refused(curve):
    """A good request for a key on another curve: refused."""
    with pytest.raises(KeyNotAccepted):
        parse_request(request_pem(new_key(curve)))


def test_an_rsa_key_is_refused():
    """A good request for an RSA key: refused."""
    with pytest.raises(KeyNotAccepted):
        parse_request(request_pem(rsa.generate_private_key(65537, 2048)))


def test_an_edwards_key_is_refused():
    """A good request for an Ed25519 key: refused."""
    signed = request_builder().sign(ed25519.Ed25519PrivateKey.generate(), None)
    with pytest.raises(KeyNotAccepted):
        parse_request(signed.public_bytes(serialization.Encoding.PEM))


def test_a_point_that_is_not_on_the_curve_is_refused():
    """A key whose point is altered (an invalid-curve attack): refused."""
    der = x509.load_pem_x509_csr(request_pem()).public_bytes(serialization.Encoding.DER)
    point = der.index(b"\x03\x42\x00\x04") + 40
    altered = der[:point] + bytes([der[point] ^ 1]) + der[point + 1 :]
    with pytest.raises(RequestMalformed):
        parse_request(altered)


def test_a_request_for_a_key_that_the_sender_does_not_have_is_refused():
    """Somebody's public key, signed by another key: no proof of possession, refused."""
    mine = x509.load_pem_x509_csr(request_pem()).public_bytes(serialization.Encoding.DER)
    theirs = new_key().public_key()
    stolen = _with_key(mine, theirs)
    with pytest.raises(RequestSignatureWrong):
        parse_request(stolen)


def test_a_flipped_bit_in_the_signature_is_refused():
    """The last bit of the signature flipped: refused."""
    der = x509.load_pem_x509_csr(request_pem()).public_bytes(serialization.Encoding.DER)
    with pytest.raises(RequestSignatureWrong):
        parse_request(der[:-1] + bytes([der[-1] ^ 1]))


async def test_a_request_replayed_for_another_subscriber_is_refused(desk, now):
    """One person's request, overheard and sent by another: refused, the first stays as it was."""
    request = request_pem()
    first = await desk.issue(now=now, request=request)
    with pytest.raises(KeyAlreadyCertified):
        await desk.issue(now=now, request=request)
    assert await desk.find(first.serial) == first


async def test_a_fresh_request_for_somebody_elses_key_is_refused(desk, now):
    """One key on two devices of two people (a cloned app): the second is refused."""
    key = new_key()
    await desk.issue(now=now, request=request_pem(key))
    with pytest.raises(KeyAlreadyCertified):
        await desk.issue(now=now, request=request_pem(key))


async def test_the_key_of_somebody_who_left_is_not_certified_for_another(desk, now):
    """The first holder was erased; the key is still known as one that had a holder: refused."""
    key, leaver = new_key(), uuid4()
    await desk.issue(now=now, subscriber_id=leaver, request=request_pem(key))
    await desk.forget(leaver, now=now)
    with pytest.raises(KeyAlreadyCertified):
        await desk.issue(now=now + timedelta(days=400), request=request_pem(key))


@pytest.mark.parametrize("size", [5_000, 900_000])
def test_a_huge_request_is_refused_before_it_is_read(size):
    """A request padded far beyond any honest one: refused by its size alone."""
    with pytest.raises(RequestTooLarge):
        parse_request(b"A" * size)


def _with_key(request: bytes, key: ec.EllipticCurvePublicKey) -> bytes:
    """The same request with another key in the place of its own."""
    own = x509.load_der_x509_csr(request).public_key()
    spell = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return request.replace(own.public_bytes(*spell), key.public_bytes(*spell))
