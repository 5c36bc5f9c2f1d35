"""Requests and answers encrypted on top of TLS (OpenID4VCI 1.0, section 10)."""

import json

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey

from authsvc.issuance.errors import InvalidEncryptionParameters
from authsvc.issuance.request_keys import RequestKeys
from tests.issuance.makers import PERSON, new_keys, thumbprint_in
from tests.makers import NOW

ALGORITHMS = ["ECDH-ES", "A128GCM", "A256GCM"]


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("enc", ["A128GCM", "A256GCM"])
async def test_an_answer_can_be_read_by_nobody_but_the_wallet(issuing, enc):
    wallet, [key] = issuing.wallet(), new_keys(1)
    tokens = await wallet.authorized(issuing.zhang, scope=PERSON)
    body = {"credential_configuration_id": PERSON, "proofs": await wallet.proofs([key])}
    own = ECKey.generate_key("P-256", {"kid": "answers", "use": "enc"})
    response = await wallet.ask(tokens, await wallet.encrypted(body, own, enc=enc))
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/jwt"
    opened = jwe.decrypt_compact(response.text, own, algorithms=ALGORITHMS)
    assert (opened.headers()["enc"], opened.headers()["kid"]) == (enc, "answers")
    [found] = json.loads(opened.plaintext or b"")["credentials"]
    assert thumbprint_in(found["credential"]) == key.thumbprint()


@pytest.mark.asyncio(loop_scope="session")
async def test_an_answer_is_compressed_for_who_asks_for_it(issuing):
    wallet = issuing.wallet()
    tokens = await wallet.authorized(issuing.zhang, scope=PERSON)
    own, lengths = ECKey.generate_key("P-256", {"kid": "answers", "use": "enc"}), []
    for wish in ({}, {"zip": "DEF"}):
        body = {"credential_configuration_id": PERSON, "proofs": await wallet.proofs(new_keys(14))}
        response = await wallet.ask(tokens, await wallet.encrypted(body, own, **wish))
        assert response.status_code == 200, response.text
        opened = jwe.decrypt_compact(response.text, own, algorithms=[*ALGORITHMS, "DEF"])
        assert opened.headers().get("zip") == wish.get("zip")
        assert len(json.loads(opened.plaintext or b"")["credentials"]) == 14
        lengths.append(len(response.text))
    assert lengths[1] < lengths[0]


def test_what_is_encrypted_in_another_way_is_one_refusal(keyring, clock):
    keys = RequestKeys(keyring.digests)
    [jwk] = keys.jwks(now=NOW)["keys"]
    assert "d" not in jwk
    right = {"alg": "ECDH-ES", "enc": "A128GCM", "kid": jwk["kid"]}

    def made(header, key=jwk):
        every = [*ALGORITHMS, "ECDH-ES+A128KW", "A128CBC-HS256", "DEF"]
        return jwe.encrypt_compact(header, b"{}", ECKey.import_key(key), algorithms=every)

    assert keys.decrypt(made(right), now=NOW) == b"{}"
    assert keys.decrypt(made(right), now=clock.advance(hours=23)) == b"{}"
    head, *rest = made(right).split(".")
    other = ECKey.generate_key("P-256").as_dict(private=False)
    for wrong in (
        made(right | {"enc": "A128CBC-HS256"}),
        made(right | {"alg": "ECDH-ES+A128KW"}),
        made(right | {"zip": "DEF"}),
        made(right | {"kid": "another"}),
        made(right, other),
        ".".join([head, *rest[:-1], rest[-1][::-1]]),
        "a.b.c.d.e",
        "not a JWE",
    ):
        with pytest.raises(InvalidEncryptionParameters):
            keys.decrypt(wrong, now=NOW)
    with pytest.raises(InvalidEncryptionParameters):
        keys.decrypt(made(right), now=clock.advance(days=2))
