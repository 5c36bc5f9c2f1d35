"""EF.SOD: every part that is missing, repeated, foreign or in disagreement is refused."""

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest
from asn1crypto import algos, cms, core

from authsvc.errors import AuthsvcError
from authsvc.evidence import tlv
from authsvc.evidence.errors import AlgorithmNotAllowed, SecurityObjectMalformed
from authsvc.evidence.security_object import SecurityObject
from tests.evidence.makers import (
    Certified,
    Change,
    Recipe,
    asn1_certificate,
    certify,
    data_groups,
    p256,
    security_object,
    signer_identifier,
)
from tests.makers import NOW


def other_certificate() -> Any:
    """A certificate of nobody in particular."""
    return cms.CertificateChoices("certificate", asn1_certificate(certify(p256()).certificate))


def named_otherwise(signed_data: Any) -> None:
    signed_data["signer_infos"][0]["sid"] = signer_identifier(
        asn1_certificate(certify(p256()).certificate)
    )


def named_by_key(signed_data: Any) -> None:
    signed_data["signer_infos"][0]["sid"] = cms.SignerIdentifier(
        "subject_key_identifier", core.OctetString(b"12345678")
    )


def with_rsa_signature(signed_data: Any) -> None:
    signed_data["signer_infos"][0]["signature_algorithm"] = {"algorithm": "sha256_rsa"}


def with_sha1_digest(signed_data: Any) -> None:
    signed_data["signer_infos"][0]["digest_algorithm"] = {"algorithm": "sha1"}


def with_unsigned_attributes(signed_data: Any) -> None:
    signed_data["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes(
        [{"type": "content_type", "values": ["1.2.3.4"]}]
    )


def without_signed_attributes(signed_data: Any) -> None:
    del signed_data["signer_infos"][0]["signed_attrs"]


def with_parameters(signed_data: Any) -> None:
    signed_data["signer_infos"][0]["signature_algorithm"]["parameters"] = core.Integer(1)


def signed_twice(signed_data: Any) -> None:
    signed_data["signer_infos"].append(signed_data["signer_infos"][0].copy())


def signed_by_nobody(signed_data: Any) -> None:
    signed_data["signer_infos"] = cms.SignerInfos([])


def two_digests(signed_data: Any) -> None:
    signed_data["digest_algorithms"].append({"algorithm": "sha384"})


def two_certificates(signed_data: Any) -> None:
    signed_data["certificates"].append(other_certificate())


def no_certificate(signed_data: Any) -> None:
    del signed_data["certificates"]


def another_certificate(signed_data: Any) -> None:
    signed_data["certificates"] = cms.CertificateSet([other_certificate()])


def a_certificate_of_another_kind(signed_data: Any) -> None:
    signed_data["certificates"] = cms.CertificateSet(
        [cms.CertificateChoices("other", {"other_cert_format": "1.2.3", "other_cert": core.Null()})]
    )


def a_revocation_list(signed_data: Any) -> None:
    signed_data["crls"] = cms.RevocationInfoChoices(
        [
            cms.RevocationInfoChoice(
                "other",
                {"other_rev_info_format": "1.2.3", "other_rev_info": core.Null()},
            )
        ]
    )


def of_version_1(signed_data: Any) -> None:
    signed_data["version"] = "v1"


def signer_of_version_3(signed_data: Any) -> None:
    signed_data["signer_infos"][0]["version"] = "v3"


def detached(signed_data: Any) -> None:
    del signed_data["encap_content_info"]["content"]


@pytest.mark.parametrize(
    "change,leaf",
    [
        (named_otherwise, SecurityObjectMalformed),
        (named_by_key, SecurityObjectMalformed),
        (with_rsa_signature, AlgorithmNotAllowed),
        (with_sha1_digest, SecurityObjectMalformed),
        (with_unsigned_attributes, SecurityObjectMalformed),
        (without_signed_attributes, SecurityObjectMalformed),
        (with_parameters, SecurityObjectMalformed),
        (signed_twice, SecurityObjectMalformed),
        (signed_by_nobody, SecurityObjectMalformed),
        (two_digests, SecurityObjectMalformed),
        (two_certificates, SecurityObjectMalformed),
        (no_certificate, SecurityObjectMalformed),
        (another_certificate, SecurityObjectMalformed),
        (a_certificate_of_another_kind, SecurityObjectMalformed),
        (a_revocation_list, SecurityObjectMalformed),
        (of_version_1, SecurityObjectMalformed),
        (signer_of_version_3, SecurityObjectMalformed),
        (detached, SecurityObjectMalformed),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_structure_of_another_kind_is_refused(
    recipe: Recipe, change: Change, leaf: type[AuthsvcError]
) -> None:
    file = security_object(data_groups(), replace(recipe, change=change))
    with pytest.raises(leaf) as refusal:
        SecurityObject.parse(file)
    assert type(refusal.value) is leaf
    assert refusal.value.field == "chip"
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param({"content_type": ["1.2.840.113549.1.7.1"]}, id="another content type"),
        pytest.param({"content_type": []}, id="no content type"),
        pytest.param({"message_digest": [bytes(32)]}, id="another digest"),
        pytest.param({"message_digest": [b""]}, id="an empty digest"),
        pytest.param({"message_digest": []}, id="no digest"),
        pytest.param({"message_digest": [bytes(32), bytes(32)]}, id="two digests"),
        pytest.param({"signing_time": []}, id="no signing time"),
        pytest.param({"1.2.3.4": [core.Null()]}, id="an attribute too many"),
    ],
)
def test_other_signed_attributes_are_refused(
    recipe: Recipe, attributes: dict[str, list[Any]]
) -> None:
    file = security_object(data_groups(), replace(recipe, attributes=attributes))
    with pytest.raises(SecurityObjectMalformed):
        SecurityObject.parse(file)


