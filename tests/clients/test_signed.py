import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsvc.clients.errors import (
    AlgorithmRefused,
    ForeignTokenRefused,
    SignatureRefused,
    SignedHeaderRefused,
    SignedMalformed,
)
from authsvc.clients.signed import (
    LONGEST,
    read_signed,
    unverified_claims,
    unverified_header,
)
from authsvc.identifiers import b64url, from_b64url
from tests.clients.signer import Signer

ALGORITHMS = ("PS256", "ES256", "EdDSA", "RS256")
CLAIMS = {"iss": "platform", "n": 1}

EC = Signer("P-256", kid="ec")
OTHER_EC = Signer("P-256", 2, kid="other")
RSA = Signer("RSA", kid="rsa")
ED = Signer("Ed25519", kid="ed")


def read(token, *signers, algorithms=ALGORITHMS, **options):
    return read_signed(token, [s.jwk for s in signers or (EC,)], algorithms=algorithms, **options)


@pytest.mark.parametrize(
    ("signer", "alg"),
    [(EC, "ES256"), (RSA, "PS256"), (RSA, "RS256"), (ED, "EdDSA"), (ED, "Ed25519")],
)
def test_each_algorithm_is_read_by_its_key(signer, alg):
    found = read(signer.sign(CLAIMS, alg=alg, typ="x"), EC, OTHER_EC, RSA, ED)
    assert found.claims == CLAIMS
    assert found.header == {"alg": alg, "kid": signer.jwk["kid"], "typ": "x"}
    assert "platform" not in repr(found)


@pytest.mark.parametrize("listed", ["EdDSA", "Ed25519"])
@pytest.mark.parametrize("said", [None, "EdDSA", "Ed25519"])
@pytest.mark.parametrize("alg", ["EdDSA", "Ed25519"])
def test_the_two_names_of_eddsa_are_one(listed, said, alg):
    signer = Signer("Ed25519", **({} if said is None else {"alg": said}))
    assert read(signer.sign(CLAIMS, alg=alg), signer, algorithms=[listed]).claims == CLAIMS


def test_a_kid_names_the_key():
    token = EC.sign(CLAIMS, kid="other")
    with pytest.raises(SignatureRefused):
        read(token, EC, OTHER_EC)


def test_without_a_kid_each_key_that_fits_is_tried():
    assert read(EC.sign(CLAIMS, header={"alg": "ES256"}), RSA, OTHER_EC, EC).claims == CLAIMS


def test_without_a_kid_not_more_keys_are_tried_than_a_change_of_keys_needs():
    signers = [Signer("P-256", n, kid=str(n)) for n in range(1, 6)]
    token = signers[0].sign(CLAIMS, header={"alg": "ES256"})
    assert read(token, *signers[:4]).claims == CLAIMS
    with pytest.raises(SignatureRefused):
        read(token, *signers)


def test_a_key_without_a_name_answers_to_an_unknown_kid():
    nameless = Signer("P-256")
    assert read(nameless.sign(CLAIMS, kid="whatever"), OTHER_EC, nameless).claims == CLAIMS
    with pytest.raises(SignatureRefused):
        read(nameless.sign(CLAIMS, kid="other"), OTHER_EC, nameless)


def test_two_keys_of_one_kid_are_told_apart_by_their_type():
    signers = [Signer("RSA", kid="one"), Signer("P-256", kid="one")]
    assert read(signers[1].sign(CLAIMS), *signers).claims == CLAIMS


@pytest.mark.parametrize(
    "members",
    [
        {"use": "enc"},
        {"key_ops": ["encrypt"]},
        {"key_ops": ["sign"]},
        {"alg": "PS256"},
        {"alg": "ES384"},
        {"use": 7},
        {"key_ops": "verify"},
        {"alg": 7},
    ],
)
def test_a_key_that_is_for_something_else_does_not_verify(members):
    signer = Signer("P-256", **members)
    with pytest.raises(SignatureRefused):
        read(signer.sign(CLAIMS), signer)


