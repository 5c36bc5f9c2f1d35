"""ID tokens under every algorithm; another library says what `at_hash` must be."""

from uuid import uuid4

import pytest
from authlib.oidc.core.util import create_half_hash
from joserfc import jwt
from joserfc.jwk import KeySet

from authsvc.clients import Client
from authsvc.keyring.signing import ALGORITHMS
from authsvc.oidc.authorization import Authorization
from authsvc.oidc.jws import JWSReader
from authsvc.oidc.token.id_token import IDTokens
from tests.authentication.makers import ISSUER

ACCESS_TOKEN = "an.access.token"


@pytest.fixture
def id_tokens(keyring):
    signing = keyring.signing
    return IDTokens(issuer=ISSUER, keys=signing, seals=keyring.sealer, reader=JWSReader(signing))


@pytest.fixture
def authorization(now):
    return Authorization(
        family_id=uuid4(),
        subscriber_id=uuid4(),
        client_id="platform-a",
        scopes=("openid",),
        authorized_at=now,
        acr="urn:authsvc:acr:aal1",
        amr=("pwd",),
    )


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("alg", ALGORITHMS)
def test_the_hash_of_the_access_token_is_made_as_the_signature_is(
    keyring, id_tokens, authorization, now, alg
):
    client = Client(
        client_id="platform-a",
        name="Platform A",
        redirect_uris=("https://platform-a.example/callback",),
        sector_identifier="platform-a.example",
        id_token_signed_response_alg=alg,
    )
    token = id_tokens.issue(
        authorization, client=client, subject="pairwise", access_token=ACCESS_TOKEN, now=now
    )
    keys = KeySet.import_key_set(keyring.signing.public_jwks(now=now))
    read = jwt.decode(token, keys, algorithms=[alg])
    assert read.header["alg"] == alg
    assert read.claims["at_hash"] == create_half_hash(ACCESS_TOKEN, alg).decode()
    assert id_tokens.read_hint(token, now=now).subject == "pairwise"
