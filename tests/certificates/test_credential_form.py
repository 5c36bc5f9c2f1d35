"""What a credential says, and what it does not: read by somebody who has no line of ours."""

import json
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from authsvc.certificates.credentials import KINDS, Platform, Statement, Wanted
from authsvc.certificates.credentials.kinds import validity
from authsvc.certificates.errors import (
    CredentialTypeUnknown,
    DocumentEndsTooSoon,
    KeyAlreadyCertified,
    KeyNotAccepted,
)
from authsvc.certificates.profile import CLOCK_SKEW, end_of
from authsvc.keyring import rotation
from tests.certificates.conftest import BASE_URL
from tests.certificates.credential_makers import (
    AT_PLATFORM,
    BRIEF,
    GROWN_UP,
    LASTING,
    SD_JWTS,
    another_curve,
    first_certificate,
    somebody,
    wanted,
)
from tests.certificates.makers import new_key, openssl, request_pem

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def person(keyring, now):
    return somebody(keyring, now)


async def test_a_credential_is_what_the_profile_says(issuer, person, now):
    ask = wanted()
    [read] = await issuer.read_batch(person, now=now, wanted=ask)
    numbers = ask[0].holder_key.public_numbers()
    assert {**read.header, "x5c": None, "kid": None} == {
        "alg": "ES256",
        "typ": "dc+sd-jwt",
        "kid": None,
        "x5c": None,
    }
    midnight = datetime(now.year, now.month, now.day, tzinfo=UTC)
    payload = read.payload
    assert payload.keys() == {
        "iss", "vct", "iat", "exp", "cnf", "status", "_sd_alg", "_sd",
    }  # fmt: skip
    assert payload["iss"] == BASE_URL
    assert payload["vct"] == f"{BASE_URL}/credentials/types/verified-person"
    assert payload["iat"] == midnight.timestamp()
    assert payload["exp"] == (midnight + 14 * DAY).timestamp()
    jwk = payload["cnf"]["jwk"]
    assert jwk.keys() == {"kty", "crv", "x", "y"}
    assert len(jwk["x"]) == len(jwk["y"]) == 43
    assert ask[0].holder_key.public_numbers() == numbers
    assert {**read.disclosed, "receipt": None} == {
        "receipt": None,
        "age_over_14": True,
        "age_over_16": True,
        "age_over_18": True,
        "document_class": "resident_identity_card",
        "assurance": "chip-and-face",
    }
    assert all(len(salt) == 22 for salt in read.salts)


async def test_each_kind_says_what_it_is_for(issuer, person, now):
    [brief] = await issuer.read_batch(person, now=now, kind=BRIEF)
    assert brief.payload["exp"] - brief.payload["iat"] == DAY.total_seconds()
    assert "status" not in brief.payload
    [counter] = await issuer.read_batch(person, now=now, kind=KINDS["verified-person-counter"])
    assert counter.header.keys() == {"alg", "typ", "kid"}
    platforms = [Platform("a.example", "pseudonym at a"), Platform("b.example", "that at b")]
    two = await issuer.read_batch(person, now=now, kind=AT_PLATFORM, wanted=wanted(2, *platforms))
    assert [(each.payload["sector"], each.disclosed["sub"]) for each in two] == [
        ("a.example", "pseudonym at a"),
        ("b.example", "that at b"),
    ]
    assert all("sub" not in each.payload for each in two)


@pytest.mark.parametrize(
    "kind, ask",
    [
        (LASTING, 0),
        (LASTING, 21),
        (AT_PLATFORM, 1),
    ],
)
async def test_what_the_kind_does_not_allow_is_not_issued(issuer, person, now, kind, ask):
    with pytest.raises(ValueError, match="kind"):
        await issuer.issue(person, now=now, kind=kind, wanted=wanted(ask) if ask else [])
    named = wanted(1, Platform("a.example", "somebody"))
    with pytest.raises(ValueError, match="platform"):
        await issuer.issue(person, now=now, wanted=named)


async def test_an_age_is_that_of_the_day_in_china(issuer, person):
    """At 16:00 in Greenwich the birthday begins in China."""
    statement = Statement(date(2010, 11, 24), "resident_identity_card", "chip-and-face")
    for hour, expected in ((15, False), (16, True)):
        moment = datetime(2026, 11, 23, hour, 30, tzinfo=UTC)
        [read] = await issuer.read_batch(person, now=moment, statement=statement)
        told = [read.disclosed[f"age_over_{years}"] for years in (14, 16, 18)]
        assert told == [True, expected, False]


def test_all_of_an_hour_or_day_share_their_times():
    morning = datetime(2026, 11, 23, tzinfo=UTC)
    for kind, grain in ((LASTING, DAY), (BRIEF, HOUR)):
        last = morning + grain - timedelta(microseconds=1)
        both = {validity(kind, document_valid_until=None, now=at) for at in (morning, last)}
        assert len(both) == 1
        later = validity(kind, document_valid_until=None, now=morning + grain)
        assert later not in both


@pytest.mark.parametrize(
    "left, days", [(0, None), (1, 1), (2, 2), (3, 2), (7, 4), (8, 8), (13, 8), (14, 14), (99, 14)]
)
def test_no_credential_outlives_its_document_or_tells_its_last_day(left, days):
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    ends = date(2026, 11, 23) + timedelta(days=left)
    if days is None:
        with pytest.raises(DocumentEndsTooSoon):
            validity(LASTING, document_valid_until=ends, now=now)
        return
    found = validity(LASTING, document_valid_until=ends, now=now)
    assert found.expires_at - found.issued_at == days * DAY
    assert now < found.expires_at <= end_of(ends)


