"""An auditor's side: what of a receipt is believed, and everything that is not."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.identifiers import b64url, from_b64url
from authsvc.verify import (
    CounterfoilRepeated,
    PresentationReceipts,
    ReceiptRefused,
    ReceiptVerifier,
    ReferenceRefused,
    ReferenceRepeated,
    TokenRefused,
    VerificationKeys,
    VerifiedReceipt,
    new_salt,
    reference_of,
)
from authsvc.verify.receipts.writing import Evidence
from tests.makers import NOW
from tests.oidc.jwt_makers import Key, private_key, signed, unverified
from tests.verify.credential_makers import (
    AT_PLATFORM,
    SECTOR,
    TYPE,
    Authority,
    Holder,
    issued,
    named_keys,
    public_key,
    signer_extensions,
    verified,
    x5c,
)
from tests.verify.makers import ISSUED, ISSUER, key_set, published

DAY = 24 * 3600
MIDNIGHT = ISSUED // DAY * DAY
CLIENT = "platform-a"
VERIFIER = "https://verifier.shop.example"
REFERENCE = reference_of(b"1" * 32, "an artificial account")
OTHER = reference_of(b"2" * 32, "an artificial account")
PURPOSE = "a real person behind an account"
PLATFORM = private_key("ES256", "platform")
BY_SIGN_IN, BY_CERTIFICATE = "verification-receipt+jwt", "presentation-receipt+jwt"
COUNTERFOIL = "credential-counterfoil+jwt"


def sign_in(**changes: Any) -> str:
    """A receipt by OpenID Connect; `key`, `typ` and `says` are the signature's, None removes."""
    how = _signing(changes)
    good = {
        "iss": ISSUER,
        "aud": CLIENT,
        "iat": MIDNIGHT,
        "acr": "urn:authsvc:acr:aal2",
        "assurance": "chip-and-face",
        "reference": REFERENCE,
        "jti": "a random name",
    }
    claims = {name: value for name, value in (good | changes).items() if value is not None}
    return signed(claims, **{"key": private_key("ES256"), "typ": BY_SIGN_IN} | how)


def counterfoil(**changes: Any) -> str:
    """What the issuer signed beside a certificate."""
    how = _signing(changes)
    good = {
        "iss": ISSUER,
        "vct": TYPE,
        "iat": MIDNIGHT,
        "exp": MIDNIGHT + 14 * DAY,
        "jti": "a random name",
    }
    claims = {name: value for name, value in (good | changes).items() if value is not None}
    return signed(claims, **{"key": private_key("ES256"), "typ": COUNTERFOIL} | how)


def presented(**changes: Any) -> str:
    """A receipt by a certificate, as joserfc signs it for the platform."""
    how = _signing(changes)
    good = {
        "iss": VERIFIER,
        "iat": MIDNIGHT,
        "vct": TYPE,
        "claims": ["age_over_18"],
        "purpose": PURPOSE,
        "reference": REFERENCE,
        "counterfoil": counterfoil(),
    }
    claims = {name: value for name, value in (good | changes).items() if value is not None}
    return signed(claims, **{"key": PLATFORM, "typ": BY_CERTIFICATE} | how)


def _signing(changes: dict[str, Any]) -> dict[str, Any]:
    return {name: changes.pop(name) for name in ("key", "typ", "says") if name in changes}


def platform_keys(key: Key = PLATFORM) -> VerificationKeys:
    return key_set(published(key))


def auditor(**changes: Any) -> ReceiptVerifier:
    good: dict[str, Any] = {
        "issuer": ISSUER,
        "keys": named_keys(),
        "client_id": CLIENT,
        "platform": VERIFIER,
        "platform_keys": platform_keys(),
        "types": [TYPE, AT_PLATFORM],
        "sector": SECTOR,
    }
    return ReceiptVerifier(**good | changes)


def verify(
    text: str, *, reference: str = REFERENCE, now: datetime = NOW, **changes: Any
) -> VerifiedReceipt:
    return auditor(**changes).verify(text, reference=reference, now=now)


