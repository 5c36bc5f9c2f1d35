import contextlib
import subprocess
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from cryptography.x509.oid import OCSPExtensionOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authsvc.certificates import CertificateAuthority, OCSPResponder, RevocationReason
from authsvc.certificates.ocsp import MAXIMUM_BYTES
from authsvc.certificates.ocsp_messages import (
    Extension,
    _OCSPRequest,
    _SingleRequest,
    _TBSRequest,
    read_request,
)
from authsvc.keyring import KeyRing
from tests.certificates.conftest import BASE_URL
from tests.certificates.makers import openssl, parsed, require_openssl

GOOD, REVOKED, UNKNOWN = (
    ocsp.OCSPCertStatus.GOOD,
    ocsp.OCSPCertStatus.REVOKED,
    ocsp.OCSPCertStatus.UNKNOWN,
)
MALFORMED = ocsp.OCSPResponseStatus.MALFORMED_REQUEST
UNAUTHORIZED = ocsp.OCSPResponseStatus.UNAUTHORIZED
SUCCESSFUL = ocsp.OCSPResponseStatus.SUCCESSFUL
NONCE = OCSPExtensionOID.NONCE
SIGNED = ("-signer", "own", "-signkey", "key")
SHA1 = hashes.SHA1()


@pytest.fixture
def responder(authority, certificates):
    return OCSPResponder(authority, certificates.standings)


@pytest.fixture
def ask(responder, now):
    """Sends a request as it is, reads the response by another implementation than ours."""

    async def send(request, at=now):
        answer = await responder.answer(request, now=at)
        return ocsp.load_der_ocsp_response(answer.der)

    return send


def question(certificate, issuer, *, nonce=None, algorithm=None):
    """A request as cryptography makes it."""
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, algorithm or SHA1)
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(serialization.Encoding.DER)


def altered(request, *, singles=None, extensions=None, version=0):
    """The same request with another number of certificates, or with other extensions."""
    tbs = asn1.decode_der(_OCSPRequest, request).tbs_request
    if extensions is not None:
        extensions = [Extension(oid=o, critical=c, value=v) for o, c, v in extensions]
    tbs = _TBSRequest(
        version=version,
        requestor_name=None,
        requests=tbs.requests if singles is None else tbs.requests * singles,
        extensions=extensions,
    )
    return asn1.encode_der(_OCSPRequest(tbs_request=tbs, signature=None))


@pytest.fixture
async def asked(desk, authority, now):
    """A question about a certificate that holds."""
    return question(parsed(await desk.issue(now=now)), authority.certificate)


async def test_an_empty_request_is_malformed(ask):
    assert (await ask(b"")).response_status is MALFORMED


@pytest.mark.parametrize("algorithm", [SHA1, hashes.SHA256()], ids=["SHA-1", "SHA-256"])
async def test_a_certificate_that_holds_is_good(ask, desk, authority, now, algorithm):
    certificate = parsed(await desk.issue(now=now))
    response = await ask(question(certificate, authority.certificate, algorithm=algorithm))
    assert response.response_status is SUCCESSFUL
    assert response.certificate_status is GOOD
    assert response.serial_number == certificate.serial_number
    assert response.hash_algorithm.name == algorithm.name


async def test_an_answer_is_of_this_second_and_is_promised_for_a_minute(ask, asked, now):
    response = await ask(asked, now + timedelta(microseconds=999_999))
    assert response.this_update_utc == response.produced_at_utc == now
    assert response.next_update_utc - response.this_update_utc == timedelta(seconds=60)


async def test_an_answer_is_signed_by_the_responder_that_it_names(ask, asked, authority):
    response = await ask(asked)
    (signer,) = response.certificates
    assert authority.has_signed(signer)
    assert (
        response.responder_key_hash
        == x509.SubjectKeyIdentifier.from_public_key(signer.public_key()).digest
    )
    signer.public_key().verify(
        response.signature, response.tbs_response_bytes, ec.ECDSA(hashes.SHA256())
    )


@pytest.mark.parametrize("reason", RevocationReason)
async def test_a_withdrawn_certificate_is_revoked_with_reason_and_date(
    ask, desk, authority, now, reason
):
    issued = await desk.issue(now=now)
    await desk.revoke(reason, now=now, serial=issued.serial)
    response = await ask(question(parsed(issued), authority.certificate), now + timedelta(hours=1))
    assert response.certificate_status is REVOKED
    assert response.revocation_reason is reason.flag
    assert response.revocation_time_utc == now


