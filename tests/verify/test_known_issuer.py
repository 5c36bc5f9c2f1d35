"""What is kept of an issuer: fetched when it is due, and gone by when nobody answers."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from authsvc.verify import (
    CredentialSuspended,
    KeySetRefused,
    KeyUnknown,
    KnownIssuer,
    MdocVerifier,
    SignerRefused,
    StatusUnknown,
    VerificationKeys,
)
from tests.makers import NOW
from tests.oidc.jwt_makers import private_key
from tests.verify.credential_makers import (
    AUDIENCE,
    LIST,
    NONCE,
    Authority,
    issued,
    metadata,
    presentation,
    status_list,
    verifier,
)
from tests.verify.makers import ISSUED, ISSUER
from tests.verify.mdoc_makers import AUTHORITY, DOC_TYPE, TRANSCRIPT, MdocIssuer

ROOT = f"{ISSUER}/ca/credentials.cer"
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


def der(authority):
    return authority.certificate.public_bytes(Encoding.DER)


def shows_mdoc(issuer, maker, *, now=NOW):
    whole = MdocVerifier(issuer=ISSUER, signers=issuer.document_signers, types=[DOC_TYPE])
    return whole.verify(maker.issue().presented(), session_transcript=TRANSCRIPT, now=now)


def test_the_root_is_fetched_when_an_mdoc_is_shown_and_looked_for_again(network):
    issuer, other = KnownIssuer(ISSUER), Authority("The next root")
    assert issuer.refresh(network.fetch, now=NOW) == ()
    assert network.asked == [KEYS]
    with pytest.raises(KeyUnknown):
        shows_mdoc(issuer, MdocIssuer())
    # It is not there, then it is none, then it is there.
    assert issuer.refresh(network.fetch, now=NOW) == (ROOT,)
    network.there[ROOT] = b"none"
    assert issuer.refresh(network.fetch, now=NOW) == (ROOT,)
    network.there[ROOT] = der(AUTHORITY)
    assert issuer.refresh(network.fetch, now=NOW) == ()
    assert shows_mdoc(issuer, MdocIssuer())
    # Another took its place: whoever shows one of it is refused, and a minute later is not.
    network.there[ROOT] = der(other)
    next_one = MdocIssuer(authority=other)
    with pytest.raises(SignerRefused):
        shows_mdoc(issuer, next_one)
    network.asked.clear()
    assert issuer.refresh(network.fetch, now=NOW + timedelta(seconds=59)) == ()
    assert network.asked == []
    later = NOW + timedelta(seconds=60)
    issuer.refresh(network.fetch, now=later)
    assert network.asked == [ROOT]
    assert shows_mdoc(issuer, next_one, now=later)
    with pytest.raises(SignerRefused):
        shows_mdoc(issuer, MdocIssuer(), now=later)


def test_a_root_is_looked_for_every_quarter_of_an_hour(network):
    issuer = KnownIssuer(ISSUER)
    issuer.document_signers.take(der(AUTHORITY), now=NOW)
    issuer.take_keys(network.there[KEYS], now=NOW)
    for minutes, due in ((14, []), (15, [KEYS, ROOT])):
        network.asked.clear()
        issuer.refresh(network.fetch, now=NOW + timedelta(minutes=minutes))
        assert network.asked == due


def test_a_root_that_was_handed_over_is_never_fetched(network):
    issuer = KnownIssuer(ISSUER, anchors=[AUTHORITY.certificate])
    assert shows_mdoc(issuer, MdocIssuer())
    with pytest.raises(SignerRefused):
        shows_mdoc(issuer, MdocIssuer(authority=Authority("Another")))
    issuer.refresh(network.fetch, now=NOW)
    assert network.asked == [KEYS]
