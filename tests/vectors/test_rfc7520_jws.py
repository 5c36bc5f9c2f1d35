"""RFC 7520 section 4.1: an RS256 signature, and our strict reader of what others sign.

The payload of the cookbook is a sentence, not a set of claims. So the reader, which reads claims
only, shows that it took the signature for good by what it finds wrong: the payload, or already the
signature. Sections 4.2 and 4.3 sign with PS384 and ES512, which are not spoken here.
"""

import pytest
from cryptography.exceptions import InvalidSignature

from authsvc.clients.errors import AlgorithmRefused, SignatureRefused, SignedMalformed
from authsvc.clients.signed import read_signed
from authsvc.identifiers import from_b64url
from authsvc.verify.signatures import read_key

MODULUS = (
    "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmS"
    "CpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-Of"
    "VfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKw"
    "uCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw"
)
JWK = {
    "kty": "RSA",
    "kid": "bilbo.baggins@hobbiton.example",
    "use": "sig",
    "n": MODULUS,
    "e": "AQAB",
}
HEADER = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9"
PAYLOAD = (
    "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250"
    "byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hl"
    "cmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4"
)
SIGNATURE = (
    "MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xugl"
    "II7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x"
    "8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE"
    "_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg"
)
OTHERS = ("PS256", "ES256", "EdDSA")


def read(header=HEADER, payload=PAYLOAD, signature=SIGNATURE, *, algorithms=("RS256",)):
    return read_signed(f"{header}.{payload}.{signature}", [JWK], algorithms=algorithms)


def test_section_4_1_the_published_signature_is_accepted():
    with pytest.raises(SignedMalformed, match="payload"):
        read()


def test_section_4_1_the_published_signature_is_accepted_offline():
    key = read_key({**JWK, "alg": "RS256"})
    assert key is not None
    key.verify(from_b64url(SIGNATURE), f"{HEADER}.{PAYLOAD}".encode())
    with pytest.raises(InvalidSignature):
        key.verify(from_b64url(SIGNATURE), f"{HEADER}.{PAYLOAD}A".encode())


def test_section_4_1_anything_else_under_it_is_refused_for_the_signature():
    for altered in (
        {"payload": PAYLOAD[:-4] + "AAAA"},
        {"signature": SIGNATURE[:-6] + "AAAAAA"},
        {"signature": ""},
    ):
        with pytest.raises(SignatureRefused):
            read(**altered)


def test_section_4_1_the_key_is_used_with_the_algorithm_that_is_expected():
    with pytest.raises(AlgorithmRefused):
        read(algorithms=OTHERS)