def test_a_receipt_by_openid_connect():
    found = verify(sign_in())
    assert found == VerifiedReceipt(
        issuer=ISSUER,
        platform=CLIENT,
        day=NOW.date(),
        reference=REFERENCE,
        serial="a random name",
        acr="urn:authsvc:acr:aal2",
        assurance="chip-and-face",
    )


def test_a_receipt_by_a_certificate():
    found = verify(presented())
    assert found == VerifiedReceipt(
        issuer=ISSUER,
        platform=VERIFIER,
        day=NOW.date(),
        reference=REFERENCE,
        serial="a random name",
        type=TYPE,
        claims=("age_over_18",),
        purpose=PURPOSE,
    )


REFUSED = {
    "of another account": (lambda: sign_in(reference=OTHER), "receipt_reference_refused"),
    "for another platform": (lambda: sign_in(aud="platform-b"), "audience_refused"),
    "for several": (lambda: sign_in(aud=[CLIENT, "platform-b"]), "malformed"),
    "of another issuer": (lambda: sign_in(iss="https://other.example"), "issuer_refused"),
    "under a strange key": (
        lambda: sign_in(key=private_key("ES256", "other")),
        "key_unknown",
    ),
    "under another's key of the same name": (
        lambda: sign_in(key=private_key("ES256", "other"), says={"kid": private_key("ES256").kid}),
        "signature_refused",
    ),
    "an ID token": (lambda: sign_in(typ="JWT"), "header_refused"),
    "without a type": (lambda: sign_in(typ=None), "header_refused"),
    "a counterfoil alone": (counterfoil, "header_refused"),
    "without a day": (lambda: sign_in(iat=None), "malformed"),
    "to the second": (lambda: sign_in(iat=ISSUED + 1), "malformed"),
    "of tomorrow": (lambda: sign_in(iat=MIDNIGHT + DAY), "issued_in_the_future"),
    "with a subject": (lambda: sign_in(sub="a pseudonym"), "malformed"),
    "without assurance": (lambda: sign_in(assurance=None), "malformed"),
    "by a certificate, of another account": (
        lambda: presented(reference=OTHER),
        "receipt_reference_refused",
    ),
    "of another verifier": (lambda: presented(iss="https://other.example"), "issuer_refused"),
    "signed by another platform": (
        lambda: presented(key=private_key("ES256", "other"), says={"kid": PLATFORM.kid}),
        "signature_refused",
    ),
    "signed by the issuer in the platform's place": (
        lambda: presented(key=private_key("ES256")),
        "key_unknown",
    ),
    "with a holder's key": (lambda: presented(cnf={}), "malformed"),
    "without a counterfoil": (lambda: presented(counterfoil=None), "malformed"),
    "a counterfoil by the platform": (
        lambda: presented(
            counterfoil=counterfoil(key=PLATFORM, says={"kid": private_key("ES256").kid})
        ),
        "signature_refused",
    ),
    "a counterfoil of another issuer": (
        lambda: presented(counterfoil=counterfoil(iss="https://other.example")),
        "issuer_refused",
    ),
    "a certificate as counterfoil": (
        lambda: presented(counterfoil=issued().jwt),
        "header_refused",
    ),
    "a counterfoil of another type": (
        lambda: presented(counterfoil=counterfoil(vct=AT_PLATFORM)),
        "counterfoil_refused",
    ),
    "a type that nobody agreed upon": (
        lambda: presented(vct="urn:x", counterfoil=counterfoil(vct="urn:x")),
        "type_refused",
    ),
    "a counterfoil for another platform": (
        lambda: presented(counterfoil=counterfoil(sector="other.example")),
        "sector_refused",
    ),
    "a counterfoil with a holder's key": (
        lambda: presented(counterfoil=counterfoil(cnf={"jwk": {}})),
        "malformed",
    ),
    "a counterfoil that was over": (
        lambda: presented(counterfoil=counterfoil(iat=MIDNIGHT - 2 * DAY, exp=MIDNIGHT)),
        "counterfoil_refused",
    ),
    "a counterfoil of the day after": (
        lambda: presented(counterfoil=counterfoil(iat=MIDNIGHT + DAY)),
        "counterfoil_refused",
    ),
    "a counterfoil without a time": (
        lambda: presented(counterfoil=counterfoil(iat=None)),
        "malformed",
    ),
    "no receipt at all": (lambda: "x", "malformed"),
    "far too long": (lambda: "x." + "A" * 20_000 + ".x", "malformed"),
}