def numbered(number: int) -> Change:
    def change(lds: Any) -> None:
        lds["hashes"][0]["number"] = number

    return change


def of_length(length: int) -> Change:
    def change(lds: Any) -> None:
        lds["hashes"][0]["hash"] = bytes(length)

    return change


def of_version(version: int) -> Change:
    def change(lds: Any) -> None:
        lds["version"] = version

    return change


def one_hash(lds: Any) -> None:
    lds["hashes"] = [lds["hashes"][0].native]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(numbered(2), id="a data group twice"),
        pytest.param(numbered(0), id="data group zero"),
        pytest.param(numbered(17), id="data group seventeen"),
        pytest.param(of_length(20), id="a hash of SHA-1's length"),
        pytest.param(of_length(0), id="an empty hash"),
        pytest.param(of_version(2), id="a later version"),
        pytest.param(one_hash, id="a single hash"),
    ],
)
def test_another_lds_security_object_is_refused(recipe: Recipe, change: Change) -> None:
    file = security_object(data_groups(), replace(recipe, change_lds=change))
    with pytest.raises(SecurityObjectMalformed):
        SecurityObject.parse(file)


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param({"digest": "sha1"}, id="signed with SHA-1"),
        pytest.param({"hash_algorithm": "sha1"}, id="hashed with SHA-1"),
        pytest.param({"hash_algorithm": "md5"}, id="hashed with MD5"),
        pytest.param({"hash_algorithm": "sha512"}, id="hashed with SHA-512"),
    ],
)
def test_algorithms_that_are_not_on_the_list_are_refused(
    recipe: Recipe, parts: dict[str, str]
) -> None:
    file = security_object(data_groups(), replace(recipe, **parts))  # type: ignore[arg-type]
    with pytest.raises(AlgorithmNotAllowed):
        SecurityObject.parse(file)


def test_another_encapsulated_content_is_refused(recipe: Recipe) -> None:
    file = security_object(data_groups(), replace(recipe, content_type="1.2.3.4.5"))
    with pytest.raises(SecurityObjectMalformed):
        SecurityObject.parse(file)


def test_version_1_with_version_info_is_read(recipe: Recipe) -> None:
    def change(lds: Any) -> None:
        lds["version"] = 1
        lds["version_info"] = {"lds_version": "0108", "unicode_version": "040000"}

    file = security_object(data_groups(), replace(recipe, change_lds=change))
    assert set(SecurityObject.parse(file).data_group_hashes) == {1, 2, 12}


def test_a_digest_may_be_named_without_parameters(recipe: Recipe) -> None:
    """RFC 5754 section 2: they should be absent, and NULL must be understood as well."""

    def change(signed_data: Any) -> None:
        name = core.ObjectIdentifier("2.16.840.1.101.3.4.2.1").dump()
        bare = algos.DigestAlgorithm.load(tlv.write_field(0x30, name))
        signed_data["digest_algorithms"] = cms.DigestAlgorithms([bare])

    set_of_one_bare_name = bytes.fromhex("310D 300B 0609")
    assert set_of_one_bare_name not in security_object(data_groups(), recipe)
    file = security_object(data_groups(), replace(recipe, change=change))
    assert set_of_one_bare_name in file
    assert SecurityObject.parse(file).digest == "sha256"


def test_the_signing_time_is_in_utc(recipe: Recipe) -> None:
    parsed = SecurityObject.parse(security_object(data_groups(), recipe))
    assert parsed.signing_time == NOW - timedelta(days=1)
    assert parsed.signing_time.tzinfo is UTC


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(tlv.write_field(0x77, b""), id="an empty file"),
        pytest.param(tlv.write_field(0x77, b"\x05\x00"), id="NULL"),
        pytest.param(tlv.write_field(0x77, b"\x30\x00"), id="an empty sequence"),
        pytest.param(
            tlv.write_field(0x77, cms.ContentInfo({"content_type": "data"}).dump()), id="plain data"
        ),
        pytest.param(tlv.write_field(0x77, bytes(20_000)), id="an oversize file"),
        pytest.param(bytes.fromhex("7780 3080 0000 0000"), id="indefinite lengths"),
    ],
)
def test_what_is_no_security_object_is_refused(file: bytes) -> None:
    with pytest.raises(SecurityObjectMalformed):
        SecurityObject.parse(file)


def test_a_wrong_count_of_unused_bits_is_refused(csca: Certified) -> None:
    """Nobody signs that count in a certificate's signature, and parsers pass over it."""
    signer = certify(p256(), by=csca)
    while signer.certificate.signature[-1] % 2:
        signer = certify(p256(), by=csca)
    file = security_object(data_groups(), Recipe(signer))
    signature = signer.certificate.signature
    whole, one_less = (bytes((count,)) + signature for count in (0, 1))
    assert file.count(whole) == 1
    assert SecurityObject.parse(file)
    with pytest.raises(SecurityObjectMalformed):
        SecurityObject.parse(file.replace(whole, one_less))
