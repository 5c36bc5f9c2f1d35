"""Steps 6 to 8: whose signature it is, under which algorithm, and every way around that."""

import hmac

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import example, given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import KeySet, import_key

from authsvc.algorithms.fixed_length import der_signature
from authsvc.identifiers import b64url, from_b64url
from authsvc.verify import (
    AlgorithmRefused,
    HeaderRefused,
    KeyUnknown,
    SignatureRefused,
    TokenMalformed,
    TokenRefused,
)
from authsvc.verify.compact import LONGEST
from authsvc.verify.id_token import IDTokenVerifier
from tests.makers import NOW
from tests.oidc.jwt_makers import private_key, signed
from tests.verify.makers import (
    ALGORITHMS,
    CLIENT,
    ISSUER,
    NONCE,
    claims,
    key_set,
    published,
    token,
    verified,
    verifier,
)

GOOD = token()
# The order of the curve P-256 (SP 800-186 section 3.2.1.3).
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def altered(signature: bytes, text: str = GOOD) -> str:
    return f"{text.rpartition('.')[0]}.{b64url(signature)}"


def numbers(text: str = GOOD) -> tuple[int, int]:
    raw = from_b64url(text.rpartition(".")[2])
    return int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")


def raw(r: int, s: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


# What is good


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_each_algorithm_is_verified_by_its_own_key_among_all(alg):
    everybody = [published(private_key(each), each) for each in ALGORITHMS]
    whole = verifier(key_set(*everybody), algorithms=(alg,))
    assert whole.verify(token(alg), nonce=NONCE, now=NOW).subject == "a pseudonym"


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("alg", ["ES256", "PS256", "RS256", "EdDSA"])
def test_joserfc_takes_what_is_taken_here(alg):
    jwk = published(private_key(alg), alg)
    read = jwt.decode(token(alg), KeySet([import_key(jwk)]), algorithms=[alg])
    whole = verifier(key_set(jwk), algorithms=(alg,))
    assert whole.verify(token(alg), nonce=NONCE, now=NOW).claims == read.claims


@pytest.mark.parametrize("agreed", ["EdDSA", "Ed25519"])
@pytest.mark.parametrize("of_key", ["EdDSA", "Ed25519"])
@pytest.mark.parametrize("said", ["EdDSA", "Ed25519"])
def test_the_two_names_of_eddsa_are_one(agreed, of_key, said):
    whole = verifier(key_set(published(private_key("EdDSA"), of_key)), algorithms=(agreed,))
    text = signed(claims(), private_key("EdDSA"), alg="EdDSA", says={"alg": said})
    assert whole.verify(text, nonce=NONCE, now=NOW)


def test_the_other_half_of_an_ecdsa_signature_is_as_good():
    """So the text of a token is no name for it: whoever wants single use has the nonce."""
    r, s = numbers()
    assert verified(altered(raw(r, ORDER - s)))


def test_the_header_may_be_spelt_in_another_way():
    assert verified(token(says={"typ": "jwt", "more": [1, {"x": None}]}))
    assert verified(token(says={"typ": "application/JWT"}))


# Whose key


def test_an_unknown_kid_is_a_reason_of_its_own_and_a_newer_set_knows_it():
    new = private_key("ES256", "second")
    text = signed(claims(), new)
    whole = verifier()
    with pytest.raises(KeyUnknown) as refusal:
        whole.verify(text, nonce=NONCE, now=NOW)
    assert refusal.value.code == "verify.key_unknown"
    newer = whole.with_keys(key_set(published(private_key("ES256")), published(new)))
    assert newer.verify(text, nonce=NONCE, now=NOW)
    assert newer.verify(GOOD, nonce=NONCE, now=NOW)


def test_a_key_that_is_gone_from_a_newer_set_verifies_nothing():
    whole = verifier()
    assert whole.verify(GOOD, nonce=NONCE, now=NOW)
    newer = whole.with_keys(key_set(published(private_key("ES256", "second"))))
    with pytest.raises(KeyUnknown):
        newer.verify(GOOD, nonce=NONCE, now=NOW)


def test_the_kid_of_another_key_is_refused():
    keys = key_set(published(private_key("ES256")), published(private_key("ES256", "second")))
    text = token(says={"kid": private_key("ES256", "second").kid})
    with pytest.raises(SignatureRefused):
        verifier(keys).verify(text, nonce=NONCE, now=NOW)


@pytest.mark.parametrize("kid", [None, 1, ["first-ES256"]])
def test_a_key_without_a_name_is_not_looked_for(kid):
    with pytest.raises(HeaderRefused):
        verified(token(says={"kid": kid}))


def test_a_stranger_with_the_same_kid_is_refused():
    stranger = private_key("ES256", "stranger")
    text = signed(claims(), stranger, says={"kid": private_key("ES256").kid})
    with pytest.raises(SignatureRefused):
        verified(text)


def test_a_key_that_the_header_brings_is_not_looked_at():
    stranger = private_key("ES256", "stranger")
    brought = {
        "kid": private_key("ES256").kid,
        "jwk": stranger.as_dict(private=False),
        "jku": "https://stranger.example/jwks",
        "x5c": ["AAAA"],
    }
    with pytest.raises(SignatureRefused):
        verified(signed(claims(), stranger, says=brought))


# Which algorithm


def test_no_signature_at_all_is_refused():
    for alg in ("none", "None", ""):
        text = signed(claims(), private_key("ES256"), alg="none", says={"alg": alg})
        with pytest.raises(AlgorithmRefused):
            verified(text)
    with pytest.raises(SignatureRefused):
        verified(GOOD.rpartition(".")[0] + ".")


def test_the_public_key_is_no_secret_of_hs256():
    public = private_key("RS256")
    whole = verifier(key_set(published(public, "RS256")), algorithms=("RS256", "ES256"))
    for secret in (public.as_pem(private=False), public.as_der(private=False)):
        for alg, refusal in (("HS256", AlgorithmRefused), ("RS256", SignatureRefused)):
            text = signed(claims(), public, alg="none", says={"alg": alg})
            mac = hmac.digest(secret, text.removesuffix(".").encode(), "sha256")
            with pytest.raises(refusal):
                whole.verify(altered(mac, text), nonce=NONCE, now=NOW)


def test_an_rsa_key_is_used_with_its_own_algorithm_alone():
    whole = verifier(key_set(published(private_key("RS256"), "RS256")), algorithms=ALGORITHMS)
    for says in ({}, {"alg": "RS256"}):
        text = signed(claims(), private_key("RS256"), alg="PS256", says=says)
        with pytest.raises((AlgorithmRefused, SignatureRefused)):
            whole.verify(text, nonce=NONCE, now=NOW)


def test_an_algorithm_that_was_not_agreed_upon_is_refused_though_the_key_is_known():
    whole = verifier(key_set(published(private_key("RS256"), "RS256")), algorithms=("ES256",))
    with pytest.raises(AlgorithmRefused):
        whole.verify(token("RS256"), nonce=NONCE, now=NOW)


def test_the_header_does_not_choose_the_algorithm():
    everything = key_set(*(published(private_key(alg), alg) for alg in ALGORITHMS))
    whole = verifier(everything, algorithms=ALGORITHMS)
    for alg in ("RS256", "PS256", "EdDSA", "ES384", "HS256", ["ES256"], None, 1):
        with pytest.raises(AlgorithmRefused):
            whole.verify(token(says={"alg": alg}), nonce=NONCE, now=NOW)


# What else the header says


@pytest.mark.parametrize(
    "says",
    [
        {"crit": ["exp"], "exp": 1},
        {"crit": []},
        {"crit": None, "b64": False},
        {"b64": True},
        {"zip": "DEF"},
        {"typ": "at+jwt"},
        {"typ": "logout+jwt"},
        {"typ": None},
        {"typ": ["JWT"]},
        {"typ": ""},
    ],
    ids=str,
)
def test_a_header_that_would_be_read_another_way_is_refused(says):
    with pytest.raises(HeaderRefused):
        verified(token(says=says))


def test_a_header_is_remembered_only_from_a_good_token():
    whole = verifier()
    for number in range(100):
        text = signed(claims(), private_key("ES256"), says={"n": number})
        with pytest.raises(SignatureRefused):
            whole.verify(text[:-6] + "AAAAAA", nonce=NONCE, now=NOW)
    assert not whole._reader._known
    for number in range(100):
        text = signed(claims(), private_key("ES256"), says={"n": number})
        assert whole.verify(text, nonce=NONCE, now=NOW)
    assert 0 < len(whole._reader._known) <= 64


# The signature itself


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_truncated_or_longer_signature_is_refused(alg):
    whole = verifier(key_set(published(private_key(alg), alg)), algorithms=(alg,))
    good = from_b64url(token(alg).rpartition(".")[2])
    for wrong in (b"", good[:-1], good[:32], good + b"\0", b"\0" + good, good * 2):
        with pytest.raises(SignatureRefused):
            whole.verify(altered(wrong, token(alg)), nonce=NONCE, now=NOW)


def test_numbers_of_an_ecdsa_signature_that_are_none_are_refused():
    r, s = numbers()
    for wrong in ((0, 0), (0, s), (r, 0), (ORDER, s), (r, ORDER), (r, ORDER + 1), (1, 1)):
        with pytest.raises(SignatureRefused):
            verified(altered(raw(*wrong)))


def test_an_ecdsa_signature_in_der_is_refused():
    with pytest.raises(SignatureRefused):
        verified(altered(encode_dss_signature(*numbers())))


NUMBERS = st.one_of(
    st.integers(0, 2**256 - 1), st.integers(0, 2**16), st.integers(0, 255).map(lambda n: 2**n)
)


@given(NUMBERS, NUMBERS)
@example(0, 0)
@example(2**255 - 1, 2**255)
@example(127, 128)
def test_the_der_of_a_signature_is_that_of_cryptography(r, s):
    assert der_signature(raw(r, s)) == encode_dss_signature(r, s)


def test_the_der_of_another_length_does_not_exist():
    for length in (0, 63, 65, 96):
        with pytest.raises(InvalidSignature):
            der_signature(bytes(length))


# The text


def test_a_token_that_is_none_is_refused():
    header, payload, signature = GOOD.split(".")
    for wrong in (
        "",
        ".",
        "..",
        header,
        f"{header}.{payload}",
        f"{GOOD}.",
        f"{GOOD}.{signature}",
        f".{GOOD}",
        f"{GOOD}.{payload}.{signature}",
        f"{header}..{signature}",
        f".{payload}.{signature}",
    ):
        with pytest.raises(TokenRefused):
            verified(wrong)


@pytest.mark.parametrize("garbage", [" ", "\n", "=", "==", "A", "AA", "AAAA", "é", "\0", "。"])
def test_garbage_at_either_end_is_refused(garbage):
    for wrong in (GOOD + garbage, garbage + GOOD):
        with pytest.raises(TokenRefused):
            verified(wrong)


def test_stray_bits_in_the_last_character_of_the_signature_are_refused():
    """64 octets leave four bits of the last character unused: only one of sixteen is right."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert GOOD[-1] in "AQgw"
    first = alphabet.index(GOOD[-1])
    for stray in range(1, 16):
        with pytest.raises(TokenMalformed):
            verified(GOOD[:-1] + alphabet[first + stray])


def test_a_huge_token_is_refused_before_anything_is_decoded():
    assert len(token(filling="x" * 11_000)) < LONGEST
    assert verified(token(filling="x" * 11_000))
    for wrong in (token(filling="x" * 13_000), "." * 10**6, "A" * 10**6, GOOD + "A" * 10**6):
        with pytest.raises(TokenMalformed):
            verified(wrong)


def test_a_token_that_is_not_ascii_is_refused():
    header, payload, signature = GOOD.split(".")
    for wrong in (f"{header}.{payload}。{signature}", f"é{GOOD}", f"{header}.é.{signature}"):
        with pytest.raises(TokenMalformed):
            verified(wrong)


@given(
    place=st.integers(0, len(GOOD) - 1),
    character=st.one_of(
        st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n"),
        st.characters(),
    ),
)
def test_a_good_token_with_one_other_character_is_refused(place, character):
    wrong = GOOD[:place] + character + GOOD[place + 1 :]
    if wrong != GOOD:
        with pytest.raises(TokenRefused):
            verified(wrong)


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_refused_and_nothing_else_happens(header, payload, signature):
    whole = IDTokenVerifier(issuer=ISSUER, client_id=CLIENT, keys=key_set(), algorithms=("ES256",))
    parts = (b64url(part.encode("utf-8", "surrogatepass")) for part in (header, payload, signature))
    for wrong in (f"{header}.{payload}.{signature}", ".".join(parts)):
        with pytest.raises(TokenRefused):
            whole.verify(wrong, nonce=NONCE, now=NOW)


def test_a_refusal_quotes_nothing_of_the_token():
    marker = "hidden-in-the-token"
    for text in (
        token(iss=marker),
        token(aud=marker),
        token(nonce=marker),
        token(sub={"x": marker}),
        token(says={"kid": marker}),
        token(says={"alg": marker}),
        token(says={"typ": marker}),
        f"{marker}.{marker}.{marker}",
    ):
        with pytest.raises(TokenRefused) as refusal:
            verified(text)
        assert marker not in f"{refusal.value!r} {refusal.value} {refusal.value.log}"
