"""The code on a phone, at a counter: for this purpose, of this half minute, once."""

from datetime import timedelta

import pytest
import segno

from authsvc.verify import VerificationKeys
from authsvc.verify.credentials.errors import (
    BindingAudienceRefused,
    BindingMalformed,
    BindingMissing,
    BindingTooOld,
)
from authsvc.verify.credentials.verifier import CredentialVerifier
from authsvc.verify.dynamic_qr import (
    DynamicQRVerifier,
    OwnMemory,
    PurposeRefused,
    QRReplayed,
    audience_of,
)
from tests.makers import NOW
from tests.presentation.wallet import Request

PURPOSE = "示例大厅 3 号窗口 · Example Hall, counter 3"
NONCE = "a nonce of twenty-two or more"


def door(issuer, memory=None):
    """A counter of that purpose."""
    keys = VerificationKeys.from_issuer_metadata(issuer.metadata, issuer=issuer.url)
    credentials = CredentialVerifier(
        issuer=issuer.url, keys=keys, types=[issuer.type("verified-person")]
    )
    return DynamicQRVerifier(credentials, purpose=PURPOSE, memory=memory)


@pytest.fixture
def counter(issuer):
    return door(issuer)


def drawn(wallet, *, now=NOW, nonce=NONCE, audience=None):
    """What the holder's app draws."""
    request = Request({"client_id": audience or audience_of(PURPOSE), "nonce": nonce})
    return wallet.present(request, "age_over_18", now=now)


def test_what_is_shown_is_believed_once(counter, wallet):
    text = drawn(wallet)
    # It fits into a code that a camera reads from a phone.
    assert segno.make_qr(text, error="l").symbol_size()[0] <= 145
    shown = counter.verify(text, now=NOW)
    assert (shown.purpose, shown.presentation.claims["age_over_18"]) == (PURPOSE, True)
    with pytest.raises(QRReplayed):
        counter.verify(text, now=NOW + timedelta(seconds=39))
    assert counter.verify(drawn(wallet, nonce=NONCE[::-1]), now=NOW)


def test_a_picture_of_it_is_soon_of_no_use(counter, wallet):
    with pytest.raises(BindingTooOld):
        counter.verify(drawn(wallet), now=NOW + timedelta(seconds=41))
    with pytest.raises(BindingTooOld):
        counter.verify(drawn(wallet, now=NOW + timedelta(seconds=31)), now=NOW)


def test_it_is_forgotten_only_when_it_would_not_be_taken(counter, wallet):
    late = NOW + timedelta(seconds=10)
    text = drawn(wallet, now=late)
    counter.verify(text, now=NOW)
    for seconds in (20, 50):
        with pytest.raises((QRReplayed, BindingTooOld)):
            counter.verify(text, now=late + timedelta(seconds=seconds))


def test_doors_that_share_a_memory_take_a_code_once(issuer, wallet):
    shared = OwnMemory()
    text = drawn(wallet)
    door(issuer, shared).verify(text, now=NOW)
    with pytest.raises(QRReplayed):
        door(issuer, shared).verify(text, now=NOW)
    # What it is for: a door with a memory of its own knows nothing of the others.
    assert door(issuer).verify(text, now=NOW)


def test_a_memory_that_is_full_refuses_rather_than_forgets(monkeypatch):
    monkeypatch.setattr("authsvc.verify.dynamic_qr._MOST", 2)
    memory = OwnMemory()
    until = NOW + timedelta(seconds=50)
    assert [memory.claim(name, until=until, now=NOW) for name in "abc"] == [True, True, False]
    assert memory.claim("c", until=until, now=until + timedelta(seconds=1))


@pytest.mark.parametrize("purpose", ["counter:another purpose", PURPOSE, "x509_hash:x"])
def test_for_another_purpose_it_is_of_no_use(counter, wallet, purpose):
    with pytest.raises(BindingAudienceRefused):
        counter.verify(drawn(wallet, audience=purpose), now=NOW)


def test_what_is_no_such_code_is_refused(counter, wallet):
    with pytest.raises(BindingMissing):
        counter.verify(wallet.credential.shown(["age_over_18"]), now=NOW)
    for nonce in ("short", "x" * 129):
        with pytest.raises(BindingMalformed):
            counter.verify(drawn(wallet, nonce=nonce), now=NOW)
    with pytest.raises(BindingMalformed):
        counter.verify("x" * 2954, now=NOW)


@pytest.mark.parametrize("purpose", ["", "x" * 121, "two\nlines"])
def test_a_purpose_is_one_line_that_a_person_reads(purpose):
    with pytest.raises(PurposeRefused):
        audience_of(purpose)