@pytest.mark.parametrize(
    "members", [{"use": "sig"}, {"key_ops": ["verify"]}, {"key_ops": []}, {"alg": "ES256"}]
)
def test_a_key_that_says_it_verifies_does(members):
    signer = Signer("P-256", **members)
    assert read(signer.sign(CLAIMS), signer).claims == CLAIMS


def test_a_key_of_the_wrong_curve_does_not_fit():
    signer = Signer("P-384", kid="p384")
    with pytest.raises(SignatureRefused):
        read(signer.sign(CLAIMS, alg="ES256"), signer)


@pytest.mark.parametrize("kind", ["RSA1024", "P-384"])
def test_a_key_that_is_no_good_among_others_harms_nothing(kind):
    assert read(EC.sign(CLAIMS), Signer(kind, kid="old"), EC).claims == CLAIMS


def test_without_any_key_nothing_is_believed():
    with pytest.raises(SignatureRefused):
        read_signed(EC.sign(CLAIMS), [], algorithms=ALGORITHMS)


def test_only_listed_algorithms_are_taken():
    with pytest.raises(AlgorithmRefused):
        read(RSA.sign(CLAIMS, alg="RS256"), RSA, algorithms=["PS256", "ES256"])


@pytest.mark.parametrize("alg", ["none", "HS256", "RS1", "ES384", "es256", "", None, 7, ["ES256"]])
def test_an_algorithm_that_is_not_spoken_is_refused_even_if_it_is_listed(alg):
    token = EC.sign(CLAIMS, header={"alg": alg, "kid": "ec"})
    with pytest.raises(AlgorithmRefused):
        read(token, algorithms=["ES256", "none", "HS256", "RS1", "ES384"])


def test_a_missing_algorithm_is_refused():
    with pytest.raises(AlgorithmRefused):
        read(EC.sign(CLAIMS, header={"kid": "ec"}))


@pytest.mark.parametrize(
    "members",
    [{"crit": ["exp"]}, {"crit": []}, {"b64": False}, {"b64": True}, {"zip": "DEF"}, {"kid": 7}],
)
def test_a_header_that_wants_more_than_we_understand_is_refused(members):
    with pytest.raises(SignedHeaderRefused):
        read(EC.sign(CLAIMS, **members))


def test_a_kid_that_is_longer_than_a_name_is_refused():
    with pytest.raises(SignedHeaderRefused):
        read(EC.sign(CLAIMS, kid="k" * 513))


