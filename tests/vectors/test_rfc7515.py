"""RFC 7515 appendix A: what the RFC signed, we sign and read alike, or do not read at all.

The private values are those that the RFC prints, so that everybody can repeat its examples.
"""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from authsvc.algorithms import ES256, RS256
from authsvc.clients.errors import AlgorithmRefused, SignatureRefused, SignedHeaderRefused
from authsvc.clients.signed import read_signed
from authsvc.identifiers import b64url, from_b64url
from authsvc.keyring import SigningKey
from authsvc.verify.signatures import read_key

PAYLOAD = (
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
)
CLAIMS = {"iss": "joe", "exp": 1300819380, "http://example.com/is_root": True}

RSA_MODULUS = (
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4"
    "d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5re"
    "xMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxX"
    "FvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
)
RSA_EXPONENT = (
    "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXO"
    "oAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51"
    "gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3c"
    "cPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ"
)
RSA_HEADER = "eyJhbGciOiJSUzI1NiJ9"
RSA_SIGNATURE = (
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5"
    "jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb"
    "1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QO"
    "YEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
)

EC_X = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
EC_Y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
EC_SCALAR = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
EC_HEADER = "eyJhbGciOiJFUzI1NiJ9"
EC_SIGNATURE = (
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)


def number(text):
    return int.from_bytes(from_b64url(text), "big")


def rsa_key():
    n, e, d = number(RSA_MODULUS), 65537, number(RSA_EXPONENT)
    p, q = rsa.rsa_recover_prime_factors(n, e, d)
    private = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=rsa.rsa_crt_dmp1(d, p),
        dmq1=rsa.rsa_crt_dmq1(d, q),
        iqmp=rsa.rsa_crt_iqmp(p, q),
        public_numbers=rsa.RSAPublicNumbers(e, n),
    )
    return SigningKey(private.private_key(), alg=RS256)


def ec_key():
    return SigningKey(ec.derive_private_key(number(EC_SCALAR), ec.SECP256R1()), alg=ES256)


EXAMPLES = pytest.mark.parametrize(
    ("key", "header", "signature"),
    [
        pytest.param(rsa_key(), RSA_HEADER, RSA_SIGNATURE, id="A.2"),
        pytest.param(ec_key(), EC_HEADER, EC_SIGNATURE, id="A.3"),
    ],
)


def test_the_public_half_is_spelt_as_in_the_examples():
    assert {"kty": "RSA", "n": RSA_MODULUS, "e": "AQAB"}.items() <= rsa_key().public_jwk.items()
    point = {"kty": "EC", "crv": "P-256", "x": EC_X, "y": EC_Y}
    assert point.items() <= ec_key().public_jwk.items()


def test_a_2_our_signature_is_the_published_one():
    signing_input = f"{RSA_HEADER}.{PAYLOAD}".encode()
    assert b64url(rsa_key().sign(signing_input)) == RSA_SIGNATURE


@EXAMPLES
def test_the_published_signature_is_accepted(key, header, signature):
    read = read_signed(f"{header}.{PAYLOAD}.{signature}", [key.public_jwk], algorithms=[key.alg])
    assert read.claims == CLAIMS
    assert read.header == {"alg": key.alg}


@EXAMPLES
def test_the_published_signature_is_accepted_offline(key, header, signature):
    offline = read_key(key.public_jwk)
    assert offline is not None
    offline.verify(from_b64url(signature), f"{header}.{PAYLOAD}".encode())
    with pytest.raises(InvalidSignature):
        offline.verify(from_b64url(signature), f"{header}.{PAYLOAD}A".encode())


@EXAMPLES
def test_what_we_sign_with_the_same_key_is_accepted(key, header, signature):
    signing_input = f"{header}.{PAYLOAD}"
    ours = b64url(key.sign(signing_input.encode()))
    assert len(ours) == len(signature)
    read = read_signed(f"{signing_input}.{ours}", [key.public_jwk], algorithms=[key.alg])
    assert read.claims == CLAIMS


@EXAMPLES
def test_an_altered_signature_or_payload_is_refused(key, header, signature):
    flipped = "A" if signature[10] != "A" else "B"
    for token in (
        f"{header}.{PAYLOAD}.{signature[:10]}{flipped}{signature[11:]}",
        f"{header}.{b64url(b'{}')}.{signature}",
    ):
        with pytest.raises(SignatureRefused):
            read_signed(token, [key.public_jwk], algorithms=[key.alg])


@EXAMPLES
def test_an_algorithm_that_is_not_expected_is_refused(key, header, signature):
    with pytest.raises(AlgorithmRefused):
        read_signed(f"{header}.{PAYLOAD}.{signature}", [key.public_jwk], algorithms=["PS256"])


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
            f".{PAYLOAD}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
            id="A.1, HS256",
        ),
        pytest.param("eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHo", id="A.4, ES512, cut short"),
        pytest.param(f"eyJhbGciOiJub25lIn0.{PAYLOAD}.", id="A.5, none"),
    ],
)
def test_the_examples_of_algorithms_that_are_not_spoken_are_refused(token):
    keys = [rsa_key().public_jwk, ec_key().public_jwk]
    with pytest.raises(AlgorithmRefused):
        read_signed(token, keys, algorithms=("RS256", "PS256", "ES256", "EdDSA"))


def test_the_critical_header_of_appendix_e_is_refused():
    token = (
        "eyJhbGciOiJub25lIiwNCiAiY3JpdCI6WyJodHRwOi8vZXhhbXBsZS5jb20vVU5ERUZJTkVEIl0sDQogImh0dHA6"
        "Ly9leGFtcGxlLmNvbS9VTkRFRklORUQiOnRydWUNCn0.RkFJTA."
    )
    with pytest.raises(SignedHeaderRefused):
        read_signed(token, [ec_key().public_jwk], algorithms=("ES256",))
