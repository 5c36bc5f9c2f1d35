"""Signing in by a device key."""

import asyncio
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from authsvc.authentication.assurance import AAL1, Factor, acr_of
from authsvc.authentication.errors import ChallengeExpired, PossessionRefused, SubscriberFrozen
from authsvc.authentication.possession import Challenges, signed_message
from authsvc.authentication.signed_in import SecondFactorNeeded, SignedIn
from authsvc.certificates import RevocationReason
from authsvc.certificates.errors import CertificateMalformed, CertificateOnHold, CertificateRevoked
from authsvc.identifiers import b64url, from_b64url
from authsvc.subscribers import SubscriberStatus
from tests.authentication.makers import ISSUER, Device, House, totp_code
from tests.conftest import TimePasses

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def serial_of(device: Device) -> str:
    """The serial of a device's certificate, as a session remembers it."""
    certificate = x509.load_pem_x509_certificate(device.certificate.encode())
    return f"{certificate.serial_number:x}"


@pytest.fixture
async def device(at_home: House) -> Device:
    return await at_home.device(await at_home.subscriber())


async def test_the_holder_of_the_key_signs_in(at_home: House):
    subscriber = await at_home.subscriber()
    device = await at_home.device(subscriber)
    signed_in = await at_home.possession(device, await at_home.sign_in.challenge())
    factors, now = frozenset({Factor.DEVICE_KEY}), at_home.clock.now()
    assert signed_in == SignedIn(subscriber.id, factors, now, device=serial_of(device))
    assert acr_of(signed_in.factors) == AAL1


async def test_whoever_turned_totp_on_is_asked_for_it_after_the_device_key_too(at_home: House):
    subscriber = await at_home.person("with-totp", totp=SECRET)
    device = await at_home.device(subscriber)
    outcome = await at_home.possession(device, await at_home.sign_in.challenge())
    assert isinstance(outcome, SecondFactorNeeded)
    code = totp_code(SECRET, at_home.clock.now())
    signed_in = await at_home.second_factor(outcome.ticket, code)
    assert signed_in.factors == {Factor.DEVICE_KEY, Factor.TOTP}
    # It is still known which device it was: removing it ends what comes of this.
    assert signed_in.device == serial_of(device)
    # Both are something the person has.
    assert acr_of(signed_in.factors) == AAL1


async def test_what_is_signed_is_five_lines(at_home: House):
    challenge = await at_home.sign_in.challenge()
    lines = challenge.message.decode("ascii").split("\n")
    assert lines == [
        "authsvc-possession-v1",
        ISSUER,
        "sign-in",
        challenge.id,
        challenge.nonce,
    ]
    assert len(from_b64url(challenge.nonce)) == 32


async def test_a_challenge_is_answered_once(at_home: House, device: Device):
    challenge = await at_home.sign_in.challenge()
    await at_home.possession(device, challenge)
    with pytest.raises(ChallengeExpired) as refusal:
        await at_home.possession(device, challenge)
    assert refusal.value.field == "challenge"


async def test_of_many_answers_at_once_one_counts(at_home: House, device: Device):
    challenge = await at_home.sign_in.challenge()
    outcomes = await asyncio.gather(
        *(at_home.possession(device, challenge) for _ in range(20)), return_exceptions=True
    )
    assert sum(isinstance(outcome, SignedIn) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, ChallengeExpired) for outcome in outcomes) == 19


async def test_a_challenge_lasts_a_minute(at_home: House, device: Device, time_passes: TimePasses):
    challenge = await at_home.sign_in.challenge()
    await time_passes(seconds=61)
    with pytest.raises(ChallengeExpired):
        await at_home.possession(device, challenge)


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://other.example"},
        {"purpose": "opt-out"},
        {"challenge_id": "other"},
        {"nonce": "other"},
    ],
    ids=lambda changed: next(iter(changed)),
)
async def test_a_signature_for_anything_else_is_refused(
    at_home: House, device: Device, changed: dict[str, str]
):
    challenge = await at_home.sign_in.challenge()
    right = {
        "issuer": ISSUER,
        "purpose": "sign-in",
        "challenge_id": challenge.id,
        "nonce": challenge.nonce,
    }
    signature = device.sign(signed_message(**{**right, **changed}))
    with pytest.raises(PossessionRefused) as refusal:
        await at_home.sign_in.with_possession(
            challenge.id, device.certificate, signature, now=at_home.clock.now()
        )
    assert refusal.value.field == "signature"


