"""An mdoc that somebody presents: what is learnt of a genuine one, and what is refused, and why."""

import base64
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.identifiers import b64url
from authsvc.verify import (
    UNCHECKED_SIGNERS,
    AlgorithmRefused,
    AuthorityRefused,
    BindingMissing,
    CredentialRevoked,
    CredentialSuspended,
    DeviceSignatureRefused,
    DisclosureRefused,
    HolderKeyRefused,
    IssuedInTheFuture,
    KnownRevocations,
    KnownStatuses,
    MdocMalformed,
    MdocVerifier,
    SignatureRefused,
    SignerRefused,
    SignerRevoked,
    SignerStatusUnknown,
    Status,
    StatusListVerifier,
    StatusTooOld,
    StatusUnknown,
    TokenExpired,
    TokenNotYetValid,
    TokenRefused,
    TypeRefused,
    VerifiedMdoc,
)
from tests.makers import NOW
from tests.verify.credential_makers import (
    LIST,
    Authority,
    named_keys,
    signer_extensions,
    status_list,
)
from tests.verify.makers import ISSUER
from tests.verify.mdoc_makers import (
    AUTHORITY,
    DOC_TYPE,
    LIFETIME,
    TRADE,
    TRANSCRIPT,
    MdocIssuer,
    cose_key,
    encoded,
    new_key,
    response,
    sign1,
    tdate,
)

MAKER = MdocIssuer()
GOOD = MAKER.issue()
SECOND = timedelta(seconds=1)
STATUS = {"status_list": {"idx": 7, "uri": LIST}}


def verified(
    presented: bytes, *, now=NOW, transcript=TRANSCRIPT, statuses=None, **asked: Any
) -> VerifiedMdoc:
    """What a platform learns."""
    made: dict[str, Any] = {
        "issuer": ISSUER,
        "anchors": [AUTHORITY.certificate],
        "types": [DOC_TYPE],
    }
    made["revocations"] = UNCHECKED_SIGNERS
    verifier = MdocVerifier(**made | asked)
    return verifier.verify(presented, session_transcript=transcript, now=now, statuses=statuses)


def refuses(why: type[TokenRefused], presented: bytes, **asked: Any) -> None:
    with pytest.raises(TokenRefused) as refused:
        verified(presented, **asked)
    assert type(refused.value) is why, refused.value


def issued(change: Callable[[dict[str, Any]], object], **more: Any) -> bytes:
    """Of an issuer who signs something else."""
    return MAKER.issue(change=change, **more).presented()


def test_what_is_shown_is_told_and_nothing_else():
    found = verified(GOOD.presented("age_over_18"))
    assert found.claims == {DOC_TYPE: {"age_over_18": True}}
    assert (found.issuer, found.type) == (ISSUER, DOC_TYPE)
    assert (found.issued_at, found.expires_at) == (NOW, NOW + LIFETIME)
    assert (found.status, found.status_as_of) == (None, None)
    assert verified(GOOD.presented()).claims[DOC_TYPE]["document_class"] == "resident_identity_card"
    assert "resident" not in repr(found)


def test_a_holder_may_show_nothing_but_that_it_is_theirs():
    def bare(document):
        del document["issuerSigned"]["nameSpaces"]

    assert verified(GOOD.presented(change=bare)).claims == {}


def test_values_are_told_as_json_has_them():
    told = {"picture": b"\x00\xff", "since": tdate(NOW), "inside": encoded(1), "many": [{"a": 1.5}]}
    claims = verified(MAKER.issue(told).presented()).claims[DOC_TYPE]
    assert claims == {
        "picture": "AP8",
        "since": f"{NOW:%Y-%m-%dT%H:%M:%SZ}",
        "inside": "AQ",
        "many": [{"a": 1.5}],
    }
    told = {"day": cbor2.CBORTag(1004, "2026-12-01")}
    assert verified(MAKER.issue(told).presented()).claims[DOC_TYPE] == {"day": "2026-12-01"}