async def test_the_status_is_read_at_every_request(ask, desk, authority, now):
    issued = await desk.issue(now=now)
    request = question(parsed(issued), authority.certificate)
    seen = [(await ask(request)).certificate_status]
    await desk.revoke(RevocationReason.CERTIFICATE_HOLD, now=now, serial=issued.serial)
    seen.append((await ask(request)).certificate_status)
    await desk.release(serial=issued.serial)
    seen.append((await ask(request)).certificate_status)
    assert seen == [GOOD, REVOKED, GOOD]


async def test_the_status_of_a_forgotten_certificate_stays_answerable(ask, desk, authority, now):
    issued = await desk.issue(now=now)
    await desk.forget(issued.subscriber_id, now=now)
    response = await ask(question(parsed(issued), authority.certificate))
    assert response.revocation_reason is x509.ReasonFlags.cessation_of_operation


@pytest.mark.parametrize("serial", [1, 2**159, -1, 0, 2**200])
async def test_a_serial_that_was_never_issued_is_unknown(ask, asked, serial):
    tbs = asn1.decode_der(_OCSPRequest, asked).tbs_request
    tbs.requests[0].cert_id.serial_number = serial
    response = await ask(asn1.encode_der(_OCSPRequest(tbs_request=tbs, signature=None)))
    assert response.certificate_status is UNKNOWN


async def test_another_authoritys_certificate_is_not_ours_to_answer_for(ask, desk, tmp_path, now):
    other = CertificateAuthority.create(
        KeyRing.create(tmp_path / "other", now=now), base_url=BASE_URL, now=now
    )
    request = question(parsed(await desk.issue(now=now)), other.certificate)
    assert (await ask(request)).response_status is UNAUTHORIZED


@pytest.mark.parametrize("part", ["issuer_name_hash", "issuer_key_hash"])
async def test_name_and_key_of_the_issuer_must_both_match(ask, asked, part):
    tbs = asn1.decode_der(_OCSPRequest, asked).tbs_request
    setattr(tbs.requests[0].cert_id, part, b"\x00" * 20)
    request = asn1.encode_der(_OCSPRequest(tbs_request=tbs, signature=None))
    assert (await ask(request)).response_status is UNAUTHORIZED


async def test_an_issuer_digest_that_we_do_not_speak_is_unauthorized(ask, desk, authority, now):
    certificate = parsed(await desk.issue(now=now))
    request = question(certificate, authority.certificate, algorithm=hashes.SHA512())
    assert (await ask(request)).response_status is UNAUTHORIZED


@pytest.mark.parametrize("size", [1, 16, 32, 128])
async def test_a_nonce_is_repeated(ask, desk, authority, now, size):
    nonce = bytes(range(size))
    certificate = parsed(await desk.issue(now=now))
    response = await ask(question(certificate, authority.certificate, nonce=nonce))
    assert response.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == nonce


@pytest.mark.parametrize("size", [0, 129, 1000])
async def test_a_nonce_of_another_length_is_malformed(ask, asked, size):
    value = asn1.encode_der(b"n" * size)
    request = altered(asked, extensions=[(NONCE, False, value)])
    assert (await ask(request)).response_status is MALFORMED


@pytest.mark.parametrize(
    "extensions",
    [
        pytest.param([(NONCE, False, b"no octet string")], id="nonce of another type"),
        pytest.param([(NONCE, False, b"\x04\x01n")] * 2, id="two nonces"),
        pytest.param([(x509.ObjectIdentifier("1.2.3"), True, b"")], id="unknown and critical"),
    ],
)
async def test_an_extension_that_cannot_be_honoured_is_malformed(ask, asked, extensions):
    assert (await ask(altered(asked, extensions=extensions))).response_status is MALFORMED


async def test_an_unknown_extension_that_is_not_critical_is_passed_over(ask, asked):
    extensions = [(x509.ObjectIdentifier("1.2.3"), False, b"")]
    assert (await ask(altered(asked, extensions=extensions))).certificate_status is GOOD


async def test_a_critical_extension_of_one_certificate_counts_as_well(ask, asked):
    tbs = asn1.decode_der(_OCSPRequest, asked).tbs_request
    critical = Extension(oid=x509.ObjectIdentifier("1.2.3"), critical=True, value=b"")
    tbs.requests = [_SingleRequest(cert_id=tbs.requests[0].cert_id, extensions=[critical])]
    request = asn1.encode_der(_OCSPRequest(tbs_request=tbs, signature=None))
    assert (await ask(request)).response_status is MALFORMED


@pytest.mark.parametrize("number", [0, 17])
async def test_no_certificate_and_more_than_16_are_malformed(ask, asked, number):
    assert (await ask(altered(asked, singles=number))).response_status is MALFORMED


