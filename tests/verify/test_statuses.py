"""Whether a certificate still holds: which lists are believed, for how long, and what they say."""

import zlib
from datetime import timedelta

import pytest

from authsvc.identifiers import b64url
from authsvc.verify import (
    CredentialRevoked,
    CredentialSuspended,
    HeaderRefused,
    IssuedInTheFuture,
    IssuerRefused,
    KeyUnknown,
    KnownStatuses,
    SignatureRefused,
    Status,
    StatusListVerifier,
    StatusTooOld,
    StatusUnknown,
    TokenExpired,
    TokenMalformed,
    TokenRefused,
)
from authsvc.verify.claims import LEEWAY
from authsvc.verify.statuses.status import LONGEST_UNPACKED, unpacked
from tests.makers import NOW
from tests.oidc.jwt_makers import private_key
from tests.vectors.test_token_status_list import VECTORS
from tests.verify.credential_makers import (
    DAY,
    LIST,
    issued,
    named_keys,
    presentation,
    status_list,
    verified,
)
from tests.verify.makers import ISSUED, ISSUER

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def statuses():
    return KnownStatuses(StatusListVerifier(issuer=ISSUER, keys=named_keys()))


def with_status(index: int = 7, **changes):
    """What somebody shows whose certificate has a place in the list."""
    place = {"status_list": {"idx": index, "uri": LIST}}
    return presentation(certificate=issued(status=place, exp=ISSUED + 14 * DAY), **changes)


def test_a_certificate_holds_as_of_the_list(statuses):
    statuses.add(status_list({6: 1, 8: 2}), now=NOW)
    found = verified(with_status(7), statuses=statuses)
    assert (found.status, found.status_as_of) == (Status.VALID, NOW)
    assert "status" not in found.claims
    with pytest.raises(CredentialRevoked):
        verified(with_status(6), statuses=statuses)
    with pytest.raises(CredentialSuspended):
        verified(with_status(8), statuses=statuses)


def test_a_freeze_is_met_with_the_next_list_and_a_release_with_the_one_after(statuses):
    statuses.add(status_list(), now=NOW)
    assert verified(with_status(), statuses=statuses)
    statuses.add(status_list({7: 2}, iat=ISSUED + 30), now=NOW + MINUTE)
    with pytest.raises(CredentialSuspended):
        verified(with_status(), statuses=statuses)
    # Somebody gives back the list of before: it is genuine, and not yet over.
    assert statuses.add(status_list(), now=NOW + MINUTE).signed_at == NOW + MINUTE / 2
    with pytest.raises(CredentialSuspended):
        verified(with_status(), statuses=statuses)
    statuses.add(status_list(iat=ISSUED + 60), now=NOW + MINUTE)
    assert verified(with_status(), statuses=statuses)


@pytest.mark.parametrize("status", [{}, {"another_mechanism": {}}])
def test_a_status_that_cannot_be_looked_up_is_no_yes(statuses, status):
    with pytest.raises(StatusUnknown):
        verified(with_status())
    with pytest.raises(StatusUnknown):
        verified(presentation(certificate=issued(status=status)), statuses=statuses)


def test_a_list_is_believed_as_long_as_the_platform_wants_and_its_end_allows(statuses):
    statuses.add(status_list(), now=NOW)

    def after(passed, **asked):
        now = NOW + passed
        text = with_status(iat=int(now.timestamp()))
        return verified(text, statuses=statuses, now=now, **asked)

    ten = timedelta(minutes=10)
    assert after(ten + LEEWAY)
    with pytest.raises(StatusTooOld):
        after(ten + LEEWAY + SECOND)
    days = {"oldest_status": timedelta(days=30)}
    assert after(timedelta(hours=72), **days).status_as_of == NOW
    with pytest.raises(StatusTooOld):
        after(timedelta(days=7) + LEEWAY, **days)


def test_what_is_beyond_the_list_or_not_registered_is_not_known(statuses):
    statuses.add(status_list({5: 3}, size=16), now=NOW)
    ask = {"now": NOW, "at_most_old": MINUTE}
    assert statuses.of(LIST, 15, **ask) is Status.VALID
    for index in (5, 16, 10**30, -1):
        with pytest.raises(StatusUnknown):
            statuses.of(LIST, index, **ask)
    with pytest.raises(StatusUnknown):
        statuses.of(f"{LIST}0", 1, **ask)