def test_es256_may_be_called_by_its_newer_number():
    mdoc = MAKER.issue(alg=-9)
    assert verified(mdoc.presented(alg=-9))


def test_octets_are_digested_and_signed_as_they_came():
    """A length of an item may be spelt longer than it has to be: it is never encoded anew."""
    item = GOOD.issuer_signed["nameSpaces"][DOC_TYPE][0]
    usual = cbor2.dumps(item)
    longer = b"\xd8\x18\x59" + len(item.value).to_bytes(2, "big") + item.value
    assert usual != longer
    presented = GOOD.presented("age_over_14")
    assert presented.count(usual) == 1
    refuses(DisclosureRefused, presented.replace(usual, longer))

    def as_spelt(security_object):
        security_object["valueDigests"][DOC_TYPE][0] = sha256(longer).digest()

    key = new_key()
    again = MAKER.issue(change=as_spelt, key=key).presented("age_over_14")
    assert verified(again.replace(usual, longer)).claims == {DOC_TYPE: {"age_over_14": True}}


@pytest.mark.parametrize(
    "members",
    [
        {"random": b"another salt of 17"},
        {"elementValue": False},
        {"elementIdentifier": "age_over_21"},
        {"digestID": 0},
        {"digestID": 99},
        {"more": 1},
    ],
    ids=str,
)
def test_an_element_is_one_that_the_issuer_has_made(members):
    refuses(DisclosureRefused, GOOD.altered("age_over_18", **members).presented())


def _twice(document):
    [items] = document["issuerSigned"]["nameSpaces"].values()
    items.append(items[0])


def _elsewhere(document):
    spaces = document["issuerSigned"]["nameSpaces"]
    spaces["org.iso.18013.5.1"] = spaces.pop(DOC_TYPE)


def _item(value):
    def change(document):
        document["issuerSigned"]["nameSpaces"][DOC_TYPE] = [value]

    return change


@pytest.mark.parametrize(
    "change, why",
    [
        pytest.param(_twice, DisclosureRefused, id="twice"),
        pytest.param(_elsewhere, DisclosureRefused, id="in another namespace"),
        pytest.param(_item(encoded({"digestID": 0})), MdocMalformed, id="a number alone"),
        pytest.param(_item(encoded([1])), MdocMalformed, id="a list"),
        pytest.param(_item({"digestID": 0}), MdocMalformed, id="not encoded"),
        pytest.param(_item(b"octets"), MdocMalformed, id="octets"),
        pytest.param(_item(cbor2.CBORTag(24, "text")), MdocMalformed, id="text"),
        pytest.param(_item(cbor2.CBORTag(24, b"\xa1")), MdocMalformed, id="cut off"),
    ],
)
def test_elements_stand_where_their_issuer_put_them(change, why):
    refuses(why, GOOD.presented(change=change))


def test_two_elements_of_one_name_are_none():
    mdoc = MAKER.issue({"age_over_18": True})
    [item] = mdoc.issuer_signed["nameSpaces"][DOC_TYPE]
    other = encoded(cbor2.loads(item.value) | {"digestID": 1, "elementValue": False})

    def both(security_object):
        security_object["valueDigests"][DOC_TYPE] = {
            0: sha256(cbor2.dumps(item)).digest(),
            1: sha256(cbor2.dumps(other)).digest(),
        }

    def shows(document):
        document["issuerSigned"]["nameSpaces"][DOC_TYPE] = [item, other]

    mdoc = MAKER.issue({"age_over_18": True}, change=both)
    refuses(DisclosureRefused, mdoc.presented(change=shows))


def test_a_salt_that_could_be_guessed_is_none():
    refuses(MdocMalformed, MAKER.issue(salt=b"14 octets, and").presented())