async def test_each_certificate_of_a_request_is_answered_in_its_place(
    ask, desk, authority, tmp_path, now
):
    other = CertificateAuthority.create(
        KeyRing.create(tmp_path / "other", now=now), base_url=BASE_URL, now=now
    )
    good, revoked, foreign = [parsed(await desk.issue(now=now)) for _ in range(3)]
    await desk.revoke(RevocationReason.SUPERSEDED, now=now, serial=revoked.serial_number)
    issuers = (authority.certificate, authority.certificate, other.certificate)
    singles = [
        asn1.decode_der(_OCSPRequest, question(*pair)).tbs_request.requests[0]
        for pair in zip((good, revoked, foreign), issuers, strict=True)
    ]
    tbs = _TBSRequest(version=0, requestor_name=None, requests=singles, extensions=None)
    response = await ask(asn1.encode_der(_OCSPRequest(tbs_request=tbs, signature=None)))
    assert [(single.serial_number, single.certificate_status) for single in response.responses] == [
        (good.serial_number, GOOD),
        (revoked.serial_number, REVOKED),
        (foreign.serial_number, UNKNOWN),
    ]


async def test_sixteen_certificates_with_the_longest_nonce_fit(ask, desk, authority, now):
    certificate = parsed(await desk.issue(now=now))
    request = question(certificate, authority.certificate, algorithm=hashes.SHA256())
    full = altered(request, singles=16, extensions=[(NONCE, False, asn1.encode_der(b"n" * 128))])
    assert len(full) <= MAXIMUM_BYTES
    assert len(list((await ask(full)).responses)) == 16


async def test_another_version_is_malformed(ask, asked):
    assert (await ask(altered(asked, version=1))).response_status is MALFORMED


async def test_bytes_after_a_request_are_malformed(ask, asked):
    assert (await ask(asked + b"\x00")).response_status is MALFORMED


async def test_a_huge_request_is_malformed_by_its_size(ask):
    assert (await ask(b"\x30" * (MAXIMUM_BYTES + 1))).response_status is MALFORMED


@given(st.binary(max_size=300))
def test_noise_never_breaks_the_reader(noise):
    with contextlib.suppress(ValueError):
        read_request(noise)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(place=st.integers(0, 10_000), change=st.integers(1, 255))
def test_an_altered_request_is_read_or_refused_and_nothing_else(place, change, signed_request):
    request = bytearray(signed_request)
    request[place % len(request)] ^= change
    with contextlib.suppress(ValueError):
        read_request(bytes(request))


@pytest.fixture(scope="module")
def signed_request(tmp_path_factory):
    """A request with everything in it: a requestor, a nonce, a signature, certificates."""
    command, place = require_openssl(), tmp_path_factory.mktemp("signed")

    def run(*arguments):
        subprocess.run([command, *arguments], check=True, capture_output=True, cwd=place)

    run("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "key")
    run("req", "-x509", "-key", "key", "-subj", "/CN=somebody", "-out", "own")
    run("ocsp", "-issuer", "own", "-serial", "1", "-serial", "2", *SIGNED, "-reqout", "request")
    return (place / "request").read_bytes()


def test_a_signed_request_is_read_like_any_other(signed_request):
    read = read_request(signed_request)
    assert [asked.serial_number for asked in read.certificates] == [1, 2]
    assert read.nonce is not None


async def test_openssl_reads_answers_from_files(responder, desk, authority, tmp_path, now):
    """The request made, and the response judged, by openssl; the moment is the test's."""
    held, good = await desk.issue(now=now), await desk.issue(now=now)
    await desk.revoke(RevocationReason.CERTIFICATE_HOLD, now=now, serial=held.serial)
    root, request, response = (tmp_path / name for name in ("root", "request", "response"))
    root.write_text(authority.chain_pem)
    names = []
    for name, certificate in (("held", held), ("good", good)):
        (tmp_path / name).write_text(certificate.pem)
        names += ["-cert", tmp_path / name]
    await openssl("ocsp", "-issuer", root, *names, "-reqout", request)
    answer = await responder.answer(request.read_bytes(), now=now)
    response.write_bytes(answer.der)
    said = await openssl(
        *("ocsp", "-issuer", root, *names, "-CAfile", root),
        # The request has its nonce already; without -no_nonce openssl would add another.
        *("-reqin", request, "-respin", response, "-no_nonce"),
        *("-attime", str(int(now.timestamp())), "-validity_period", "9999999999"),
    )
    assert "Response verify OK" in said
    assert "WARNING" not in said
    assert f"{tmp_path}/held: revoked" in said
    assert "Reason: certificateHold" in said
    assert f"{tmp_path}/good: good" in said
