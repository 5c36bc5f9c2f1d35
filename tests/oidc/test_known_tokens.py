"""What a process remembers of tokens saves verifying a signature, and decides nothing else."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from authsvc.keyring import KeyRing
from authsvc.keyring.signing import new_private_key
from authsvc.oidc import jws
from authsvc.oidc.authorization import Authorization
from authsvc.oidc.errors import InvalidToken
from authsvc.oidc.jws import JWSReader
from authsvc.oidc.token.access_tokens import AccessTokens
from authsvc.oidc.token.known_tokens import KnownTokens

ISSUER = "https://id.example"


@pytest.fixture
def reads(monkeypatch):
    """How often a signature was verified."""
    made: list[str] = []
    read = JWSReader.read

    def counted(self, token, **options):
        made.append(token)
        return read(self, token, **options)

    monkeypatch.setattr(JWSReader, "read", counted)
    return made


def tokens_of(keyring: KeyRing) -> AccessTokens:
    return AccessTokens(issuer=ISSUER, keyring=keyring, reader=JWSReader(keyring.signing))


def issued(tokens: AccessTokens, now) -> str:
    authorization = Authorization(
        family_id=uuid4(),
        subscriber_id=uuid4(),
        client_id="platform-a",
        scopes=("openid", "age"),
        authorized_at=now,
        auth_time=now - timedelta(minutes=3),
        acr="urn:authsvc:acr:aal1",
        amr=("pwd",),
        claims={"userinfo": {"age_over_18": None}},
        details=({"type": "an-act"},),
    )
    return tokens.issue(
        authorization, subject="pairwise", scopes=("openid",), birth="birth", now=now
    )


def test_a_token_of_this_process_is_read_without_verifying_its_signature(keyring, now, reads):
    tokens = tokens_of(keyring)
    tokens.read(issued(tokens, now), now=now)
    assert reads == []


def test_a_token_of_another_process_is_verified_once(keyring, now, reads):
    token = issued(tokens_of(keyring), now)
    other = tokens_of(keyring)
    first, second = other.read(token, now=now), other.read(token, now=now)
    assert (len(reads), first) == (1, second)


def test_both_say_the_same_of_it(keyring, now):
    mine, other = tokens_of(keyring), tokens_of(keyring)
    token = issued(mine, now)
    assert mine.read(token, now=now) == other.read(token, now=now)


def test_a_token_that_was_altered_is_not_recognised(keyring, now, reads):
    tokens = tokens_of(keyring)
    token = issued(tokens, now)
    tokens.read(token, now=now)
    for place in range(0, len(token), 7):
        other = "A" if token[place] != "A" else "B"
        with pytest.raises(InvalidToken):
            tokens.read(token[:place] + other + token[place + 1 :], now=now)
    assert reads


def test_its_signature_alone_altered_is_not_recognised(keyring, now):
    tokens = tokens_of(keyring)
    token = issued(tokens, now)
    for ending in ("", token[-43:-1] + ("A" if token[-1] != "A" else "B"), token[-10:]):
        with pytest.raises(InvalidToken):
            tokens.read(token.rpartition(".")[0] + "." + ending, now=now)


def test_a_remembered_token_expires(keyring, now):
    tokens = tokens_of(keyring)
    token = issued(tokens, now)
    tokens.read(token, now=now + timedelta(seconds=599))
    with pytest.raises(InvalidToken, match="expired"):
        tokens.read(token, now=now + timedelta(minutes=10))


def test_a_remembered_token_dies_with_its_key(keyring, now):
    tokens = tokens_of(keyring)
    token = issued(tokens, now)
    make = partial(new_private_key, "ES256")
    keyring.directory.create_private_key("oidc", "es256-2", make, signs_from=now)
    keyring.directory.destroy_private_key("oidc", "es256-1")
    keyring.signing.reload()
    with pytest.raises(InvalidToken):
        tokens.read(token, now=now)


def test_a_token_that_is_no_access_token_is_not_remembered(keyring, now):
    tokens = tokens_of(keyring)
    key = keyring.signing.current("ES256", now=now)
    token = jws.sign({"iss": ISSUER}, key=key, typ="JWT")
    for _ in range(2):
        with pytest.raises(InvalidToken):
            tokens.read(token, now=now)


def test_the_oldest_gives_way():
    known: KnownTokens[int] = KnownTokens(most=3)
    for number in range(5):
        known.remember(f"token-{number}", number)
    assert [known.recall(f"token-{number}") for number in range(5)] == [None, None, 2, 3, 4]


def test_no_token_is_kept():
    known: KnownTokens[str] = KnownTokens()
    known.remember("a-token-that-opens-something", "what it says")
    assert "a-token" not in repr(known._known)
    assert [len(name) for name in known._known] == [32]