def test_who_has_signed_is_the_issuer():
    def signature(document):
        auth = document["issuerSigned"]["issuerAuth"]
        auth[3] = auth[3][:-1] + bytes([auth[3][-1] ^ 1])

    def payload(document):
        auth = document["issuerSigned"]["issuerAuth"]
        auth[2] = auth[2].replace(b"SHA-256", b"SHA-255")

    def of_another(document):
        document["issuerSigned"]["issuerAuth"] = sign1(
            new_key(),
            document["issuerSigned"]["issuerAuth"][2],
            unprotected=document["issuerSigned"]["issuerAuth"][1],
        )

    def nothing(document):
        document["issuerSigned"]["issuerAuth"][2] = None

    for change in (signature, payload, of_another, nothing):
        refuses(SignatureRefused, GOOD.presented(change=change))


def _signer(*extensions: Any, authority: Authority = AUTHORITY, public: Any = None, **more: Any):
    public = public or MAKER.key.public_key()
    return authority.certify(public, *(extensions or signer_extensions(trade=TRADE)), **more)


FOREIGN = Authority("Another authority")
OF_P384 = ec.generate_private_key(ec.SECP384R1()).public_key()
CLIENT_AUTH = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.2")


@pytest.mark.parametrize(
    "chain",
    [
        pytest.param([_signer(authority=FOREIGN)], id="of another root"),
        pytest.param([_signer(authority=FOREIGN), FOREIGN.certificate], id="with its own root"),
        pytest.param([_signer(*signer_extensions())], id="a signer of what is JSON"),
        pytest.param([_signer(*signer_extensions(trade=CLIENT_AUTH))], id="a device"),
        pytest.param(
            [_signer(*signer_extensions(url="https://other.example", trade=TRADE))],
            id="of another issuer",
        ),
        pytest.param([_signer(days=0)], id="that is over"),
        pytest.param([_signer(), AUTHORITY.certificate, AUTHORITY.certificate], id="too many"),
        pytest.param([_signer(public=OF_P384)], id="P-384"),
    ],
)  # fmt: skip
def test_the_signer_is_certified_for_mdocs_of_this_issuer(chain):
    now = NOW + SECOND
    refuses(SignerRefused, MdocIssuer(key=MAKER.key, chain=chain).issue().presented(), now=now)


def test_certificates_stand_where_they_belong():
    def without(document):
        document["issuerSigned"]["issuerAuth"][1] = {}

    def no_certificate(document):
        document["issuerSigned"]["issuerAuth"][1] = {33: b"octets"}

    def no_octets(document):
        document["issuerSigned"]["issuerAuth"][1] = {33: ["text"]}

    def a_number(document):
        document["issuerSigned"]["issuerAuth"][1] = {33: 1}

    for change in (without, no_certificate):
        refuses(SignerRefused, GOOD.presented(change=change))
    for change in (no_octets, a_number):
        refuses(MdocMalformed, GOOD.presented(change=change))


def test_the_signer_has_signed_while_its_certificate_held():
    def before(security_object):
        security_object["validityInfo"]["signed"] = tdate(NOW - timedelta(days=2))

    refuses(SignerRefused, issued(before))


@pytest.mark.parametrize("alg", [-8, -35, -257, "ES256", None])
def test_nothing_but_es256_is_spoken(alg):
    refuses(AlgorithmRefused, MAKER.issue(alg=alg).presented())
    refuses(AlgorithmRefused, GOOD.presented(alg=alg))


def test_a_header_that_is_to_be_read_in_another_way_is_not_read():
    refuses(MdocMalformed, MAKER.issue(protected={1: -7, 2: [1]}).presented())
    refuses(MdocMalformed, GOOD.presented(protected={1: -7, 2: [1]}))


def test_the_type_is_one_that_was_asked_for_and_the_issuers_word():
    refuses(TypeRefused, GOOD.presented(), types=["example.id.another.1"])
    refuses(TypeRefused, GOOD.presented(doc_type="org.iso.18013.5.1.mDL"))
    both = [DOC_TYPE, "org.iso.18013.5.1.mDL"]
    refuses(TypeRefused, GOOD.presented(doc_type="org.iso.18013.5.1.mDL"), types=both)
    with pytest.raises(ValueError, match="types"):
        verified(GOOD.presented(), types=DOC_TYPE)


