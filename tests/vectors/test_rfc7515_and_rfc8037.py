"""RFC 7515 appendix A and RFC 8037 A.4: signatures by others, as a client would send them."""

import pytest

from authsvc.clients.errors import AlgorithmRefused, SignatureRefused, SignedMalformed
from authsvc.clients.public_jwk import read_public_jwk
from authsvc.clients.signed import read_signed

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")

# RFC 7515 appendix A.1: the claims that A.1 to A.3 and A.5 sign.
PAYLOAD = (
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
)
CLAIMS = {"iss": "joe", "exp": 1300819380, "http://example.com/is_root": True}

RS256_MODULUS = (
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0B"
    "m4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5"
    "z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7"
    "aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
)
RS256_KEY = {"kty": "RSA", "n": RS256_MODULUS, "e": "AQAB"}
RS256_SIGNATURE = (
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2F"
    "p5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQB"
    "MHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeY"
    "I2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
)

ES256_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
ES256_SIGNATURE = (
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)

# RFC 8037 appendices A.2 to A.4.
ED25519_KEY = {
    "kty": "OKP",
    "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
ED25519_TEXT = "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
ED25519_SIGNATURE = (
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
)

KEYS = [RS256_KEY, ES256_KEY, ED25519_KEY]


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(f"eyJhbGciOiJSUzI1NiJ9.{PAYLOAD}.{RS256_SIGNATURE}", id="A.2, RS256"),
        pytest.param(f"eyJhbGciOiJFUzI1NiJ9.{PAYLOAD}.{ES256_SIGNATURE}", id="A.3, ES256"),
    ],
)
def test_the_examples_of_rfc_7515_are_read(token):
    assert read_signed(token, KEYS, algorithms=ALGORITHMS).claims == CLAIMS


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
    with pytest.raises(AlgorithmRefused):
        read_signed(token, KEYS, algorithms=ALGORITHMS)


def test_the_critical_header_of_rfc_7515_appendix_e_is_refused():
    token = (
        "eyJhbGciOiJub25lIiwNCiAiY3JpdCI6WyJodHRwOi8vZXhhbXBsZS5jb20vVU5ERUZJTkVEIl0sDQogImh0dHA6"
        "Ly9leGFtcGxlLmNvbS9VTkRFRklORUQiOnRydWUNCn0.RkFJTA."
    )
    with pytest.raises(ValueError, match="signed_header_refused"):
        read_signed(token, KEYS, algorithms=ALGORITHMS)


def test_the_signature_of_rfc_8037_is_good_though_its_text_is_no_claims():
    """Its payload is a sentence: whoever complains of that has found the signature good."""
    with pytest.raises(SignedMalformed):
        read_signed(
            f"eyJhbGciOiJFZERTQSJ9.{ED25519_TEXT}.{ED25519_SIGNATURE}", KEYS, algorithms=["EdDSA"]
        )
    other = ED25519_SIGNATURE.replace("hgyY", "hgyZ")
    with pytest.raises(SignatureRefused):
        read_signed(f"eyJhbGciOiJFZERTQSJ9.{ED25519_TEXT}.{other}", KEYS, algorithms=["EdDSA"])


def test_the_thumbprint_of_rfc_8037_appendix_a_3():
    assert read_public_jwk(ED25519_KEY).thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
