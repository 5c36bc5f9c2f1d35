"""Passive authentication, step by step: the good chip is verified, and every step can refuse."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from authsvc.errors import AuthsvcError
from authsvc.evidence.chip_reading import ChipReading
from authsvc.evidence.errors import (
    AlgorithmNotAllowed,
    DataGroupAltered,
    DataGroupMissing,
    DataGroupNotSigned,
    DocumentContradictsItself,
    DocumentExpired,
    DocumentKindUnknown,
    DocumentNotYetValid,
    IdentityNumberInvalid,
    SecurityObjectForged,
    SignerNotTrusted,
    SignerNotValidThen,
)
from authsvc.evidence.kinds import KINDS, RESIDENT_IDENTITY_CARD, kind_named
from authsvc.evidence.passive_authentication import PassiveAuthentication
from authsvc.evidence.resident_number import Sex
from tests.evidence.makers import (
    LONG_AGO,
    SIGNS_CERTIFICATES,
    SIGNS_DOCUMENTS,
    Certified,
    Recipe,
    anchor,
    certify,
    data_groups,
    holder_record,
    issue_record,
    p256,
    reading,
    usage,
)
from tests.makers import NOW, artificial_number

CARD = "resident_identity_card"


def refused(
    passive_authentication: PassiveAuthentication,
    chip: ChipReading,
    leaf: type[AuthsvcError],
    *,
    field: str = "chip",
) -> None:
    """Verification ends in this leaf, which names the field and carries no cause."""
    with pytest.raises(leaf) as refusal:
        passive_authentication.verify(CARD, chip, now=NOW)
    assert type(refusal.value) is leaf
    assert refusal.value.field == field
    assert refusal.value.__cause__ is None


def test_a_good_chip_is_verified(
    passive_authentication: PassiveAuthentication, recipe: Recipe
) -> None:
    document = passive_authentication.verify(CARD, reading(recipe), now=NOW)
    assert document.kind == CARD
    assert document.number.value == artificial_number()
    assert document.document_number == "T000000000001"
    assert (document.name, document.sex) == ("测试甲", Sex.MALE)
    assert document.birth_date == date(1990, 1, 1)
    assert (document.valid_from, document.valid_until) == (date(2020, 1, 1), date(2040, 1, 1))
    assert document.portrait == b"artificial-portrait:test"
    assert document.verified_at == NOW
    for hidden in ("测试甲", artificial_number(), "T000000000001", "1990"):
        assert hidden not in repr(document)


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()], ids=["P-256", "P-384"])
@pytest.mark.parametrize("digest", ["sha256", "sha384"])
def test_every_allowed_algorithm_is_verified(curve: ec.EllipticCurve, digest: str) -> None:
    authority = anchor(key=ec.generate_private_key(curve), algorithm=hashes.SHA384())
    key = certify(ec.generate_private_key(curve), by=authority, algorithm=hashes.SHA384())
    chip = reading(Recipe(key, digest=digest, hash_algorithm=digest))
    verifier = PassiveAuthentication([authority.certificate])
    assert verifier.verify(CARD, chip, now=NOW).name == "测试甲"


# 1. The kind.


@pytest.mark.parametrize(
    "kind", ["", "driving_licence", "RESIDENT_IDENTITY_CARD", "temporary_identity_card"]
)
def test_an_unknown_kind_is_refused(
    passive_authentication: PassiveAuthentication, recipe: Recipe, kind: str
) -> None:
    with pytest.raises(DocumentKindUnknown) as refusal:
        passive_authentication.verify(kind, reading(recipe), now=NOW)
    assert refusal.value.field == "kind"


def test_the_kinds_are_registered_under_their_names() -> None:
    assert kind_named(CARD) is RESIDENT_IDENTITY_CARD
    assert all(kind.name == name for name, kind in KINDS.items())


# 3. Signed by now.


def test_a_security_object_of_the_future_is_refused(
    passive_authentication: PassiveAuthentication, recipe: Recipe
) -> None:
    ahead = replace(recipe, signed_at=NOW + timedelta(minutes=6))
    refused(passive_authentication, reading(ahead), SignerNotValidThen)


def test_a_clock_a_little_ahead_is_tolerated(
    passive_authentication: PassiveAuthentication, recipe: Recipe
) -> None:
    ahead = replace(recipe, signed_at=NOW + timedelta(minutes=4))
    assert passive_authentication.verify(CARD, reading(ahead), now=NOW)


# 4. The document signer.


def test_without_anchors_nothing_is_trusted(recipe: Recipe) -> None:
    refused(PassiveAuthentication([]), reading(recipe), SignerNotTrusted)


def test_a_signer_of_another_authority_is_refused(recipe: Recipe) -> None:
    stranger = anchor(name="another authority")
    refused(PassiveAuthentication([stranger.certificate]), reading(recipe), SignerNotTrusted)


def test_a_namesake_of_the_anchor_is_not_the_anchor(
    passive_authentication: PassiveAuthentication,
) -> None:
    namesake = anchor()
    forged = Recipe(certify(p256(), by=namesake))
    refused(passive_authentication, reading(forged), SignerNotTrusted)


def test_an_anchor_among_namesakes_is_found(csca: Certified, recipe: Recipe) -> None:
    verifier = PassiveAuthentication([anchor().certificate, csca.certificate])
    assert verifier.verify(CARD, reading(recipe), now=NOW)


def test_a_signer_that_certified_itself_is_refused(
    passive_authentication: PassiveAuthentication,
) -> None:
    refused(passive_authentication, reading(Recipe(certify(p256()))), SignerNotTrusted)


def test_the_anchor_itself_does_not_sign_documents(
    passive_authentication: PassiveAuthentication, csca: Certified
) -> None:
    refused(passive_authentication, reading(Recipe(csca)), SignerNotTrusted)


def test_a_signer_below_a_signer_is_refused(
    passive_authentication: PassiveAuthentication, signer: Certified
) -> None:
    below = certify(p256(), by=signer, name="below")
    refused(passive_authentication, reading(Recipe(below)), SignerNotTrusted)


POLICY = x509.CertificatePolicies(
    [x509.PolicyInformation(x509.ObjectIdentifier("2.5.29.32.0"), None)]
)


@pytest.mark.parametrize(
    "extensions",
    [
        pytest.param((), id="no key usage"),
        pytest.param(((usage(), True),), id="an empty key usage"),
        pytest.param(
            ((usage(digital_signature=True, key_cert_sign=True), True),), id="certifies as well"
        ),
        pytest.param(SIGNS_CERTIFICATES, id="an authority"),
        pytest.param(
            (*SIGNS_DOCUMENTS, (x509.BasicConstraints(ca=True, path_length=None), True)),
            id="an authority by its constraints",
        ),
        pytest.param((*SIGNS_DOCUMENTS, (POLICY, True)), id="a critical extension of another kind"),
    ],
)
def test_an_unfit_signer_is_refused(
    passive_authentication: PassiveAuthentication,
    csca: Certified,
    extensions: tuple[tuple[x509.ExtensionType, bool], ...],
) -> None:
    unfit = certify(p256(), by=csca, extensions=extensions)
    refused(passive_authentication, reading(Recipe(unfit)), SignerNotTrusted)


@pytest.mark.parametrize(
    "extensions",
    [
        pytest.param((*SIGNS_DOCUMENTS, (POLICY, False)), id="a policy"),
        pytest.param(
            (*SIGNS_DOCUMENTS, (x509.BasicConstraints(ca=False, path_length=None), True)),
            id="no authority, said explicitly",
        ),
    ],
)
def test_a_fit_signer_may_say_more(
    passive_authentication: PassiveAuthentication,
    csca: Certified,
    extensions: tuple[tuple[x509.ExtensionType, bool], ...],
) -> None:
    fit = certify(p256(), by=csca, extensions=extensions)
    assert passive_authentication.verify(CARD, reading(Recipe(fit)), now=NOW)


@pytest.mark.parametrize(
    "extensions",
    [
        pytest.param(((usage(key_cert_sign=True), True),), id="no constraints"),
        pytest.param(SIGNS_CERTIFICATES[:1], id="no key usage"),
        pytest.param(SIGNS_DOCUMENTS, id="a document signer"),
        pytest.param(
            (SIGNS_CERTIFICATES[0], (usage(digital_signature=True), True)), id="may not certify"
        ),
    ],
)
def test_an_anchor_that_is_no_authority_certifies_nobody(
    extensions: tuple[tuple[x509.ExtensionType, bool], ...],
) -> None:
    unfit = anchor(extensions=extensions)
    chip = reading(Recipe(certify(p256(), by=unfit)))
    refused(PassiveAuthentication([unfit.certificate]), chip, SignerNotTrusted)


@pytest.mark.parametrize(
    "signer_ends,anchor_ends",
    [
        pytest.param(NOW - timedelta(days=2), None, id="the signer had expired"),
        pytest.param(None, NOW - timedelta(days=2), id="the anchor had expired"),
    ],
)
def test_who_had_expired_when_signing_is_refused(signer_ends: Any, anchor_ends: Any) -> None:
    authority = anchor(last=anchor_ends or NOW)
    key = certify(p256(), by=authority, last=signer_ends or NOW)
    chip = reading(Recipe(key, signed_at=NOW - timedelta(days=1)))
    refused(PassiveAuthentication([authority.certificate]), chip, SignerNotValidThen)


def test_who_was_not_valid_yet_when_signing_is_refused(
    passive_authentication: PassiveAuthentication, csca: Certified
) -> None:
    late = certify(p256(), by=csca, first=NOW - timedelta(hours=1))
    refused(passive_authentication, reading(Recipe(late)), SignerNotValidThen)


def test_a_signer_that_expired_after_signing_is_trusted(
    passive_authentication: PassiveAuthentication, csca: Certified
) -> None:
    gone = certify(p256(), by=csca, last=NOW - timedelta(days=30))
    old = Recipe(gone, signed_at=LONG_AGO + timedelta(days=1))
    assert passive_authentication.verify(CARD, reading(old), now=NOW)


@pytest.mark.parametrize("curve", [ec.SECP521R1(), ec.SECP256K1()], ids=["P-521", "secp256k1"])
def test_a_signer_on_another_curve_is_refused(
    passive_authentication: PassiveAuthentication, csca: Certified, curve: ec.EllipticCurve
) -> None:
    other = certify(ec.generate_private_key(curve), by=csca)
    refused(passive_authentication, reading(Recipe(other)), AlgorithmNotAllowed)


def test_a_signer_certified_with_another_hash_is_refused(
    passive_authentication: PassiveAuthentication, csca: Certified
) -> None:
    other = certify(p256(), by=csca, algorithm=hashes.SHA512())
    refused(passive_authentication, reading(Recipe(other)), AlgorithmNotAllowed)


def test_an_anchor_with_an_rsa_key_is_refused() -> None:
    authority = anchor(key=rsa.generate_private_key(65537, 2048))
    chip = reading(Recipe(certify(p256(), by=authority)))
    refused(PassiveAuthentication([authority.certificate]), chip, AlgorithmNotAllowed)


# 5. The signature.


def test_a_signature_by_another_key_is_refused(
    passive_authentication: PassiveAuthentication, signer: Certified
) -> None:
    forger = Recipe(Certified(p256(), signer.certificate))
    refused(passive_authentication, reading(forger), SecurityObjectForged)


def test_the_security_object_of_another_signing_is_refused(
    passive_authentication: PassiveAuthentication, recipe: Recipe
) -> None:
    def break_signature(signed_data: Any) -> None:
        other = p256().sign(b"something else", ec.ECDSA(hashes.SHA256()))
        signed_data["signer_infos"][0]["signature"] = other

    refused(
        passive_authentication,
        reading(replace(recipe, change=break_signature)),
        SecurityObjectForged,
    )


# 6. The data groups.


@pytest.mark.parametrize("missing", [1, 2, 12])
def test_a_missing_data_group_is_refused(
    passive_authentication: PassiveAuthentication, recipe: Recipe, missing: int
) -> None:
    chip = reading(recipe)
    groups = {number: file for number, file in chip.data_groups.items() if number != missing}
    refused(passive_authentication, ChipReading(groups, chip.security_object), DataGroupMissing)


@pytest.mark.parametrize("swapped", [1, 2, 12])
def test_a_data_group_of_another_card_is_refused(
    passive_authentication: PassiveAuthentication, recipe: Recipe, swapped: int
) -> None:
    other = data_groups(holder_record(name="样例乙"), issue_record(document_number="T000000000002"))
    other[2] = other[2][:-1] + b"x"
    chip = reading(recipe)
    groups = {**chip.data_groups, swapped: other[swapped]}
    refused(passive_authentication, ChipReading(groups, chip.security_object), DataGroupAltered)


def test_a_data_group_that_nobody_signed_is_refused(
    passive_authentication: PassiveAuthentication, recipe: Recipe
) -> None:
    chip = reading(recipe)
    groups = {**chip.data_groups, 11: bytes.fromhex("6B00")}
    refused(passive_authentication, ChipReading(groups, chip.security_object), DataGroupNotSigned)


def test_a_signed_data_group_that_was_not_read_does_no_harm(
    passive_authentication: PassiveAuthentication, recipe: Recipe
) -> None:
    full = reading(recipe, {**data_groups(), 3: bytes.fromhex("6300")})
    chip = ChipReading(data_groups(), full.security_object)
    assert passive_authentication.verify(CARD, chip, now=NOW)
    assert passive_authentication.verify(CARD, full, now=NOW)


# 7. What they say.


@pytest.mark.parametrize(
    "parts,leaf,field",
    [
        pytest.param(
            {"kind_code": "CN-PASS"}, DocumentContradictsItself, "kind", id="another kind"
        ),
        pytest.param(
            {"birth_date": date(1990, 1, 2)}, DocumentContradictsItself, "chip", id="birth date"
        ),
        pytest.param({"sex": Sex.FEMALE}, DocumentContradictsItself, "chip", id="sex"),
        pytest.param(
            {"number": "659099199001010010"}, IdentityNumberInvalid, "chip", id="check character"
        ),
        pytest.param(
            {"number": "11010519491231002x"}, IdentityNumberInvalid, "chip", id="a small x"
        ),
    ],
)
def test_a_genuine_card_that_contradicts_itself_is_refused(
    passive_authentication: PassiveAuthentication,
    recipe: Recipe,
    parts: dict[str, Any],
    leaf: type[AuthsvcError],
    field: str,
) -> None:
    chip = reading(recipe, data_groups(holder_record(**parts)))
    refused(passive_authentication, chip, leaf, field=field)


def test_a_card_that_ends_before_it_begins_is_refused(
    passive_authentication: PassiveAuthentication, recipe: Recipe
) -> None:
    never = issue_record(valid_from=date(2020, 1, 2), valid_until=date(2020, 1, 1))
    refused(
        passive_authentication,
        reading(recipe, data_groups(issue=never)),
        DocumentContradictsItself,
    )


# 8. Valid today, which in China began eight hours before midnight UTC.


@pytest.mark.parametrize(
    "first,last,leaf",
    [
        pytest.param(date(2020, 1, 1), date(2026, 11, 22), DocumentExpired, id="yesterday"),
        pytest.param(date(2026, 11, 24), date(2046, 11, 24), DocumentNotYetValid, id="tomorrow"),
        pytest.param(date(2026, 11, 24), None, DocumentNotYetValid, id="for life from tomorrow"),
    ],
)
def test_a_card_that_is_not_valid_today_is_refused(
    passive_authentication: PassiveAuthentication,
    recipe: Recipe,
    first: date,
    last: date | None,
    leaf: type[AuthsvcError],
) -> None:
    issue = issue_record(valid_from=first, valid_until=last)
    refused(passive_authentication, reading(recipe, data_groups(issue=issue)), leaf)


@pytest.mark.parametrize(
    "first,last",
    [
        pytest.param(date(2026, 11, 23), date(2026, 11, 23), id="today only"),
        pytest.param(date(2020, 1, 1), None, id="for life"),
    ],
)
def test_a_card_that_is_valid_today_is_verified(
    passive_authentication: PassiveAuthentication, recipe: Recipe, first: date, last: date | None
) -> None:
    issue = issue_record(valid_from=first, valid_until=last)
    document = passive_authentication.verify(
        CARD, reading(recipe, data_groups(issue=issue)), now=NOW
    )
    assert document.valid_until == last


def test_a_card_expires_at_midnight_in_china(
    passive_authentication: PassiveAuthentication, recipe: Recipe
) -> None:
    issue = issue_record(valid_until=date(2026, 11, 23))
    chip = reading(recipe, data_groups(issue=issue))
    last_second = NOW.replace(hour=15, minute=59, second=59)
    assert passive_authentication.verify(CARD, chip, now=last_second)
    with pytest.raises(DocumentExpired):
        passive_authentication.verify(CARD, chip, now=last_second + timedelta(seconds=1))