async def test_the_certificate_without_its_key_is_worth_nothing(at_home: House, device: Device):
    thief = replace(device, key=ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(PossessionRefused):
        await at_home.possession(thief, await at_home.sign_in.challenge())


@pytest.mark.parametrize("form", ["raw", "padded", "sha384", "empty", "foreign"])
async def test_a_signature_in_another_form_is_refused(at_home: House, device: Device, form):
    challenge = await at_home.sign_in.challenge()
    der = device.key.sign(challenge.message, ec.ECDSA(hashes.SHA256()))
    r, s = utils.decode_dss_signature(der)
    signature = {
        "raw": b64url(r.to_bytes(32, "big") + s.to_bytes(32, "big")),
        "padded": b64url(der) + "=",
        "sha384": b64url(device.key.sign(challenge.message, ec.ECDSA(hashes.SHA384()))),
        "empty": "",
        "foreign": "签名",
    }[form]
    with pytest.raises(PossessionRefused):
        await at_home.sign_in.with_possession(
            challenge.id, device.certificate, signature, now=at_home.clock.now()
        )


@pytest.mark.parametrize("pem", ["", "not a certificate", "\ud800", "x" * 100_000])
async def test_what_is_no_certificate_is_refused_and_uses_the_challenge_up(
    at_home: House, device: Device, pem
):
    challenge = await at_home.sign_in.challenge()
    with pytest.raises(CertificateMalformed):
        await at_home.possession(replace(device, certificate=pem), challenge)
    with pytest.raises(ChallengeExpired):
        await at_home.possession(device, challenge)


@pytest.mark.parametrize(
    ("reason", "refusal"),
    [
        (RevocationReason.CERTIFICATE_HOLD, CertificateOnHold),
        (RevocationReason.SUPERSEDED, CertificateRevoked),
    ],
)
async def test_a_certificate_that_does_not_hold_opens_nothing(
    at_home: House, reason: RevocationReason, refusal: type[Exception]
):
    subscriber = await at_home.subscriber()
    device = await at_home.device(subscriber)
    async with at_home.database.transaction() as tx:
        await at_home.certificates.revoke(
            tx, subscriber_id=subscriber.id, reason=reason, now=at_home.clock.now()
        )
    with pytest.raises(refusal):
        await at_home.possession(device, await at_home.sign_in.challenge())


async def test_a_frozen_person_stays_outside(at_home: House):
    subscriber = await at_home.subscriber()
    device = await at_home.device(subscriber)
    async with at_home.database.transaction() as tx:
        await at_home.subscribers.set_status(tx, subscriber.id, SubscriberStatus.FROZEN)
    with pytest.raises(SubscriberFrozen):
        await at_home.possession(device, await at_home.sign_in.challenge())


async def test_the_certificate_of_somebody_who_is_gone_opens_nothing(at_home: House):
    subscriber = await at_home.subscriber()
    device = await at_home.device(subscriber)
    async with at_home.database.transaction() as tx:
        await at_home.subscribers.erase(tx, subscriber.id)
    with pytest.raises(PossessionRefused) as refusal:
        await at_home.possession(device, await at_home.sign_in.challenge())
    assert refusal.value.field == "certificate"


async def test_a_challenge_for_one_purpose_does_not_serve_another(at_home: House):
    challenges = Challenges(at_home.ephemeral, issuer=ISSUER)
    challenge = await challenges.give("another purpose")
    with pytest.raises(ChallengeExpired):
        await challenges.take(challenge.id, "sign-in")


@pytest.mark.parametrize("challenge_id", ["", "guessed", "\ud800"])
async def test_a_challenge_that_was_never_given_is_refused(
    at_home: House, device: Device, challenge_id
):
    with pytest.raises(ChallengeExpired):
        await at_home.sign_in.with_possession(
            challenge_id, device.certificate, "x", now=at_home.clock.now()
        )
