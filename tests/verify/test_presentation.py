"""What a platform learns of a certificate that somebody shows, and what it does not take."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey

from authsvc.identifiers import b64url
from authsvc.verify import (
    AlgorithmRefused,
    BindingAudienceRefused,
    BindingMalformed,
    BindingMissing,
    BindingNonceRefused,
    BindingSignatureRefused,
    BindingTooOld,
    CredentialVerifier,
    DisclosureRefused,
    HeaderRefused,
    HolderKeyRefused,
    IssuedInTheFuture,
    IssuerRefused,
    KeyUnknown,
    PresentationAltered,
    SectorRefused,
    SignatureRefused,
    TokenExpired,
    TokenMalformed,
    TokenNotYetValid,
    TokenRefused,
    TypeRefused,
)
from authsvc.verify.claims import LEEWAY
from authsvc.verify.credentials.binding import FUTURE
from tests.makers import NOW
from tests.oidc.jwt_makers import private_key
from tests.verify.credential_makers import (
    AT_PLATFORM,
    AUDIENCE,
    DAY,
    NONCE,
    SECTOR,
    TOLD,
    TYPE,
    Holder,
    digest,
    disclosure,
    issued,
    named_keys,
    presentation,
    verified,
    verifier,
)
from tests.verify.makers import ISSUED, ISSUER, token

SECOND = timedelta(seconds=1)
STRANGER = private_key("ES256", "stranger")


def shown(*names, **changes):
    """What somebody shows whose certificate says something else."""
    return presentation(*names, certificate=issued(**changes))


def test_a_platform_learns_what_was_shown_and_no_more():
    found = verified(presentation("age_over_18"))
    assert (found.issuer, found.type) == (ISSUER, TYPE)
    assert found.claims["age_over_18"] is True
    assert set(found.claims) == {"iss", "vct", "iat", "exp", "age_over_18"}
    assert (found.subject, found.sector) == (None, None)
    assert (found.status, found.status_as_of) == (None, None)
    assert found.issued_at == NOW - timedelta(hours=1)
    assert found.expires_at == NOW + timedelta(days=1)
    assert found.bound_at == NOW
    assert found.binding["nonce"] == NONCE
    assert found.holder_key_thumbprint == Holder().key.thumbprint()
    assert "18" not in repr(found)
    assert "age_over_18" not in verified(presentation("document_class")).claims


def test_at_its_own_platform_a_certificate_says_who_it_is():
    told = {**TOLD, "sub": "a pseudonym"}
    certificate = issued(told, vct=AT_PLATFORM, sector=SECTOR)
    found = verified(presentation("sub", certificate=certificate))
    assert (found.subject, found.sector, found.type) == ("a pseudonym", SECTOR, AT_PLATFORM)
    assert verified(presentation("age_over_18", certificate=certificate)).subject is None


@pytest.mark.parametrize("sector", ["other.example", None, ""])
def test_a_certificate_for_another_platform_is_refused(sector):
    text = shown("age_over_18", vct=AT_PLATFORM, sector=SECTOR)
    with pytest.raises(SectorRefused):
        verified(text, sector=sector)


# The issuer's part


def test_another_issuer_kind_or_time_is_refused():
    wrong: dict[type[TokenRefused], dict[str, Any]] = {
        IssuerRefused: {"iss": "https://other.example"},
        TypeRefused: {"vct": f"{ISSUER}/credentials/types/another"},
        TokenExpired: {"exp": ISSUED - 10},
        IssuedInTheFuture: {"iat": ISSUED + 11},
        TokenNotYetValid: {"nbf": ISSUED + 11},
    }
    for refusal, changes in wrong.items():
        with pytest.raises(refusal):
            verified(shown(**changes))


def test_a_certificate_is_over_when_the_leeway_is_over_too():
    text = presentation(iat=ISSUED + DAY)
    end = NOW + timedelta(days=1)
    assert verified(text, now=end + LEEWAY - SECOND)
    with pytest.raises(TokenExpired):
        verified(text, now=end + LEEWAY)


@pytest.mark.parametrize("name", ["iss", "vct", "iat", "exp", "cnf"])
def test_a_claim_that_decides_must_be_there(name):
    with pytest.raises(TokenMalformed):
        verified(shown(**{name: None}))


@pytest.mark.parametrize(
    "changes",
    [
        {"sector": [SECTOR]},
        {"exp": "tomorrow"},
        {"exp": True},
        {"sub": 1},
        {"cnf": {"kid": "x"}},
        {"status": "good"},
        {"status": {"status_list": {"idx": -1.5, "uri": "x"}}},
    ],
    ids=str,
)
def test_a_claim_of_another_kind_is_refused(changes):
    with pytest.raises(TokenMalformed):
        verified(shown(**changes))


def test_who_has_not_signed_it_cannot_have_issued_it():
    wrong = {
        KeyUnknown: issued(key=STRANGER),
        SignatureRefused: issued(key=STRANGER, header={"kid": private_key("ES256").kid}),
        AlgorithmRefused: issued(header={"alg": "HS256"}),
    }
    for refusal, certificate in wrong.items():
        with pytest.raises(refusal):
            verified(presentation(certificate=certificate))
    newer = verifier().with_keys(named_keys())
    assert newer.verify(presentation(), audience=AUDIENCE, nonce=NONCE, now=NOW)


@pytest.mark.parametrize("typ", ["vc+sd-jwt", "JWT", "at+jwt", "kb+jwt", "statuslist+jwt", None])
def test_what_was_signed_as_something_else_is_no_certificate(typ):
    with pytest.raises(HeaderRefused):
        verified(presentation(certificate=issued(header={"typ": typ})))
    with pytest.raises(HeaderRefused):
        verified(f"{token()}~{presentation().rpartition('~')[2]}")


@pytest.mark.parametrize(
    "name", ["iss", "vct", "iat", "nbf", "exp", "sector", "cnf", "status", "aka_vcts"]
)
def test_what_decides_is_not_left_to_the_holder(name):
    """SD-JWT VC section 2.2.2.3. The issuer itself would have to err."""
    good = {"sector": SECTOR, "exp": ISSUED + DAY, "nbf": ISSUED, "status": {}}
    hidden = disclosure("salt", name, good.get(name, "x"))
    changes: dict[str, Any] = {name: None, "_sd": [digest(hidden)]}
    certificate = issued({}, **changes)
    with pytest.raises((DisclosureRefused, TokenMalformed)):
        verified(Holder().bound(f"{certificate.jwt}~{hidden}~"))


def test_nothing_inside_of_what_decides_is_left_to_the_holder():
    hidden = disclosure("salt", "jwk", STRANGER.as_dict(private=False))
    public = Holder().key.as_dict(private=False)
    certificate = issued({}, cnf={"jwk": public, "_sd": [digest(hidden)]})
    with pytest.raises(DisclosureRefused):
        verified(Holder().bound(f"{certificate.jwt}~{hidden}~"))
    with pytest.raises(DisclosureRefused):
        verified(Holder().bound(certificate.shown()))


def test_a_disclosure_of_another_certificate_is_refused():
    other = issued({"age_over_18": False}).disclosures["age_over_18"]
    other = disclosure("another salt", "age_over_18", True) if other else other
    with pytest.raises(DisclosureRefused):
        verified(Holder().bound(f"{issued().jwt}~{other}~"))


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "P-256", "x": [], "y": {}},
        {"kty": "oct", "k": "AAAA"},
        private_key("ES256", "holder").as_dict(private=True),
        private_key("ES384", "holder").as_dict(private=False),
    ],
    ids=["empty", "no point", "no text", "a secret", "with its secret", "of another curve"],
)
def test_a_holder_without_a_public_key_cannot_show_anything(jwk):
    with pytest.raises(HolderKeyRefused):
        verified(shown(cnf={"jwk": jwk}))


# The holder's part


def test_a_certificate_that_nobody_shows_is_refused():
    with pytest.raises(BindingMissing):
        verified(issued().shown("age_over_18"))


def test_who_shows_it_has_its_key():
    with pytest.raises(BindingSignatureRefused):
        verified(presentation(key=STRANGER))


def test_it_is_shown_to_us_and_in_answer_to_this():
    for aud in ("https://other.example", AUDIENCE + "/", "", ISSUER):
        with pytest.raises(BindingAudienceRefused):
            verified(presentation(aud=aud))
    for nonce in ("another", NONCE + " ", ""):
        with pytest.raises(BindingNonceRefused):
            verified(presentation(nonce=nonce))


def test_it_is_shown_just_now():
    young, future = timedelta(minutes=5) + LEEWAY, FUTURE
    assert verified(presentation(), now=NOW + young)
    assert verified(presentation(), now=NOW - future)
    for when in (NOW + young + SECOND, NOW - future - SECOND):
        with pytest.raises(BindingTooOld):
            verified(presentation(), now=when)
    long = timedelta(seconds=30)
    with pytest.raises(BindingTooOld):
        verified(presentation(), now=NOW + timedelta(minutes=1), longest_age_of_binding=long)
    for over in (presentation(exp=ISSUED - 10), presentation(nbf=ISSUED + 31)):
        with pytest.raises(BindingTooOld):
            verified(over)


def test_nothing_is_added_or_taken_away_after_it_was_shown():
    certificate = issued()
    text = Holder().bound(certificate.shown("age_over_18"))
    jwt, one, binding = text.split("~")
    other = certificate.disclosures["document_class"]
    for parts in ((jwt, one, other, binding), (jwt, binding), (jwt, other, binding)):
        with pytest.raises(PresentationAltered):
            verified("~".join(parts))
    # The same holder's next certificate, under the same key.
    with pytest.raises(PresentationAltered):
        verified(issued(exp=ISSUED + 2 * DAY).shown("age_over_18") + binding)


@pytest.mark.parametrize(
    "changes",
    [
        {"typ": "JWT"},
        {"iat": None},
        {"aud": None},
        {"aud": [AUDIENCE]},
        {"nonce": None},
        {"nonce": 1},
        {"sd_hash": None},
    ],
    ids=str,
)
def test_what_binds_it_is_what_rfc_9901_asks_for(changes):
    with pytest.raises(BindingMalformed):
        verified(presentation(**changes))


def test_a_binding_without_a_signature_or_by_another_algorithm_is_refused():
    bare = issued().shown("age_over_18")
    unsigned = Holder().bound(bare).rpartition(".")[0] + "."
    with pytest.raises(BindingSignatureRefused):
        verified(unsigned)
    with pytest.raises(BindingMalformed):
        verified(bare + "no.jwt")
    key = ECKey.generate_key("P-256")
    header = b64url(b'{"alg":"none","typ":"kb+jwt"}')
    with pytest.raises(BindingMalformed):
        verified(f"{bare}{header}.{Holder(key).bound(bare).split('.')[-2]}.")


# All of it


def test_a_presentation_with_one_other_character_is_refused():
    text = presentation("age_over_18", "document_class")
    for place in range(0, len(text), 7):
        other = "B" if text[place] == "A" else "A"
        # The last character of a part may have stray bits, and is then refused as malformed.
        with pytest.raises(TokenRefused):
            verified(text[:place] + other + text[place + 1 :])


def test_a_verifier_needs_keys_and_kinds():
    with pytest.raises(ValueError, match="keys or anchors"):
        CredentialVerifier(issuer=ISSUER, types=[TYPE])
    with pytest.raises(ValueError, match="several"):
        verifier(types=TYPE)
    with pytest.raises(ValueError, match="time zone"):
        verified(presentation(), now=datetime.now(UTC).replace(tzinfo=None))
