"""Row 22: nothing from outside is decrypted here that has a padding to ask about."""

import ast
from pathlib import Path

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, RSAKey

import authsvc
from authsvc.identifiers import b64url, from_b64url
from authsvc.issuance import request_keys
from tests.hostile.key_platforms import EC, RSA, Door

HOUSE = Path(authsvc.__file__).parent


# Nothing here is stored: one pair of stores tells what the other would.
embedded = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


@pytest.fixture
async def door(provider):
    return await Door.of(provider)


def encrypted(inner, key, alg, enc):
    return jwe.encrypt_compact(
        {"alg": alg, "enc": enc, "cty": "JWT"}, inner, key, algorithms=[alg, enc]
    )


def altered(token):
    """The token, and each of its parts with its first and its last byte changed or left out."""
    yield token
    parts = token.split(".")
    for index, text in enumerate(parts):
        raw = from_b64url(text)
        for changed in (b"", raw[1:], raw[:-1], bytes([raw[0] ^ 1]) + raw[1:] if raw else b"0"):
            yield ".".join([*parts[:index], b64url(changed), *parts[index + 1 :]])


@embedded
@pytest.mark.parametrize(
    ("alg", "enc"),
    [("RSA-OAEP-256", "A128CBC-HS256"), ("RSA-OAEP", "A128CBC-HS256"), ("ECDH-ES", "A128GCM")],
)
async def test_every_encrypted_thing_gets_one_answer(door, alg, enc):
    """A good assertion, encrypted well and in every broken way: 401, the same bytes each time."""
    key = RSAKey.import_key(RSA.jwk) if alg.startswith("RSA") else ECKey.import_key(EC.jwk)
    answers = set()
    for token in altered(encrypted(EC.sign(door.claims()), key, alg, enc)):
        response = await door.ask(token)
        assert response.status_code == 401
        answers.add((response.content, tuple(sorted(response.headers.items()))))
    assert len(answers) == 1


@embedded
async def test_and_so_does_one_encrypted_to_our_own_signing_key(door):
    """Encrypted to each key of our published set: the same 401."""
    for jwk in (await door.http.get("/jwks")).json()["keys"]:
        if jwk["kty"] == "RSA":
            public = {name: jwk[name] for name in ("kty", "n", "e")}
            token = encrypted("x", RSAKey.import_key(public), "RSA-OAEP-256", "A128GCM")
            assert not await door.opens(token)


def test_nobody_in_the_house_decrypts_a_token_but_a_wallets_request():
    """One file asks its library to decrypt a JWE, by algorithms without any padding.

    It has one refusal for everything (`issuance/test_encrypted_answers.py`). Nobody looks for a
    registry.
    """
    named = {
        (str(path.relative_to(HOUSE)), node.attr if isinstance(node, ast.Attribute) else node.id)
        for path in HOUSE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute | ast.Name)
    }
    assert "encrypt_compact" in {name for _, name in named}
    opening = {"decrypt_compact", "decrypt_json", "JWERegistry"}
    found = {(path, name) for path, name in named if name in opening}
    assert found == {("issuance/request_keys.py", "decrypt_compact")}
    assert (request_keys.ALGORITHM, *request_keys.CONTENT_ENCRYPTION) == (
        "ECDH-ES",
        "A128GCM",
        "A256GCM",
    )