def test_an_mdoc_holds_for_its_time():
    presented = GOOD.presented()
    ends = NOW + LIFETIME
    assert verified(presented, now=ends + 9 * SECOND)
    refuses(TokenExpired, presented, now=ends + 10 * SECOND)

    def later(security_object):
        security_object["validityInfo"]["validFrom"] = tdate(NOW + 11 * SECOND)

    def future(security_object):
        security_object["validityInfo"]["signed"] = tdate(NOW + 11 * SECOND)

    refuses(TokenNotYetValid, issued(later))
    refuses(IssuedInTheFuture, issued(future))


@pytest.mark.parametrize(
    "date",
    [
        cbor2.CBORTag(0, "2026-11-23T08:00:00.5Z"),
        cbor2.CBORTag(0, "2026-11-23T08:00:00"),
        cbor2.CBORTag(0, "2026-11-23T16:00:00+08:00"),
        cbor2.CBORTag(0, "2026-13-23T08:00:00Z"),
        cbor2.CBORTag(0, "2026-11-23T08:00:00Z\n"),
        cbor2.CBORTag(0, 1),
        cbor2.CBORTag(1, 1764000000),
        cbor2.CBORTag(1004, "2026-11-23"),
        "2026-11-23T08:00:00Z",
        1764000000,
    ],
    ids=str,
)
def test_a_date_is_one_of_the_specification(date):
    def dated(security_object):
        security_object["validityInfo"]["signed"] = date

    refuses(MdocMalformed, issued(dated))


@pytest.mark.parametrize(
    "name",
    ["version", "digestAlgorithm", "valueDigests", "deviceKeyInfo", "docType", "validityInfo"],
)
def test_what_decides_is_there(name):
    def without(security_object):
        del security_object[name]

    refuses(MdocMalformed, issued(without))


def test_another_version_or_hash_is_not_read():
    refuses(MdocMalformed, issued(lambda said: said.update(version="2.0")))
    refuses(AlgorithmRefused, issued(lambda said: said.update(digestAlgorithm="SHA-512")))


def _device_key(**members: Any) -> Callable[[dict[str, Any]], object]:
    good = {"kty": 1, "crv": -1, "x": -2, "y": -3, "alg": 3, "d": -4}
    changed = {good[name]: value for name, value in members.items()}
    key = cose_key(new_key().public_key())
    return lambda said: said.update(deviceKeyInfo={"deviceKey": key | changed})


@pytest.mark.parametrize(
    "members",
    [
        {"kty": 1},
        {"crv": 2},
        {"x": b"\x01" * 31},
        {"x": b"\x01" * 32},
        {"y": True},
        {"y": None},
        {"alg": -8},
        {"d": b"\x01" * 32},
    ],
    ids=str,
)
def test_it_is_for_a_key_that_can_be_verified_with(members):
    refuses(HolderKeyRefused, issued(_device_key(**members)))


def test_only_its_holder_shows_it_in_this_session():
    other = cbor2.dumps([None, None, ["Artificial handover", b"of another session"]])
    refuses(DeviceSignatureRefused, GOOD.presented(transcript=other))
    refuses(DeviceSignatureRefused, GOOD.presented(), transcript=other)
    refuses(DeviceSignatureRefused, GOOD.presented(key=new_key()))

    def signature(document):
        proof = document["deviceSigned"]["deviceAuth"]["deviceSignature"]
        proof[3] = bytes(64)

    def names(document):
        document["deviceSigned"]["nameSpaces"] = encoded({"a": {"b": 1}})

    def own_payload(document):
        document["deviceSigned"]["deviceAuth"]["deviceSignature"] = sign1(GOOD.key, b"mine")

    def shorter(document):
        document["deviceSigned"]["deviceAuth"]["deviceSignature"][3] = bytes(63)

    for change in (signature, names, own_payload, shorter):
        refuses(DeviceSignatureRefused, GOOD.presented(change=change))