async def test_a_key_is_certified_once(issuer, desk, person, keyring, now, time_passes):
    """By a credential or by a device certificate, for whomever, until what it was for is over."""
    ask = wanted()
    await issuer.issue(person, now=now, wanted=ask, kind=BRIEF)
    other = somebody(keyring, now)
    for again in (ask, [*wanted(), *wanted(1), ask[0]]):
        with pytest.raises(KeyAlreadyCertified):
            await issuer.issue(other, now=now, wanted=again)
    twice = wanted() * 2
    with pytest.raises(KeyAlreadyCertified):
        await issuer.issue(person, now=now, wanted=twice)
    later = await time_passes(days=1)
    async with issuer.database.transaction() as tx:
        await issuer.certificates.credentials.erase_expired(tx, now=later)
    await issuer.issue(other, now=later, wanted=ask)


async def test_a_device_key_is_no_holder_key(issuer, desk, person, now):
    """Or the credential would be known by the device certificate."""
    [ask] = wanted()
    key = new_key()
    await desk.issue(now=now, subscriber_id=uuid4(), request=request_pem(key))
    with pytest.raises(KeyAlreadyCertified):
        await issuer.issue(person, now=now, wanted=[Wanted(key.public_key()), ask])
    holder = new_key()
    await issuer.issue(person, now=now, wanted=[Wanted(holder.public_key())])
    with pytest.raises(KeyAlreadyCertified):
        await desk.issue(now=now, request=request_pem(holder))


def test_a_key_of_another_curve_is_not_accepted():
    with pytest.raises(KeyNotAccepted):
        Wanted(another_curve())


async def test_the_signer_is_vouched_for_by_a_root_of_credentials_alone(
    issuer, person, now, tmp_path
):
    """Nothing that chains to the devices' authority is a credential."""
    [read] = await issuer.read_batch(person, now=now)
    signer = first_certificate(read.header)
    credentials = issuer.certificates.credentials
    root = credentials.anchor(now=now)
    signer.verify_directly_issued_by(root)
    assert not issuer.certificates.authority.has_signed(signer)
    assert signer.not_valid_before_utc <= now
    assert signer.not_valid_after_utc.timestamp() >= read.payload["exp"]
    names = signer.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == [BASE_URL]
    usage = signer.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert not usage.key_cert_sign
    files = {"root": root, "signer": signer}
    for name, certificate in files.items():
        (tmp_path / name).write_bytes(certificate.public_bytes(Encoding.PEM))
    at = str(int(now.timestamp()))
    said = await openssl(
        "verify", "-x509_strict", "-attime", at, "-CAfile", tmp_path / "root", tmp_path / "signer"
    )
    assert said.strip() == f"{tmp_path / 'signer'}: OK"


async def test_all_of_a_day_are_signed_alike_whatever_is_renewed_meanwhile(
    issuer, person, keyring, now
):
    """By one key and certificate; the next begin with a day, and the old ones still verify."""
    first = await issuer.read_batch(person, now=now)
    rotation.replace_at_once(keyring, "ES256", purpose="credential", revoke=False, now=now)
    [later] = await issuer.read_batch(person, now=now + HOUR)
    assert later.header == first[0].header
    [tomorrow] = await issuer.read_batch(person, now=now + DAY)
    assert tomorrow.header["kid"] != later.header["kid"]
    # A certificate gives way while what it came with still lives.
    seen = {}
    for days in range(1, 40):
        moment = now + timedelta(days=days)
        [read] = await issuer.read_batch(person, now=moment)
        certificate = first_certificate(read.header)
        assert certificate.not_valid_after_utc.timestamp() >= read.payload["exp"]
        begins = certificate.not_valid_before_utc + CLOCK_SKEW
        assert begins.time() == datetime.min.time()
        seen[certificate.serial_number] = begins
    assert len(seen) == 3
    on_file = keyring.directory.certificates("credential")
    assert len(on_file) <= 4


def test_a_type_says_what_it_means(issuer):
    credentials = issuer.certificates.credentials
    for kind in SD_JWTS:
        document = json.loads(credentials.type_metadata(kind.type_name))
        assert document["vct"] == credentials.type_of(kind)
        always = {tuple(c["path"]) for c in document["claims"] if c["sd"] == "always"}
        assert (("sub",) in always) is kind.names_subject
        if kind.department is None:
            assert {("age_over_18",), ("document_class",), ("assurance",)} < always
        else:
            # Not even an age beside it: whoever shows where they live shows that alone.
            assert always == {(name,) for name in kind.attributes}
        assert {each["locale"] for each in document["display"]} == {"zh-CN", "en"}
    with pytest.raises(CredentialTypeUnknown):
        credentials.type_metadata("passport")


async def test_nothing_is_signed_that_is_not_recorded_first(issuer, person, now, monkeypatch):
    """If signing fails, nothing stays: not the key, not the place."""
    ask = wanted()

    def fail(*_, **__):
        raise RuntimeError("the key is away")

    with monkeypatch.context() as patch:
        patch.setattr(type(issuer.certificates.credentials.signer), "at", fail)
        with pytest.raises(RuntimeError):
            await issuer.issue(person, now=now, wanted=ask, statement=GROWN_UP)
    await issuer.issue(person, now=now, wanted=ask)
