import base64
import json
from typing import Any

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, OKPKey, RSAKey

from authsvc.clients.client import Encryption
from authsvc.clients.encrypted import CONTENT_ENCRYPTION, KEY_MANAGEMENT, encrypt
from authsvc.clients.errors import ClientKeyMissing

PAYLOAD = "不出示姓名".encode()
KEYS: dict[str, Any] = {
    "RSA": RSAKey.generate_key(2048),
    "P-256": ECKey.generate_key("P-256"),
    "P-384": ECKey.generate_key("P-384"),
    "P-521": ECKey.generate_key("P-521"),
    "X25519": OKPKey.generate_key("X25519"),
}


def jwk(kind, **members):
    return {**KEYS[kind].as_dict(private=False), **members}


def header_of(token):
    head = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(head + "=="))


def encrypted(*jwks, alg="ECDH-ES", enc="A128GCM", content_type=None):
    encryption = Encryption(alg, enc)
    return encrypt(PAYLOAD, jwks=jwks, encryption=encryption, content_type=content_type)


def opened(token, kind, alg, enc):
    return jwe.decrypt_compact(token, KEYS[kind], algorithms=[alg, enc]).plaintext


@pytest.mark.parametrize("enc", CONTENT_ENCRYPTION)
@pytest.mark.parametrize("alg", KEY_MANAGEMENT)
@pytest.mark.parametrize("kind", KEYS)
def test_the_client_alone_reads_it(kind, alg, enc):
    if (kind == "RSA") != (alg == "RSA-OAEP-256"):
        with pytest.raises(ClientKeyMissing):
            encrypted(jwk(kind), alg=alg, enc=enc)
        return
    token = encrypted(jwk(kind, kid="k1", use="enc"), alg=alg, enc=enc, content_type="JWT")
    assert opened(token, kind, alg, enc) == PAYLOAD
    header = header_of(token)
    assert header.pop("epk", None) is not None or kind == "RSA"
    assert header == {"alg": alg, "enc": enc, "kid": "k1", "cty": "JWT"}


def test_no_word_of_it_stands_there_and_no_two_are_alike():
    one, other = encrypted(jwk("P-256")), encrypted(jwk("P-256"))
    assert one != other
    assert set(header_of(one)) == {"alg", "enc", "epk"}


@pytest.mark.parametrize(
    ("jwks", "chosen"),
    [
        ([jwk("P-256", kid="sig", use="sig"), jwk("P-256", kid="enc", use="enc")], "enc"),
        ([jwk("P-256", kid="any"), jwk("P-256", kid="enc", use="enc")], "enc"),
        ([jwk("P-256", kid="any"), jwk("P-256", kid="alg", alg="ECDH-ES")], "alg"),
        ([jwk("P-256", kid="first", use="enc"), jwk("P-256", kid="then", use="enc")], "first"),
        ([jwk("P-256", kid="other", alg="ECDH-ES+A128KW"), jwk("P-384", kid="any")], "any"),
        ([jwk("RSA", kid="rsa", use="enc"), jwk("P-256", kid="ec")], "ec"),
        ([jwk("P-256", kid="no", key_ops=["verify"]), jwk("X25519", kid="yes")], "yes"),
        ([jwk("P-256", kid="ops", key_ops=["deriveBits"])], "ops"),
        ([jwk("P-256", kid="browser", key_ops=[])], "browser"),
        ([{"kty": "EC", "kid": "broken"}, jwk("P-256", kid="whole")], "whole"),
    ],
)
def test_the_key_is_one_that_is_for_it(jwks, chosen):
    assert header_of(encrypted(*jwks))["kid"] == chosen


@pytest.mark.parametrize(
    "jwks",
    [
        [],
        [jwk("P-256", use="sig")],
        [jwk("P-256", alg="ES256")],
        [OKPKey.generate_key("Ed25519").as_dict(private=False)],
        [KEYS["P-256"].as_dict(private=True)],
        [{"kty": "oct", "k": "AAAAAAAAAAAAAAAAAAAAAA"}],
    ],
)
def test_without_a_key_for_it_nothing_is_sent(jwks):
    with pytest.raises(ClientKeyMissing):
        encrypted(*jwks)


@pytest.mark.parametrize(
    ("alg", "enc"),
    [
        ("RSA1_5", "A128GCM"),
        ("RSA-OAEP", "A128GCM"),
        ("dir", "A128GCM"),
        ("PBES2-HS256+A128KW", "A128GCM"),
        ("A128KW", "A128GCM"),
        ("ECDH-ES+A192KW", "A128GCM"),
        ("ECDH-ES", "A192GCM"),
        ("ECDH-ES", "none"),
    ],
)
def test_what_is_not_spoken_is_not_spoken(alg, enc):
    with pytest.raises(ClientKeyMissing):
        encrypted(jwk("RSA"), jwk("P-256"), alg=alg, enc=enc)
