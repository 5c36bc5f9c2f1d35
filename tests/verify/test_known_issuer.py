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
    SignerRevoked,
    SignerStatusUnknown,
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
    Authority,
    issued,
    metadata,
    presentation,
    signer_extensions,
    status_list,
    verifier,
)
from tests.verify.makers import ISSUED, ISSUER
from tests.verify.mdoc_makers import AUTHORITY, DOC_TYPE, TRADE, TRANSCRIPT, MdocIssuer, new_key

ROOT = f"{ISSUER}/ca/credentials.cer"
REVOKED = f"{ISSUER}/crl/credentials.crl"
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
    # Without its list nobody knows whom it believes no more.
    network.asked.clear()
    assert issuer.refresh(network.fetch, now=NOW) == (REVOKED,)
    assert network.asked == [ROOT, REVOKED]
    with pytest.raises(SignerStatusUnknown):
        shows_mdoc(issuer, MdocIssuer())
    network.there[REVOKED] = AUTHORITY.revocation_list()
    assert issuer.refresh(network.fetch, now=NOW) == ()
    assert shows_mdoc(issuer, MdocIssuer())
    # Another took its place: whoever shows one of it is refused, and a minute later is not.
    network.there[ROOT] = der(other)
    network.there[REVOKED] = other.revocation_list()
    next_one = MdocIssuer(authority=other)
    with pytest.raises(SignerRefused):
        shows_mdoc(issuer, next_one)
    network.asked.clear()
    assert issuer.refresh(network.fetch, now=NOW + timedelta(seconds=59)) == ()
    assert network.asked == []
    later = NOW + timedelta(seconds=60)
    issuer.refresh(network.fetch, now=later)
    assert network.asked == [ROOT, REVOKED]
    assert shows_mdoc(issuer, next_one, now=later)
    with pytest.raises(SignerRefused):
        shows_mdoc(issuer, MdocIssuer(), now=later)


def test_a_root_is_looked_for_every_quarter_of_an_hour(network):
    issuer = KnownIssuer(ISSUER)
    issuer.document_signers.take_root(der(AUTHORITY), now=NOW)
    network.there[ROOT] = der(AUTHORITY)
    network.there[REVOKED] = AUTHORITY.revocation_list()
    issuer.document_signers.take(REVOKED, network.there[REVOKED], now=NOW)
    issuer.take_keys(network.there[KEYS], now=NOW)
    for minutes, due in ((14, []), (15, [KEYS, ROOT, REVOKED])):
        network.asked.clear()
        issuer.refresh(network.fetch, now=NOW + timedelta(minutes=minutes))
        assert network.asked == due


def test_a_root_that_was_handed_over_is_never_fetched(network):
    issuer, key = KnownIssuer(ISSUER, anchors=[AUTHORITY.certificate]), new_key()
    certificate = AUTHORITY.certify(key.public_key(), *signer_extensions(trade=TRADE))
    maker = MdocIssuer(key, chain=[certificate])
    with pytest.raises(SignerStatusUnknown):
        shows_mdoc(issuer, maker)
    network.there[REVOKED] = AUTHORITY.revocation_list()
    issuer.refresh(network.fetch, now=NOW)
    assert network.asked == [KEYS, REVOKED]
    assert shows_mdoc(issuer, maker)
    with pytest.raises(SignerRefused):
        shows_mdoc(issuer, MdocIssuer(authority=Authority("Another")))
    issuer.refresh(network.fetch, now=NOW)
    assert network.asked == [KEYS, REVOKED]
    # Each list is for both forms, and says who is believed no more.
    later = NOW + timedelta(minutes=15)
    network.there[REVOKED] = AUTHORITY.revocation_list(certificate, at=later)
    issuer.refresh(network.fetch, now=later)
    with pytest.raises(SignerRevoked):
        shows_mdoc(issuer, maker, now=later)
