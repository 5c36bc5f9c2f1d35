"""RFC 9068 section 2: the shape of an access token."""

from datetime import timedelta
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from authsvc.oidc.authorization import Authorization
from authsvc.oidc.errors import InvalidToken
from authsvc.oidc.jws import JWSReader
from authsvc.oidc.token.access_tokens import AccessTokens
from tests.makers import NOW

ISSUER = "https://id.example"


@pytest.fixture
def access_tokens(keyring):
    return AccessTokens(issuer=ISSUER, keyring=keyring, reader=JWSReader(keyring.signing))


@pytest.fixture
def authorization(now):
    return Authorization(
        family_id=uuid4(),
        subscriber_id=uuid4(),
        client_id="platform-a",
        scopes=("openid", "age"),
        authorized_at=now,
        auth_time=now - timedelta(minutes=3),
        acr="urn:authsvc:acr:aal1",
        amr=("pwd",),
    )


@pytest.fixture
def token(access_tokens, authorization, now):
    return access_tokens.issue(
        authorization, subject="pairwise", scopes=("openid",), birth="birth", now=now
    )


@pytest.fixture
def read(keyring):
    keys = KeySet.import_key_set(keyring.signing.public_jwks(now=NOW))
    return lambda token: jwt.decode(token, keys, algorithms=["ES256"])


def test_section_2_1_the_header_names_the_type(read, token):
    header = read(token).header
    assert header["typ"] == "at+jwt"
    assert header["alg"] == "ES256"
    assert header["kid"]


def test_section_2_2_the_required_claims_are_there(read, token, now):
    claims = read(token).claims
    assert claims["iss"] == claims["aud"] == ISSUER
    assert claims["sub"] == "pairwise"
    assert claims["client_id"] == "platform-a"
    assert claims["iat"] == int(now.timestamp())
    assert claims["exp"] == claims["iat"] + 600
    assert len(claims["jti"]) == 22


def test_section_2_2_1_and_2_2_3_authentication_and_scope_are_told(read, token, now):
    claims = read(token).claims
    assert claims["auth_time"] == int(now.timestamp()) - 180
    assert claims["acr"] == "urn:authsvc:acr:aal1"
    assert claims["scope"] == "openid"


def test_section_6_nothing_in_it_joins_two_tokens_of_one_person(
    read, access_tokens, authorization, now
):
    subjects = ("subject-at-a", "subject-at-b")
    one, two = (
        read(
            access_tokens.issue(
                authorization, subject=each, scopes=("openid",), birth="birth", now=now
            )
        ).claims
        for each in subjects
    )
    for name in ("jti", "authsvc_ref", "sub"):
        assert one[name] != two[name]
    for identifier in (authorization.subscriber_id, authorization.family_id):
        assert str(identifier) not in str(one)


def test_section_4_what_is_issued_is_read_back(access_tokens, authorization, token, now):
    found = access_tokens.read(token, now=now)
    assert found.subscriber_id == authorization.subscriber_id
    assert found.family_id == authorization.family_id
    assert found.authorized_at == authorization.authorized_at
    assert found.scopes == ("openid",)


def test_section_4_a_token_of_another_issuer_or_time_is_refused(keyring, access_tokens, token, now):
    other = AccessTokens(
        issuer="https://other.example", keyring=keyring, reader=JWSReader(keyring.signing)
    )
    with pytest.raises(InvalidToken):
        other.read(token, now=now)
    with pytest.raises(InvalidToken):
        access_tokens.read(token, now=now + timedelta(minutes=10))
