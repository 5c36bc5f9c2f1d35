import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from hypothesis import given
from hypothesis import strategies as st

from authsvc.certificates import parse_request
from authsvc.certificates.errors import (
    KeyNotAccepted,
    RequestMalformed,
    RequestTooLarge,
)
from authsvc.certificates.request import MAXIMUM_BYTES
from authsvc.errors import InvalidInput
from tests.certificates.makers import new_key, openssl, request_builder, request_pem


def test_an_empty_request_is_refused():
    with pytest.raises(RequestMalformed) as refusal:
        parse_request(b"")
    assert refusal.value.field == "certificate_request"


def test_a_request_in_pem_gives_its_key():
    key = new_key()
    assert parse_request(request_pem(key)).public_key == key.public_key()


def test_a_request_in_der_gives_the_same_key():
    key = new_key()
    request = x509.load_pem_x509_csr(request_pem(key))
    der = request.public_bytes(serialization.Encoding.DER)
    assert parse_request(der) == parse_request(request_pem(key))


async def test_a_request_that_openssl_makes_is_read(tmp_path):
    await openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", tmp_path / "key")
    await openssl(
        *("req", "-new", "-sha256", "-subj", "/CN=x"),
        *("-key", tmp_path / "key", "-out", tmp_path / "csr"),
    )
    parse_request((tmp_path / "csr").read_bytes())


def test_a_key_has_one_spelling_whatever_the_request():
    key = new_key()
    assert parse_request(request_pem(key)).key_der == parse_request(request_pem(key)).key_der


@pytest.mark.parametrize(
    "encoded",
    [
        pytest.param(b"-----BEGIN CERTIFICATE REQUEST-----\n", id="cut off"),
        pytest.param(request_pem() + request_pem(), id="two requests"),
        pytest.param(request_pem().replace(b"REQUEST", b"OTHER"), id="another label"),
        pytest.param(b"\xff\xfe-----BEGIN", id="not text"),
        pytest.param(b"0" * 100, id="not DER"),
    ],
)
def test_what_is_no_request_is_refused(encoded):
    with pytest.raises(RequestMalformed):
        parse_request(encoded)


def test_bytes_after_a_request_are_refused():
    der = x509.load_pem_x509_csr(request_pem()).public_bytes(serialization.Encoding.DER)
    with pytest.raises(RequestMalformed):
        parse_request(der + b"\x00")


def test_a_foreign_version_is_refused():
    der = x509.load_pem_x509_csr(request_pem()).public_bytes(serialization.Encoding.DER)
    version = der.index(b"\x02\x01\x00")
    with pytest.raises(RequestMalformed):
        parse_request(der[: version + 2] + b"\x01" + der[version + 3 :])


def test_another_hash_is_refused():
    with pytest.raises(KeyNotAccepted):
        parse_request(request_pem(algorithm=hashes.SHA384()))


def test_a_request_at_the_bound_is_read_and_one_byte_more_is_not():
    pem = request_pem()
    padded = b"\n" * (MAXIMUM_BYTES - len(pem)) + pem
    parse_request(padded)
    with pytest.raises(RequestTooLarge):
        parse_request(b"\n" + padded)


def test_a_refusal_does_not_repeat_what_was_presented():
    pem = (
        request_builder("秘密")
        .add_attribute(x509.ObjectIdentifier("1.2.3"), b"secret")
        .sign(new_key(), hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    with pytest.raises(InvalidInput) as refusal:
        parse_request(pem)
    assert "secret" not in str(refusal.value)
    assert refusal.value.__cause__ is None


@given(st.binary(max_size=600))
def test_noise_is_refused_and_never_breaks_the_reader(noise):
    with pytest.raises(InvalidInput):
        parse_request(noise)


_DER = x509.load_pem_x509_csr(request_pem()).public_bytes(serialization.Encoding.DER)


@given(st.integers(0, len(_DER) - 1), st.integers(1, 255))
def test_a_request_with_any_octet_changed_is_refused(place, change):
    altered = bytearray(_DER)
    altered[place] ^= change
    with pytest.raises(InvalidInput):
        parse_request(bytes(altered))
