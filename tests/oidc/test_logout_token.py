"""Logout tokens as Back-Channel Logout 1.0 section 2.4 wants them, read by another library."""

from datetime import timedelta

import msgspec
import pytest
from joserfc import jwe, jwt
from joserfc.jwk import KeySet, RSAKey

from authsvc.authentication.assurance import Factor
from authsvc.authentication.signed_in import SignedIn
from authsvc.clients.client import Encryption
from authsvc.clients.client_keys import ClientKeys
from authsvc.clients.errors import ClientKeyMissing
from authsvc.keyring.signing import ALGORITHMS
from authsvc.oidc.client_jwt import ClientJWTs
from authsvc.oidc.logout.logout_token import LogoutTokens
from authsvc.oidc.logout.session_participants import SessionParticipants
from authsvc.web.fetcher import Fetcher
from tests.authentication.makers import ISSUER
from tests.clients.makers import client
from tests.oidc.leaving_platforms import EVENT
from tests.oidc.makers import Page

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


def leaver(**members):
    uri = "https://leaver.example/backchannel_logout"
    return client("leaver", backchannel_logout_uri=uri, **members)


@pytest.fixture
async def session(provider, now):
    subscriber = await provider.person("zhang-again")
    signed_in = SignedIn(subscriber.id, frozenset({Factor.PASSWORD}), now)
    sessions = provider.house.sessions
    return await sessions.find(await sessions.open(signed_in, now=now), now=now)


@pytest.fixture
def participants(storage, keyring):
    return SessionParticipants(storage.ephemeral, digests=keyring.digests)


@pytest.fixture
def logout_tokens(provider, keyring, participants):
    jwts = ClientJWTs(keys=keyring.signing, client_keys=ClientKeys(Fetcher()))
    return LogoutTokens(
        issuer=ISSUER,
        jwts=jwts,
        subscribers=provider.house.subscribers,
        participants=participants,
    )


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("alg", ALGORITHMS)
async def test_oidcc_backchannel_rp_initiated_logout_the_token_is_valid(
    keyring, logout_tokens, participants, session, provider, now, alg
):
    platform = leaver(id_token_signed_response_alg=alg)
    token = await logout_tokens.issue(session, platform, now=now)
    keys = KeySet.import_key_set(keyring.signing.public_jwks(now=now))
    read = jwt.decode(token, keys, algorithms=[alg])
    assert read.header["alg"] == alg
    assert read.header["typ"] == "logout+jwt"
    subscribers = provider.house.subscribers
    jti = read.claims.pop("jti")
    assert len(jti) >= 22
    assert read.claims == {
        "iss": ISSUER,
        "aud": "leaver",
        "iat": int(now.timestamp()),
        "exp": int((now + timedelta(minutes=2)).timestamp()),
        "events": {EVENT: {}},
        "sub": subscribers.subject_for(session.subscriber, platform.sector_identifier),
        "sid": participants.sid(session, "leaver"),
    }


async def test_no_two_tokens_have_one_name(logout_tokens, session, now, keyring):
    keys = KeySet.import_key_set(keyring.signing.public_jwks(now=now))
    seen = set()
    for _ in range(3):
        token = await logout_tokens.issue(session, leaver(), now=now)
        seen.add(jwt.decode(token, keys, algorithms=["RS256"]).claims["jti"])
    assert len(seen) == 3


async def test_it_is_encrypted_where_id_tokens_are(logout_tokens, session, now, keyring):
    key = RSAKey.generate_key(2048, {"use": "enc", "kid": "k"})
    platform = leaver(
        jwks={"keys": [key.as_dict(private=False)]},
        id_token_encrypted_response_alg="RSA-OAEP-256",
        id_token_encrypted_response_enc="A256GCM",
    )
    token = await logout_tokens.issue(session, platform, now=now)
    opened = jwe.decrypt_compact(token, key, algorithms=["RSA-OAEP-256", "A256GCM"])
    assert opened.headers()["cty"] == "JWT"
    keys = KeySet.import_key_set(keyring.signing.public_jwks(now=now))
    assert opened.plaintext is not None
    inside = jwt.decode(opened.plaintext.decode(), keys, algorithms=["RS256"])
    assert inside.header["typ"] == "logout+jwt"


async def test_it_never_goes_in_clear_where_it_should_not(logout_tokens, session, now):
    encryption = Encryption("RSA-OAEP-256", "A256GCM")
    platform = msgspec.structs.replace(leaver(), id_token_encryption=encryption)
    with pytest.raises(ClientKeyMissing):
        await logout_tokens.issue(session, platform, now=now)


async def test_it_is_no_id_token(provider, logout_tokens, session, browser, now):
    token = await logout_tokens.issue(session, leaver(), now=now)
    response = await browser.get("/end-session", id_token_hint=token)
    assert "logout" in Page(response.text).buttons