def test_a_holder_adds_nothing_of_their_own():
    own = {DOC_TYPE: {"age_over_21": True}}
    refuses(DisclosureRefused, GOOD.presented(own=own))


def test_without_a_signature_of_the_device_it_is_nobodys():
    def with_mac(document):
        document["deviceSigned"]["deviceAuth"] = {"deviceMac": [b"", {}, None, b""]}

    def without(document):
        document["deviceSigned"]["deviceAuth"] = {}

    def bare(document):
        del document["deviceSigned"]

    for change in (with_mac, without):
        refuses(BindingMissing, GOOD.presented(change=change))
    refuses(MdocMalformed, GOOD.presented(change=bare))


def _statuses(marked: dict[int, int], *, now=NOW) -> KnownStatuses:
    known = KnownStatuses(StatusListVerifier(issuer=ISSUER, keys=named_keys()))
    known.add(status_list(marked), now=now)
    return known


def test_an_mdoc_holds_as_of_the_list():
    presented = issued(lambda said: said.update(status=STATUS))
    found = verified(presented, statuses=_statuses({}))
    assert (found.status, found.status_as_of) == (Status.VALID, NOW)
    refuses(CredentialRevoked, presented, statuses=_statuses({7: 1}))
    refuses(CredentialSuspended, presented, statuses=_statuses({7: 2}))
    refuses(StatusUnknown, presented)
    refuses(StatusTooOld, presented, statuses=_statuses({}), now=NOW + timedelta(minutes=11))
    other = issued(lambda said: said.update(status={"identifier_list": {"id": b"1"}}))
    refuses(StatusUnknown, other, statuses=_statuses({}))
    none = issued(lambda said: said.update(status={"status_list": {"idx": "7", "uri": LIST}}))
    refuses(MdocMalformed, none, statuses=_statuses({}))


def _twice_a_key(octets: bytes) -> bytes:
    """A map whose first key comes again."""
    assert octets[0] == 0xA3
    key = cbor2.dumps("version")
    assert octets[1:].startswith(key)
    return b"\xa4" + octets[1:] + key + cbor2.dumps("1.0")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda octets: octets + b"\x00", id="something behind the end"),
        pytest.param(lambda octets: octets[:-1], id="cut off"),
        pytest.param(_twice_a_key, id="a key twice"),
        pytest.param(lambda octets: b"\xbf" + octets[1:] + b"\xff", id="no length"),
        pytest.param(lambda octets: b"\xd9\xd9\xf7" + octets, id="another tag"),
        pytest.param(lambda _: b"", id="nothing"),
        pytest.param(lambda _: b"\x9b" + b"\xff" * 8, id="longer than can be"),
        pytest.param(lambda _: b"\x81" * 60_000 + b"\x01", id="too deep"),
        pytest.param(lambda octets: octets + bytes(65_536), id="too long"),
        pytest.param(lambda _: cbor2.dumps([1]), id="no map"),
        pytest.param(lambda _: b"\x62\xff\xff", id="no UTF-8"),
        pytest.param(lambda _: b"\xd8\x18\x01", id="an encoded item that is none"),
        pytest.param(lambda _: b"\xc1\x01", id="a moment"),
        pytest.param(lambda _: b"\xd8\x23\x62a*", id="a regular expression"),
        pytest.param(lambda _: b"\xd8\x1c\x81\xd8\x1d\x00", id="a knot"),
        pytest.param(lambda _: b"\xfc", id="a reserved head"),
        pytest.param(lambda _: b"\xf8\x01", id="a short head spelt long"),
    ],
)
def test_cbor_has_one_reading(change):
    refuses(MdocMalformed, change(GOOD.presented()))


