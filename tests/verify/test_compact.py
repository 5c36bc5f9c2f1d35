"""One spelling, one reading: base64url and JSON as strictly as elsewhere in the house."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from authsvc.clients.json_object import read_object
from authsvc.identifiers import b64url, from_b64url
from authsvc.verify import TokenMalformed
from authsvc.verify.compact import members, octets
from tests.makers import NOW
from tests.oidc.jwt_makers import private_key
from tests.verify.makers import NONCE, claims, key_set, published, verifier

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


def strictly(text: str) -> bytes | None:
    try:
        return from_b64url(text)
    except ValueError:
        return None


def here(text: bytes) -> bytes | None:
    try:
        return octets(text)
    except TokenMalformed:
        return None


@given(st.binary(max_size=200))
def test_octets_come_back(data):
    assert octets(b64url(data).encode()) == data


@given(st.text(ALPHABET + "=+/.! \n", max_size=12) | st.text(ALPHABET, max_size=12))
@example("")
@example("A")
@example("AB")
@example("AA==")
@example("AA\n")
def test_any_other_spelling_is_refused_as_it_is_elsewhere(text):
    assert here(text.encode()) == strictly(text)


@given(st.binary(max_size=8))
def test_octets_beyond_ascii_are_refused(data):
    if not data.isascii():
        assert here(data) is None


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=5), st.booleans(), st.booleans())
def test_any_object_is_read_as_another_reader_reads_it(document, ascii_only, spaces):
    separators = (", ", ": ") if spaces else (",", ":")
    text = json.dumps(document, ensure_ascii=ascii_only, separators=separators)
    try:
        octets_of_it = text.encode()
    except UnicodeEncodeError:
        return
    if "\0" not in str(document) and "\\u" not in text:
        assert members(octets_of_it) == read_object(octets_of_it) == document


@pytest.mark.parametrize(
    "text",
    [
        '{"iss":"a","iss":"b"}',
        '{"iss":"a", "iss":"a"}',
        '{"iss":"a","\\u0069ss":"b"}',
        '{"a":{"b":1,"b":1}}',
        '{"a":[{"b":1,"b":2}]}',
        '{"a":1}{"a":1}',
        '{"a":1} x',
        '["a"]',
        '"a"',
        "null",
        "",
        " ",
        '{"a":NaN}',
        '{"a":Infinity}',
        '{"a":1e999}',
        '{"a":"\\ud800"}',
        '{"a":"\t"}',
        '{"a":01}',
        '\ufeff{"a":1}',
        "{'a':1}",
        '{"a":' + "[" * 5000 + "]" * 5000 + "}",
        '{"a":' + '{"a":' * 2000 + "1" + "}" * 2001,
    ],
    ids=lambda text: text[:24],
)
def test_what_two_readers_may_read_differently_is_refused(text):
    with pytest.raises(TokenMalformed):
        members(text.encode())


@pytest.mark.parametrize("text", [b'{"a":"\xff"}', b'{"a":"\xed\xa0\x80"}', b"\xff\xfe{\0}\0"])
def test_what_is_not_utf_8_is_refused(text):
    with pytest.raises(TokenMalformed):
        members(text)


def with_payload(text: str, header: str | None = None) -> str:
    """A token with a good signature on whatever text."""
    key = private_key("ES256")
    said = header or json.dumps({"alg": "ES256", "kid": key.kid, "typ": "JWT"})
    signing_input = f"{b64url(said.encode())}.{b64url(text.encode())}"
    from joserfc.jws import JWSRegistry

    signature = JWSRegistry.algorithms["ES256"].sign(signing_input.encode(), key)
    return f"{signing_input}.{b64url(signature)}"


def verify(text: str) -> object:
    return verifier(key_set(published(private_key("ES256")))).verify(text, nonce=NONCE, now=NOW)


def test_a_claim_that_stands_there_twice_is_refused_though_it_is_signed():
    good = json.dumps(claims())
    assert verify(with_payload(good))
    for name in ("sub", "aud", "nonce", "acr", "of no meaning"):
        twice = f'{good[:-1]}, "{name}": "x", "{name}": "x"}}'
        with pytest.raises(TokenMalformed):
            verify(with_payload(twice))


def test_a_header_member_that_stands_there_twice_is_refused_though_it_is_signed():
    good = json.dumps({"alg": "ES256", "kid": private_key("ES256").kid, "typ": "JWT"})
    assert verify(with_payload(json.dumps(claims()), good))
    with pytest.raises(TokenMalformed):
        verify(with_payload(json.dumps(claims()), f'{good[:-1]}, "alg": "ES256"}}'))


def test_claims_that_are_no_object_are_refused_though_they_are_signed():
    for text in ("", "[]", "null", '"claims"', "{"):
        with pytest.raises(TokenMalformed):
            verify(with_payload(text))
