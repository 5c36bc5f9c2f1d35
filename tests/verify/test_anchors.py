"""A key by its certificate: whose it must be, and that nobody else's of the same authority is."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from authsvc.verify import UNCHECKED_SIGNERS, AlgorithmRefused, KeyUnknown, SignerRefused
from tests.makers import NOW
from tests.oidc.jwt_makers import private_key
from tests.verify.credential_makers import (
    AUDIENCE,
    CLIENT_AUTH,
    DAY,
    NONCE,
    Authority,
    issued,
    named_keys,
    presentation,
    public_key,
    signer_extensions,
    usage,
    verifier,
    x5c,
)
from tests.verify.makers import ISSUED, ISSUER

AUTHORITY = Authority()
KEY = private_key("ES256", "certified")
PUBLIC = public_key(KEY)


def signer(*extensions, authority=AUTHORITY, public=PUBLIC, **changes):
    return authority.certify(public, *(extensions or signer_extensions()), **changes)


def verify(*certificates, now=NOW, key=KEY, header=None, **changes):
    text = presentation(
        certificate=issued(key=key, header=header or x5c(*certificates)), iat=int(now.timestamp())
    )
    by_chain = {"keys": None, "anchors": [AUTHORITY.certificate], "revocations": UNCHECKED_SIGNERS}
    whole = verifier(**by_chain | changes)
    return whole.verify(text, audience=AUDIENCE, nonce=NONCE, now=now)


def test_a_key_that_an_anchor_has_certified_for_this_issuer_is_taken():
    assert verify(signer())
    assert verify(signer(), anchors=[Authority().certificate, AUTHORITY.certificate])
    by_host = [
        *signer_extensions()[:2],
        (x509.SubjectAlternativeName([x509.DNSName("id.example")]), False),
    ]
    assert verify(signer(*by_host))


def test_a_key_may_have_a_name_as_well_and_one_without_a_certificate_needs_one():
    both = {"keys": named_keys()}
    assert verify(signer(), **both)
    assert verify(key=private_key("ES256"), header={"alg": "ES256"}, **both)
    with pytest.raises(KeyUnknown):
        verify(header={"alg": "ES256"}, **both)
    # Whoever trusts no anchor goes by the name alone.
    assert verify(key=private_key("ES256"), header={"x5c": ["AAAA"]}, anchors=[], **both)


def only(**said):
    first, _, names = signer_extensions()
    return [first, (usage(**said), True), names]


OTHERS = {
    "a device of a person": signer_extensions(url="urn:authsvc:certificate:00", trade=CLIENT_AUTH),
    "a device that calls itself the issuer": signer_extensions(trade=CLIENT_AUTH),
    "the signer of OCSP answers": signer_extensions(trade=ExtendedKeyUsageOID.OCSP_SIGNING),
    "a signer of another issuer": signer_extensions(url="https://other.example"),
    "a signer of an address below": signer_extensions(url=ISSUER + "/"),
    "one that names nobody": signer_extensions()[:2],
    "one that may do anything": [signer_extensions()[0], signer_extensions()[2]],
    "one that encrypts": only(key_encipherment=True),
    "one that signs certificates too": only(digital_signature=True, key_cert_sign=True),
    "an authority": [(x509.BasicConstraints(True, 0), True), *only(digital_signature=True)[1:]],
    "one with something critical that is not known": [
        *signer_extensions(),
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True),
    ],
}


@pytest.mark.parametrize("extensions", OTHERS.values(), ids=OTHERS)
def test_whom_else_the_authority_has_certified_is_no_signer(extensions):
    with pytest.raises(SignerRefused):
        verify(signer(*extensions))


def test_a_certificate_of_a_stranger_or_of_another_time_is_refused():
    with pytest.raises(SignerRefused):
        verify(signer(authority=Authority()))
    with pytest.raises(SignerRefused):
        verify(AUTHORITY.certificate)
    # Also one that was met while it held.
    whole = verifier(keys=None, anchors=[AUTHORITY.certificate], revocations=UNCHECKED_SIGNERS)
    certificate = issued(key=KEY, header=x5c(signer(days=3)), exp=ISSUED + 9 * DAY)
    for days, held in ((0, True), (2, True), (4, False)):
        now = NOW + timedelta(days=days)
        text = presentation(certificate=certificate, iat=int(now.timestamp()))
        if held:
            assert whole.verify(text, audience=AUDIENCE, nonce=NONCE, now=now)
        else:
            with pytest.raises(SignerRefused):
                whole.verify(text, audience=AUDIENCE, nonce=NONCE, now=now)


def test_a_key_of_another_type_is_refused():
    for alg in ("RS256", "ES384"):
        with pytest.raises(SignerRefused):
            verify(signer(public=public_key(private_key(alg))))


def test_the_type_of_a_certified_key_decides_the_algorithm():
    edwards = private_key("EdDSA")
    header = x5c(signer(public=public_key(edwards)))
    text = presentation(certificate=issued(key=edwards, header=header, alg="EdDSA"))
    anchors: dict[str, Any] = {
        "keys": None,
        "anchors": [AUTHORITY.certificate],
        "revocations": UNCHECKED_SIGNERS,
    }
    asked: dict[str, Any] = {"audience": AUDIENCE, "nonce": NONCE, "now": NOW}
    assert verifier(**anchors, algorithms=["EdDSA", "ES256"]).verify(text, **asked)
    # A caller who has not said so does not take it.
    with pytest.raises(AlgorithmRefused):
        verifier(**anchors).verify(text, **asked)
    # A header cannot choose: neither for this key nor for one of P-256.
    both = verifier(**anchors, algorithms=["EdDSA", "ES256"])
    for key, alg, says, certified in (
        (edwards, "EdDSA", "ES256", edwards),
        (KEY, "ES256", "EdDSA", KEY),
        (KEY, "ES256", "ES256", edwards),
        (edwards, "EdDSA", "EdDSA", KEY),
    ):
        certificate = signer(public=public_key(certified))
        header = {**x5c(certificate), "alg": says}
        text = presentation(certificate=issued(key=key, header=header, alg=alg))
        with pytest.raises(AlgorithmRefused):
            both.verify(text, **asked)


GOOD = x5c(signer())["x5c"]
VERSION_3, VERSION_4 = bytes.fromhex("a003020102"), bytes.fromhex("a003020103")
OF_VERSION_4 = base64.b64encode(base64.b64decode(GOOD[0]).replace(VERSION_3, VERSION_4, 1)).decode()
BROKEN = {
    "none": [],
    "no array": GOOD[0],
    "no text": [1],
    "base64url": [base64.urlsafe_b64encode(base64.b64decode(GOOD[0])).decode() + "-_"],
    "white space": [GOOD[0] + "\n"],
    "no DER": ["AAAA"],
    "a version that there is not": [OF_VERSION_4],
    "too many": GOOD * 3,
    "too long": ["A" * 10_000],
    "nothing": None,
}


@pytest.mark.parametrize("chain", BROKEN.values(), ids=BROKEN)
def test_what_is_no_chain_is_refused(chain):
    with pytest.raises(SignerRefused):
        verify(header={"x5c": chain, "alg": "ES256"})