@pytest.mark.parametrize(("made", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(made, code):
    with pytest.raises(TokenRefused) as refused:
        verify(made())
    assert refused.value.code == f"verify.{code}"


@pytest.mark.parametrize("made", [sign_in, presented])
def test_one_octet_changed_anywhere_is_found(made):
    """Header, payload or signature, and of the second form also within the counterfoil."""
    text = made()
    for place in range(0, len(text), 7):
        if text[place] == ".":
            continue
        altered = text[:place] + ("B" if text[place] == "A" else "A") + text[place + 1 :]
        with pytest.raises(TokenRefused):
            verify(altered)


def test_a_counterfoil_changed_by_the_platform_itself_is_found():
    """The platform can sign anew whatever it likes around it, but not what the issuer signed."""
    text = counterfoil()
    for part in range(3):
        parts = text.split(".")
        octets = bytearray(from_b64url(parts[part]))
        octets[len(octets) // 2] ^= 1
        parts[part] = b64url(bytes(octets))
        with pytest.raises(TokenRefused):
            verify(presented(counterfoil=".".join(parts)))


def test_a_form_that_was_not_agreed_upon_is_refused():
    without: list[tuple[str, dict[str, Any]]] = [
        (sign_in(), {"client_id": None}),
        (presented(), {"platform": None, "platform_keys": None}),
    ]
    for text, changes in without:
        with pytest.raises(TokenRefused) as refused:
            verify(text, **changes)
        assert refused.value.code == "verify.header_refused"
    with pytest.raises(ValueError, match="address"):
        auditor(platform_keys=None)


def test_of_many_what_stands_there_twice_counts_once():
    """The same receipt again, one reference for two, one certificate for two accounts."""
    first, second = sign_in(jti="one"), sign_in(jti="two", reference=OTHER)
    third = reference_of(b"3" * 32, "x")
    rows = [
        (REFERENCE, first),
        (OTHER, second),
        (REFERENCE, first),
        (OTHER, sign_in(jti="three", reference=OTHER)),
        (third, sign_in(jti="one", reference=third)),
        (third, presented(reference=third, counterfoil=counterfoil(jti="four"))),
        (reference_of(b"4" * 32, "x"), "not a receipt"),
    ]
    fourth = reference_of(b"5" * 32, "x")
    rows.append((fourth, presented(reference=fourth, counterfoil=counterfoil(jti="four"))))
    found = list(auditor().verify_many(rows, now=NOW))
    assert [type(each) for each in found][:6] == [
        VerifiedReceipt,
        VerifiedReceipt,
        ReferenceRepeated,
        ReferenceRepeated,
        CounterfoilRepeated,
        VerifiedReceipt,
    ]
    assert isinstance(found[6], TokenRefused)
    assert isinstance(found[7], CounterfoilRepeated)


@pytest.mark.parametrize("reference", ["", "\ud800", "é", "x" * 100_000])
def test_any_text_may_be_handed_in_as_a_reference(reference):
    [found] = auditor().verify_many([(reference, sign_in())], now=NOW)
    assert isinstance(found, ReferenceRefused)


@pytest.mark.parametrize("text", ["", "..", "\ud800.a.b", "é.é.é", "e30.e30.e30", "e30.W10.AA"])
def test_any_text_may_be_handed_in_as_a_receipt(text):
    [found] = auditor().verify_many([(REFERENCE, text)], now=NOW)
    assert isinstance(found, TokenRefused)


def test_what_was_refused_takes_nobodys_place():
    """Else a platform could be made to look bad by a forgery that comes first."""
    forged = sign_in(key=private_key("ES256", "other"), says={"kid": private_key("ES256").kid})
    found = list(auditor().verify_many([(REFERENCE, forged), (REFERENCE, sign_in())], now=NOW))
    assert isinstance(found[0], TokenRefused)
    assert isinstance(found[1], VerifiedReceipt)


def certified(days: int = 30) -> tuple[Authority, dict[str, Any]]:
    authority = Authority()
    public = public_key(private_key("ES256"))
    certificate = authority.certify(public, *signer_extensions(), days=days)
    return authority, x5c(certificate)


def test_by_the_root_alone_long_after_the_key_is_gone():
    authority, header = certified()
    audit: dict[str, Any] = {"keys": None, "anchors": [authority.certificate]}
    later = NOW + timedelta(days=3000)
    assert verify(sign_in(says=header), now=later, **audit).platform == CLIENT
    text = presented(counterfoil_x5c=header["x5c"])
    assert verify(text, now=later, **audit).type == TYPE
    # Signed, it says, when the certificate was over: by whoever found the key afterwards.
    for late in (
        sign_in(says=header, iat=MIDNIGHT + 40 * DAY),
        presented(
            iat=MIDNIGHT + 40 * DAY,
            counterfoil=counterfoil(iat=MIDNIGHT + 40 * DAY, exp=MIDNIGHT + 50 * DAY),
            counterfoil_x5c=header["x5c"],
        ),
    ):
        with pytest.raises(TokenRefused) as refused:
            verify(late, now=later, **audit)
        assert refused.value.code == "verify.signer_refused"
    stranger = Authority("Somebody else")
    with pytest.raises(TokenRefused) as refused:
        verify(text, now=later, keys=None, anchors=[stranger.certificate])
    assert refused.value.code == "verify.signer_refused"


def test_what_a_platform_writes_is_what_an_auditor_reads():
    key = ec.generate_private_key(ec.SECP256R1())
    writes = PresentationReceipts(key, platform=VERIFIER)
    told = {"age_over_18": True, "age_over_16": False, "assurance": "chip-and-face"}
    told["receipt"] = counterfoil(vct=AT_PLATFORM, sector=SECTOR)
    told["sub"] = "a pseudonym"
    certificate = issued(told, vct=AT_PLATFORM, sector=SECTOR)
    shown = verified(Holder().bound(certificate.shown(*told)))
    evidence = Evidence.of(shown, now=NOW)
    text = writes.write(evidence, reference=REFERENCE, purpose=PURPOSE)
    keys = VerificationKeys.from_certificates([Authority().certify(key.public_key())])
    found = verify(text, platform_keys=keys)
    assert (found.type, found.claims, found.purpose) == (AT_PLATFORM, ("age_over_18",), PURPOSE)
    # These and no others: no subject, no key, no place in a list, no moment.
    said = unverified(text)
    members = {"iss", "iat", "vct", "claims", "purpose", "reference", "counterfoil"}
    assert said.keys() == members
    assert said["iat"] == MIDNIGHT
    assert "a pseudonym" not in str(said)
    for wrong in (
        {"reference": "x", "purpose": PURPOSE},
        {"reference": REFERENCE, "purpose": ""},
        {"reference": REFERENCE, "purpose": "two\nlines"},
        {"reference": REFERENCE, "purpose": "x" * 121},
    ):
        with pytest.raises(ReceiptRefused):
            writes.write(evidence, **wrong)


def test_without_the_counterfoil_nothing_can_be_written():
    shown = verified(Holder().bound(issued().shown("age_over_18")))
    with pytest.raises(TokenRefused) as refused:
        Evidence.of(shown, now=NOW)
    assert refused.value.code == "verify.counterfoil_refused"


def test_a_reference_opens_in_one_way_alone():
    salt = new_salt()
    assert reference_of(salt, "ab") != reference_of(salt, "a")
    # Salt and name cannot be cut apart elsewhere: that would be a second account.
    with pytest.raises(ValueError, match="32"):
        reference_of(salt + b"a", "b")
    with pytest.raises(ReferenceRefused):
        verify(sign_in(), reference=reference_of(b"1" * 32, "another account"))
