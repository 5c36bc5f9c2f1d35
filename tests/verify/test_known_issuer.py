"""What is kept of an issuer: fetched when it is due, and gone by when nobody answers."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from authsvc.verify import (
    CredentialSuspended,
    KeySetRefused,
    KeyUnknown,
    KnownIssuer,
    StatusUnknown,
    TokenMalformed,
    VerificationKeys,
)
from tests.makers import NOW
from tests.oidc.jwt_makers import private_key
from tests.verify.credential_makers import (
    AUDIENCE,
    LIST,
    NONCE,
    issued,
    metadata,
    presentation,
    status_list,
    verifier,
)
from tests.verify.makers import ISSUED, ISSUER

KEYS = f"{ISSUER}/.well-known/jwt-vc-issuer"
STATUS = {"status_list": {"idx": 7, "uri": LIST}}
OLD, NEW = private_key("ES256"), private_key("ES256", "second")


class Network:
    """What can be fetched, and what was."""

    def __init__(self) -> None:
        self.there: dict[str, bytes] = {KEYS: published(OLD), LIST: status_list()}
        self.asked: list[str] = []

    def fetch(self, address: str) -> bytes | None:
        self.asked.append(address)
        return self.there.get(address)

    async def afetch(self, address: str) -> bytes | None:
        return self.fetch(address)


def published(*keys) -> bytes:
    return msgspec.json.encode(metadata(*keys))


@pytest.fixture
def network():
    return Network()


def verify(issuer, text, *, now=NOW):
    whole = verifier(keys=issuer)
    return whole.verify(text, audience=AUDIENCE, nonce=NONCE, now=now, statuses=issuer.statuses)


def shown(key=OLD, *, now=NOW):
    return presentation(certificate=issued(key=key, status=STATUS), iat=int(now.timestamp()))


async def test_what_was_fetched_once_is_enough_until_it_is_due(network):
    issuer = KnownIssuer(ISSUER)
    with pytest.raises(KeyUnknown):
        verify(issuer, shown())
    assert issuer.refresh(network.fetch, now=NOW) == ()
    with pytest.raises(StatusUnknown):
        verify(issuer, shown())
    assert await issuer.arefresh(network.afetch, now=NOW) == ()
    assert verify(issuer, shown())
    assert network.asked == [KEYS, LIST]
    assert issuer.refresh(network.fetch, now=NOW + timedelta(seconds=29)) == ()
    assert network.asked == [KEYS, LIST]
    network.there[LIST] = status_list({7: 2}, iat=ISSUED + 30)
    later = NOW + timedelta(seconds=30)
    assert issuer.refresh(network.fetch, now=later) == ()
    assert network.asked == [KEYS, LIST, LIST]
    with pytest.raises(CredentialSuspended):
        verify(issuer, shown(), now=later)


def test_when_nobody_answers_or_what_comes_is_not_genuine_it_goes_on_with_what_it_has(network):
    issuer = KnownIssuer(ISSUER)
    issuer.statuses.want(LIST)
    assert issuer.refresh(network.fetch, now=NOW) == ()
    later = NOW + timedelta(minutes=5)
    for answer in (None, b"<html>", status_list(key=private_key("ES256", "stranger"))):
        network.there = {} if answer is None else {LIST: answer, KEYS: b"{}"}
        assert issuer.refresh(network.fetch, now=later) == (LIST,)
        assert verify(issuer, shown(now=later), now=later)
    # Another list than the one that was asked for is no answer, though it is genuine.
    network.there = {KEYS: published(OLD), LIST: status_list(sub=f"{LIST}1", iat=ISSUED + 60)}
    assert issuer.refresh(network.fetch, now=later) == (LIST,)


def test_a_newer_key_is_looked_for_when_it_is_met_and_an_older_one_is_believed_no_more(network):
    issuer = KnownIssuer(ISSUER)
    issuer.statuses.want(LIST)
    issuer.refresh(network.fetch, now=NOW)
    whole = verifier(keys=issuer)
    asked: dict[str, Any] = {"audience": AUDIENCE, "nonce": NONCE, "statuses": issuer.statuses}
    now = NOW
    assert whole.verify(shown(), **asked, now=NOW)
    network.there[KEYS] = published(NEW)
    for seconds, times in ((30, 1), (59, 1), (60, 2)):
        now = NOW + timedelta(seconds=seconds)
        if times == 1:
            with pytest.raises(KeyUnknown):
                whole.verify(shown(NEW, now=now), **asked, now=now)
        issuer.refresh(network.fetch, now=now)
        assert network.asked.count(KEYS) == times
    assert whole.verify(shown(NEW, now=now), **asked, now=now)
    with pytest.raises(KeyUnknown):
        whole.verify(shown(OLD, now=now), **asked, now=now)


def test_keys_of_another_issuer_are_not_taken():
    good = metadata(OLD)
    for wrong in (
        good | {"issuer": ISSUER + "/"},
        good | {"issuer": None},
        good | {"jwks": None},
        {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks"},
        {"issuer": ISSUER, "jwks": {"keys": []}},
    ):
        with pytest.raises(KeySetRefused):
            VerificationKeys.from_issuer_metadata(wrong, issuer=ISSUER)


def test_the_address_of_the_keys_goes_before_a_path():
    assert KnownIssuer(ISSUER).metadata_address == KEYS
    below = KnownIssuer("https://example.com/tenant/1234/").metadata_address
    assert below == "https://example.com/.well-known/jwt-vc-issuer/tenant/1234"


def test_a_platform_that_has_all_lists_need_not_ask_for_one(network):
    """Token Status List, section 9: named in one place, fetched before anybody comes."""
    issuer = KnownIssuer(ISSUER)
    named = {"status_lists": [LIST, "https://elsewhere.example/1", f"{ISSUER}.evil.example/1"]}
    issuer.want_lists(msgspec.json.encode(named))
    assert issuer.refresh(network.fetch, now=NOW) == ()
    assert network.asked == [KEYS, LIST]
    network.asked.clear()
    issuer.want_lists(msgspec.json.encode(named))
    text = presentation(certificate=issued(status=STATUS))
    assert verify(issuer, text).status_as_of is not None
    assert issuer.refresh(network.fetch, now=NOW) == ()
    assert network.asked == []
    for wrong in (b"", b"[]", b'{"status_lists":[1]}', b"[" * 5000):
        with pytest.raises(TokenMalformed):
            issuer.want_lists(wrong)