def test_a_key_that_comes_twice_within_what_is_signed_is_refused():
    """In the security object, where the issuer's signature would still be good."""
    payload = cbor2.loads(GOOD.issuer_signed["issuerAuth"][2]).value
    assert payload[0] == 0xA6
    twice = b"\xa7" + payload[1:] + cbor2.dumps("docType") + cbor2.dumps(DOC_TYPE)
    signed = sign1(
        MAKER.key,
        cbor2.dumps(cbor2.CBORTag(24, twice)),
        unprotected=GOOD.issuer_signed["issuerAuth"][1],
    )

    def change(document):
        document["issuerSigned"]["issuerAuth"] = signed

    refuses(MdocMalformed, GOOD.presented(change=change))


def test_a_response_is_one_document_and_no_error():
    document = cbor2.loads(GOOD.presented())["documents"][0]
    refuses(MdocMalformed, response())
    refuses(MdocMalformed, response(document, document))
    refuses(MdocMalformed, response(document, status=10))
    refuses(MdocMalformed, response(document, status=False))
    refuses(MdocMalformed, response(document, version="2.0"))


def test_where_keys_come_from_is_said():
    given: dict[str, Any]
    for given in ({"anchors": []}, {"signers": object()}):
        with pytest.raises(ValueError, match="anchors"):
            verified(GOOD.presented(), **given)


def test_no_octet_can_be_changed():
    """Each octet of a presentation, changed: refused, and never otherwise than by a TokenRefused.

    But for the name of what is shown. Nobody signs how much of an mdoc is shown, so what is left
    out on the way is not noticed (ISO/IEC 18013-5 section 9.1.3.4); then nothing is told.
    """
    presented = GOOD.presented("age_over_18")
    certificate = x509.load_der_x509_certificate(GOOD.issuer_signed["issuerAuth"][1][33])
    # How many bits of a signature are unused: libraries go by the octets, which are the same.
    unused_bits = presented.index(certificate.signature) - 1
    nameless = 0
    for place in set(range(len(presented))) - {unused_bits}:
        changed = presented[:place] + bytes([presented[place] ^ 0x01]) + presented[place + 1 :]
        try:
            assert verified(changed).claims == {}
        except TokenRefused:
            continue
        nameless += 1
    assert nameless == len("nameSpaces")


def test_text_is_not_taken_for_octets():
    """Some readers take base64 for what it stands for: that is a second reading."""

    def as_text(document):
        auth = document["issuerSigned"]["issuerAuth"]
        auth[3] = base64.b64encode(auth[3]).decode()

    refuses(MdocMalformed, GOOD.presented(change=as_text))


def test_a_signer_is_believed_by_a_list_that_holds_and_does_not_name_it():
    """RFC 5280 section 5, as for certificates in the other form."""
    key = new_key()
    signer = AUTHORITY.certify(key.public_key(), *signer_extensions(trade=TRADE))
    presented = MdocIssuer(key, chain=[signer]).issue().presented()
    refuses(SignerStatusUnknown, presented, revocations=None)
    known = KnownRevocations([AUTHORITY.certificate])
    refuses(SignerStatusUnknown, presented, revocations=known)
    known.add(AUTHORITY.revocation_list(at=NOW - timedelta(days=9)), now=NOW)
    refuses(SignerStatusUnknown, presented, revocations=known)
    known.add(AUTHORITY.revocation_list(at=NOW - SECOND), now=NOW)
    assert verified(presented, revocations=known)
    known.add(AUTHORITY.revocation_list(signer), now=NOW)
    refuses(SignerRevoked, presented, revocations=known)


def test_authorities_may_be_named_of_an_mdoc_as_well():
    [signer] = map(x509.load_der_x509_certificate, MAKER.certificates)
    named = signer.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    identifier = b64url(named.key_identifier or b"")
    assert verified(GOOD.presented(), authorities=[identifier, "AAAA"])
    refuses(AuthorityRefused, GOOD.presented(), authorities=["AAAA"])


def test_the_number_is_of_the_algorithm_of_the_key():
    """RFC 8725 section 3.1, in COSE: a header chooses nothing."""
    for number in (-8, -19):
        presented = MAKER.issue(alg=number).presented()
        refuses(AlgorithmRefused, presented)
        refuses(AlgorithmRefused, presented, algorithms=["ES256", "EdDSA"])