def test_what_is_due_is_what_was_asked_for_and_what_has_got_old(statuses):
    assert statuses.due(now=NOW) == ()
    with pytest.raises(StatusUnknown):
        verified(with_status(), statuses=statuses)
    assert statuses.due(now=NOW) == (LIST,)
    statuses.add(status_list(), now=NOW)
    assert statuses.due(now=NOW + 29 * SECOND) == ()
    assert statuses.due(now=NOW + 30 * SECOND) == (LIST,)
    # Whatever a list says, it is not asked for every second, and not once a year.
    for ttl, due in ((1, timedelta(seconds=15)), (300 * DAY, timedelta(hours=12))):
        statuses.add(status_list(ttl=ttl), now=NOW)
        assert statuses.due(now=NOW + due - SECOND) == ()
        assert statuses.due(now=NOW + due) == (LIST,)


def test_lists_are_added_again_after_a_restart(statuses):
    statuses.add(status_list({7: 1}), now=NOW)
    again = KnownStatuses(StatusListVerifier(issuer=ISSUER, keys=named_keys()))
    for token in statuses.tokens():
        again.add(token, now=NOW + MINUTE)
    with pytest.raises(CredentialRevoked):
        verified(with_status(), statuses=again)


WRONG = {
    "of a stranger": (KeyUnknown, {"key": private_key("ES256", "stranger")}),
    "signed as a certificate": (HeaderRefused, {"typ": "dc+sd-jwt"}),
    "without a typ": (HeaderRefused, {"typ": None}),
    "over": (TokenExpired, {"exp": ISSUED - 10}),
    "from the future": (IssuedInTheFuture, {"iat": ISSUED + 11}),
    "of another issuer": (IssuerRefused, {"iss": "https://other.example"}),
    "of no address": (TokenMalformed, {"sub": None}),
    "without a date": (TokenMalformed, {"iat": None}),
    "without a list": (TokenMalformed, {"status_list": None}),
    "of three bits": (TokenMalformed, {"status_list": {"bits": 3, "lst": "eNrbuRgAAhcBXQ"}}),
    "of no bits": (TokenMalformed, {"status_list": {"lst": "eNrbuRgAAhcBXQ"}}),
    "with no time to live": (TokenMalformed, {"ttl": 0}),
    "with a header as long as a list": (TokenMalformed, {"header": {"x": "x" * 20_000}}),
}


@pytest.mark.parametrize(("refusal", "changes"), WRONG.values(), ids=WRONG)
def test_a_list_that_is_not_genuine_is_not_taken(statuses, refusal, changes):
    statuses.add(status_list({7: 1}), now=NOW)
    with pytest.raises(refusal):
        statuses.add(status_list(**changes), now=NOW)
    with pytest.raises(CredentialRevoked):
        verified(with_status(), statuses=statuses)


def test_a_list_that_was_tampered_with_is_not_taken(statuses):
    head, payload, signature = status_list({7: 1}).split(b".")
    with pytest.raises(SignatureRefused):
        statuses.add(b".".join((head, status_list().split(b".")[1], signature)), now=NOW)
    for wrong in (b"", b"\xff", head, b".".join((head, payload))):
        with pytest.raises(TokenRefused):
            statuses.add(wrong, now=NOW)


@pytest.mark.parametrize(
    "lst",
    [
        "",
        "AAAA",
        "eNrbuRgAAhcBXQ==",
        b64url(zlib.compress(b"")),
        b64url(zlib.compress(b"x") + b"more"),
        b64url(zlib.compress(b"x")[:-1]),
        b64url(zlib.compress(bytes(LONGEST_UNPACKED + 1))),
    ],
    ids=["empty", "no zlib", "padding", "nothing", "more behind", "cut off", "a bomb"],
)
def test_what_is_no_packed_list_is_refused(lst):
    with pytest.raises(TokenMalformed):
        unpacked(lst, bits=2)


@pytest.mark.parametrize(("bits", "size", "said", "lst"), VECTORS.values(), ids=VECTORS)
def test_the_lists_of_the_specification_are_read(statuses, bits, size, said, lst):
    token = status_list(status_list={"bits": bits, "lst": lst})
    found = statuses.add(token, now=NOW)
    assert len(found.packed) * 8 // bits == size
    for index, status in said.items():
        if status in set(Status):
            assert found.status(index) == status
        else:
            with pytest.raises(StatusUnknown):
                found.status(index)
