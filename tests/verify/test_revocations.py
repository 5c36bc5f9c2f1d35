"""Which signers are believed no more: a list of the anchor, the newest that was given."""

import json
from datetime import timedelta

import pytest
from cryptography import x509

from authsvc.verify import (
    UNCHECKED_SIGNERS,
    KnownIssuer,
    KnownRevocations,
    KnownStatuses,
    RevocationListRefused,
    SignerRevoked,
    SignerStatusUnknown,
    StatusListVerifier,
)
from tests.makers import NOW
from tests.oidc.jwt_makers import private_key
from tests.verify.credential_makers import (
    AUDIENCE,
    DAY,
    LIST,
    NONCE,
    Authority,
    issued,
    metadata,
    presentation,
    public_key,
    signer_extensions,
    status_list,
    verifier,
    x5c,
)
from tests.verify.makers import ISSUED, ISSUER

AUTHORITY = Authority()
ANCHORS = [AUTHORITY.certificate]
KEY = private_key("ES256", "certified")
SIGNER = AUTHORITY.certify(public_key(KEY), *signer_extensions())
OTHER = AUTHORITY.certify(public_key(private_key("ES256", "other")), *signer_extensions())
HOUR = timedelta(hours=1)


def known(*lists, now=NOW):
    found = KnownRevocations(ANCHORS)
    for each in lists:
        found.add(each, now=now)
    return found


def whole(revocations, **changes):
    return verifier(keys=None, anchors=ANCHORS, revocations=revocations, **changes)


def verify(by, *, now=NOW):
    certificate = issued(key=KEY, header=x5c(SIGNER), exp=ISSUED + 9 * DAY)
    text = presentation(certificate=certificate, iat=int(now.timestamp()))
    return by.verify(text, audience=AUDIENCE, nonce=NONCE, now=now)


def test_a_signer_that_is_not_on_the_list_is_believed():
    assert verify(whole(known(AUTHORITY.revocation_list())))
    assert verify(whole(known(AUTHORITY.revocation_list(OTHER))))


def test_a_signer_that_is_on_the_list_is_not():
    with pytest.raises(SignerRevoked):
        verify(whole(known(AUTHORITY.revocation_list(OTHER, SIGNER))))


def test_one_that_was_met_while_it_was_believed_is_not_remembered():
    revocations = known(AUTHORITY.revocation_list())
    by = whole(revocations)
    assert verify(by)
    revocations.add(AUTHORITY.revocation_list(SIGNER, at=NOW + HOUR), now=NOW + HOUR)
    with pytest.raises(SignerRevoked):
        verify(by, now=NOW + HOUR)


def test_no_news_is_not_good_news():
    for revocations in (None, KnownRevocations(ANCHORS)):
        with pytest.raises(SignerStatusUnknown):
            verify(whole(revocations))
    # A list holds until it says that there is a newer one.
    by = whole(known(AUTHORITY.revocation_list(days=1)))
    assert verify(by, now=NOW + 23 * HOUR)
    for late in (25 * HOUR, 100 * HOUR):
        with pytest.raises(SignerStatusUnknown):
            verify(by, now=NOW + late)


def test_whoever_can_never_look_says_so():
    assert verify(whole(UNCHECKED_SIGNERS))


def test_an_older_list_never_replaces_a_newer_one():
    older, newer = AUTHORITY.revocation_list(), AUTHORITY.revocation_list(SIGNER, at=NOW + HOUR)
    for order in ((older, newer), (newer, older)):
        revocations = known(*order, now=NOW + HOUR)
        assert revocations.lists() == (newer,)
        with pytest.raises(SignerRevoked):
            verify(whole(revocations), now=NOW + HOUR)


WHOLE = AUTHORITY.revocation_list(SIGNER)
PART = x509.IssuingDistributionPoint(None, None, True, False, None, False, False)
WRONG = {
    "nothing": b"",
    "nonsense": b"nonsense",
    "not all of it": WHOLE[:-1],
    "more than it": WHOLE + b"\0",
    "another octet": WHOLE[:-1] + bytes([WHOLE[-1] ^ 1]),
    "too long": WHOLE + bytes(1 << 20),
    "of another authority": Authority("another").revocation_list(),
    "of another authority with the name of ours": Authority().revocation_list(),
    "in another name": AUTHORITY.revocation_list(name=SIGNER.subject),
    "to come": AUTHORITY.revocation_list(at=NOW + HOUR),
    "of a part": AUTHORITY.revocation_list(extensions=[(PART, True)]),
    "of changes": AUTHORITY.revocation_list(extensions=[(x509.DeltaCRLIndicator(1), True)]),
}


@pytest.mark.parametrize("der", WRONG.values(), ids=WRONG)
def test_what_is_no_whole_list_of_an_anchor_is_refused_and_changes_nothing(der):
    revocations = known(WHOLE)
    with pytest.raises(RevocationListRefused):
        revocations.add(der, now=NOW)
    assert revocations.lists() == (WHOLE,)


def test_a_status_list_of_a_revoked_signer_is_refused_as_well():
    token = status_list(key=KEY, header=x5c(SIGNER))
    for revocations, refusal in ((known(WHOLE), SignerRevoked), (None, SignerStatusUnknown)):
        lists = StatusListVerifier(issuer=ISSUER, anchors=ANCHORS, revocations=revocations)
        with pytest.raises(refusal):
            KnownStatuses(lists).add(token, now=NOW)


class Site:
    """What an issuer publishes; `asked` are the addresses in order."""

    def __init__(self, **there):
        self.asked = []
        self.there = {
            f"{ISSUER}/.well-known/jwt-vc-issuer": metadata_octets(),
            f"{ISSUER}/crl/credentials.crl": AUTHORITY.revocation_list(),
            LIST: status_list(key=KEY, header=x5c(SIGNER)),
        } | there

    def fetch(self, address):
        self.asked.append(address)
        return self.there.get(address)


def metadata_octets():
    return json.dumps(metadata(private_key("ES256"))).encode()


def test_what_is_kept_of_an_issuer_has_its_revoked_signers():
    issuer, site = KnownIssuer(ISSUER, anchors=ANCHORS), Site()
    issuer.statuses.want(LIST)
    assert issuer.refresh(site.fetch, now=NOW) == ()
    assert site.asked == [*site.there]
    assert verify(whole(issuer.revocations))
    # Looked for again as often as for keys, and what cannot be had changes nothing.
    crl = issuer.revocations_address
    for minutes, due in ((1, False), (14, False), (15, True)):
        site.asked.clear()
        issuer.refresh(site.fetch, now=NOW + timedelta(minutes=minutes))
        assert (crl in site.asked) is due
    later = NOW + HOUR
    site.there[crl] = b"nonsense"
    assert crl in issuer.refresh(site.fetch, now=later)
    assert verify(whole(issuer.revocations), now=later)
    site.there[crl] = AUTHORITY.revocation_list(SIGNER, at=later)
    assert crl not in issuer.refresh(site.fetch, now=later)
    with pytest.raises(SignerRevoked):
        verify(whole(issuer.revocations), now=later)
    again = known(*issuer.revocations.lists(), now=later)
    with pytest.raises(SignerRevoked):
        verify(whole(again), now=later)


def test_nobody_without_an_anchor_fetches_it():
    issuer, site = KnownIssuer(ISSUER), Site()
    issuer.refresh(site.fetch, now=NOW)
    assert issuer.revocations_address not in site.asked
