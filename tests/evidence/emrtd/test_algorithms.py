"""Every way of signing that Doc 9303 part 12 knows is verified, and what is too weak is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from authsvc.evidence import tlv
from authsvc.evidence.authority.specimens import der
from authsvc.evidence.authority.specimens.certificates import Period
from authsvc.evidence.authority.specimens.keys import Algorithm
from authsvc.evidence.emrtd.curves import CURVES
from authsvc.evidence.emrtd.keys import read_public_key
from authsvc.evidence.errors import AlgorithmNotAllowed, SecurityObjectForged, SignerNotTrusted
from authsvc.evidence.kinds import PASSPORT
from tests.evidence.emrtd.makers import (
    P256,
    certificate,
    passport,
    signer,
    state,
    trusting,
    verified,
    zone,
)
from tests.makers import NOW

# A document of ten years that has a year left; SHA-1 was common when it was made.
LONG_AGO = datetime(2018, 3, 1, tzinfo=UTC)

RSA = {
    f"{family} {digest}": Algorithm(family, digest)
    for family in ("pkcs1", "pss")
    for digest in ("sha1", "sha224", "sha256", "sha384", "sha512")
}
CURVED = {
    f"ECDSA {curve.name} {digest} {'by parameters' if written else 'by name'}": Algorithm(
        "ecdsa", digest, curve=curve.name, by_parameters=written
    )
    for curve in CURVES
    for written in (False, True)
    for digest in (
        ("sha224",) if curve.size < 32 else ("sha256",) if curve.size < 48 else ("sha512",)
    )
}
MORE = {
    "ECDSA P-256 sha1": Algorithm("ecdsa", "sha1"),
    "ECDSA P-256 sha384": Algorithm("ecdsa", "sha384"),
    "ECDSA brainpoolP320r1 sha384": Algorithm("ecdsa", "sha384", curve="brainpoolP320r1"),
    "a key for RSASSA-PSS alone": Algorithm("pss", "sha256", pss_key=True),
    "RSA of 3072 bits": Algorithm("pkcs1", "sha256", bits=3072),
}
WAYS = {**RSA, **CURVED, **MORE}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_a_passport_is_verified_that_is_signed_with(way: Algorithm) -> None:
    since = LONG_AGO if way.digest == "sha1" else NOW
    verifier = trusting(state(way, since=since))
    chip = passport(signer(way, since), zone(), signing_time=since)
    document = verified(verifier, chip)
    assert document.name == "ERIKSSON ANNA MARIA"
    # And it is this signature that counts: another content has another one.
    other = passport(signer(way, since), zone(number="L898902C4"), signing_time=since)
    swapped = type(chip)(other.data_groups, chip.security_object)
    with pytest.raises(Exception, match="data_group_altered"):
        verifier.verify(PASSPORT, swapped, now=NOW)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_a_signature_of_another_signer_is_refused_with(way: Algorithm) -> None:
    since = LONG_AGO if way.digest == "sha1" else NOW
    right = signer(way, since)
    stranger = state(way, since=since).document_signer(now=since)
    # Signed by a stranger's key and said to be by the right one.
    forged = type(right)(stranger.key, right.encoded, right.name, right.issuer, right.serial)
    with pytest.raises(SecurityObjectForged):
        verified(trusting(state(way, since=since)), passport(forged, signing_time=since))


def test_rsa_and_curves_may_stand_in_one_chain() -> None:
    authority = state(Algorithm("pss", "sha256"))
    mixed = authority.document_signer(now=NOW, algorithm=P256)
    assert verified(trusting(authority), passport(mixed))


@pytest.mark.parametrize("digest", ["sha1", "sha224", "sha256", "sha384", "sha512"])
def test_data_groups_may_be_hashed_otherwise_than_they_are_signed(digest: str) -> None:
    since = LONG_AGO
    chip = passport(signer(P256, since), digest=digest, signing_time=since)
    assert verified(trusting(state(P256, since=since)), chip)


# What is too weak.


def test_sha1_in_a_document_whose_signer_was_certified_after_2019_is_refused() -> None:
    since = datetime(2020, 1, 2, tzinfo=UTC)
    way = Algorithm("pkcs1", "sha1")
    authority = state(P256, since=LONG_AGO)
    late = authority.document_signer(now=since, algorithm=way)
    with pytest.raises(AlgorithmNotAllowed):
        verified(trusting(authority), passport(late, signing_time=since))


def test_data_groups_hashed_with_sha1_after_2019_are_refused() -> None:
    with pytest.raises(AlgorithmNotAllowed):
        verified(trusting(), passport(digest="sha1"))


def test_a_signer_certified_with_sha1_after_2019_is_refused() -> None:
    authority = state(Algorithm("ecdsa", "sha1"), since=LONG_AGO)
    late = authority.document_signer(now=NOW, algorithm=P256)
    with pytest.raises(SignerNotTrusted):
        verified(trusting(authority), passport(late))


def test_an_rsa_key_of_1024_bits_is_refused() -> None:
    weak = state().document_signer(now=NOW, algorithm=Algorithm("pkcs1", bits=1024))
    with pytest.raises(SignerNotTrusted):
        verified(trusting(), passport(weak))
    with pytest.raises(AlgorithmNotAllowed):
        certificate(weak.encoded)


@pytest.mark.parametrize(
    "oid",
    [
        pytest.param("06052b8104000a", id="secp256k1"),
        pytest.param("06092b2403030208010103", id="brainpoolP192r1"),
        pytest.param("06082a8648ce3d030101", id="P-192"),
        pytest.param("0500", id="by agreement"),
    ],
)
def test_a_curve_that_is_not_on_the_list_is_refused(oid: str) -> None:
    info = signer().key.public_info
    body = bytes.fromhex("06072a8648ce3d0201" + oid)
    named = der.sequence(tlv.write_field(0x30, body), info[info.index(b"\x03\x42") :])
    with pytest.raises(AlgorithmNotAllowed):
        read_public_key(named)


@pytest.mark.parametrize("curve", [each.name for each in CURVES])
def test_a_curve_with_another_generator_is_no_known_curve(curve: str) -> None:
    """CVE-2020-0601: whoever chooses the generator has a private key for any public one."""
    way = Algorithm("ecdsa", "sha256", curve=curve, by_parameters=True)
    info = (
        signer(way).key.public_info
        if way in CURVED.values()
        else state(way).authority.key.public_info
    )
    known = next(each for each in CURVES if each.name == curve)
    right = b"\x04" + known.gx.to_bytes(known.size) + known.gy.to_bytes(known.size)
    doubled = known.add((known.gx, known.gy), (known.gx, known.gy))
    assert doubled is not None
    wrong = b"\x04" + doubled[0].to_bytes(known.size) + doubled[1].to_bytes(known.size)
    assert info.count(right) == 1
    assert read_public_key(info)
    with pytest.raises(AlgorithmNotAllowed):
        read_public_key(info.replace(right, wrong))


def test_a_point_beside_the_curve_is_refused() -> None:
    info = bytearray(signer().key.public_info)
    info[-1] ^= 1
    with pytest.raises(ValueError, match="curve"):
        read_public_key(bytes(info))


def test_signers_of_before_2020_are_judged_by_their_own_certificate() -> None:
    """SHA-1 is accepted by the signer's date, not by the date that the document claims."""
    use = Period(LONG_AGO, NOW + timedelta(days=1))
    way = Algorithm("ecdsa", "sha1")
    authority = state(P256, since=LONG_AGO)
    late = authority.document_signer(
        now=NOW, algorithm=way, use=use, valid=Period(datetime(2020, 1, 1, tzinfo=UTC), use.last)
    )
    with pytest.raises(AlgorithmNotAllowed):
        verified(
            trusting(authority), passport(late, signing_time=datetime(2020, 1, 1, 1, tzinfo=UTC))
        )