@pytest.mark.parametrize(
    ("typ", "typs", "good"),
    [
        ("dpop+jwt", {"dpop+jwt"}, True),
        ("application/DPoP+JWT", {"dpop+jwt"}, True),
        ("JWT", {"dpop+jwt"}, False),
        (None, {"dpop+jwt"}, False),
        (None, {"", "jwt"}, True),
        ("JWT", {"", "jwt"}, True),
        (7, {"", "jwt"}, False),
        (7, None, True),
    ],
)
def test_the_type_is_compared_as_a_media_type(typ, typs, good):
    token = EC.sign(CLAIMS, **({} if typ is None else {"typ": typ}))
    if good:
        assert read(token, typs=typs).claims == CLAIMS
    else:
        with pytest.raises(SignedHeaderRefused):
            read(token, typs=typs)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_changed_part_is_refused(part):
    parts = EC.sign(CLAIMS).split(".")
    changed = bytearray(from_b64url(parts[part]))
    changed[len(changed) // 2] ^= 1
    parts[part] = b64url(bytes(changed))
    with pytest.raises(ForeignTokenRefused):
        read(".".join(parts))


@pytest.mark.parametrize("signature", ["", "AA", b64url(bytes(64)), b64url(bytes(65))])
def test_no_signature_and_a_signature_of_zeros_are_refused(signature):
    head, body, _ = EC.sign(CLAIMS).split(".")
    with pytest.raises(SignatureRefused):
        read(f"{head}.{body}.{signature}")


def test_a_der_signature_is_none():
    """ECDSA signatures are r and s in full length (RFC 7518 section 3.4)."""
    head, body, raw = EC.sign(CLAIMS).split(".")
    with pytest.raises(SignatureRefused):
        read(f"{head}.{body}.{b64url(b'0' * 8 + from_b64url(raw))}")


@pytest.mark.parametrize(
    "token",
    [
        "",
        "..",
        "a.b",
        "a.b.c.d.e",
        "é.b.c",
        EC.sign(CLAIMS) + "=",
        EC.sign(CLAIMS) + "\n",
        " " + EC.sign(CLAIMS),
        EC.sign(CLAIMS).replace(".", "+."),
        EC.sign(CLAIMS, header=b""),
        EC.sign(CLAIMS, header=b"[]"),
        EC.sign(CLAIMS, header=b'"ES256"'),
        EC.sign(CLAIMS, header=b'{"alg":"none","alg":"ES256"}'),
        EC.sign(CLAIMS, header=b'{"alg":"ES256"}x'),
        EC.sign(CLAIMS, header=b"\xff{}"),
        EC.sign(b"", kid="ec"),
        EC.sign(b"7"),
        EC.sign(b'["iss"]'),
        EC.sign(b'{"iss":"a","iss":"b"}'),
        EC.sign(b'{"a":{"b":1,"b":2}}'),
        EC.sign(b'{"exp":NaN}'),
        EC.sign(b'{"exp":Infinity}'),
        EC.sign(b'{"exp":1e999}'),
        EC.sign(b'{"exp":-1e999}'),
        EC.sign(b'{"exp":' + b"1" * 5000 + b"}"),
        EC.sign(b'{"a":"\\ud800"}'),
        EC.sign(b'{"a":["\\u0000"]}'),
        EC.sign(b'{"\\udc00":1}'),
        EC.sign(b"\xff"),
        EC.sign(b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}"),
    ],
)
def test_what_two_readers_could_read_differently_is_refused(token):
    with pytest.raises(SignedMalformed):
        read(token)


def test_what_is_escaped_but_sound_is_read():
    claims = b'{"a":"\\ud83d\\ude00","b":"\\\\u0000","c":1.5,"d":[true,null]}'
    assert read(EC.sign(claims)).claims == {
        "a": "\U0001f600",
        "b": "\\u0000",
        "c": 1.5,
        "d": [True, None],
    }


def test_nothing_longer_than_the_bound_is_taken_apart(monkeypatch):
    token = EC.sign({"a": "x" * LONGEST})
    monkeypatch.setattr("authsvc.clients.signed.read_object", None)
    with pytest.raises(SignedMalformed):
        read(token)
    with pytest.raises(SignedMalformed):
        read(EC.sign(CLAIMS), longest=20)


def test_refusals_are_value_errors_and_quote_nothing():
    with pytest.raises(ValueError, match=r"clients\.signature_refused") as caught:
        read(OTHER_EC.sign({"secret": "quoted"}), EC)
    assert "quoted" not in str(caught.value)
    assert caught.value.__cause__ is None


@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=80))
def test_no_bytes_do_more_than_be_refused(header, payload, signature):
    token = ".".join(map(b64url, (header, payload, signature)))
    with pytest.raises(ForeignTokenRefused):
        read(token)


@given(st.text(max_size=100))
def test_no_text_does_more_than_be_refused(token):
    with pytest.raises(ForeignTokenRefused):
        read(token)


def test_what_is_not_verified_is_read_strictly_all_the_same():
    token = EC.sign(CLAIMS)
    assert unverified_header(token) == {"alg": "ES256", "kid": "ec"}
    assert unverified_claims(token) == CLAIMS
    for read_unverified in (unverified_header, unverified_claims):
        with pytest.raises(SignedMalformed):
            read_unverified(json.dumps(CLAIMS))
