"""The register's push: only the register's own word, for us, of now."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc import jws
from joserfc.jwk import ECKey, OctKey

from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.evidence.errors import PushNotAuthentic
from authsvc.evidence.push import PUSH_CHANGES, TYPE, key_name, verify_push
from authsvc.evidence.register import RegisterStatus, StatusChange
from authsvc.identifiers import b64url
from tests.evidence.makers import Certified, certify, p256
from tests.makers import NOW

US = "https://id.test/register-push"
Forge = Callable[..., str]

CHANGE = StatusChange(7, "resident_identity_card", "T1", RegisterStatus.LOST, NOW)


@pytest.fixture
def register() -> Certified:
    """The register's key, certified by itself."""
    return certify(p256(), name="register")


@pytest.fixture
def forge(register: Certified) -> Forge:
    """Signs a push with anything in it changed; None leaves a member out."""

    def sign(
        *,
        key: Any = None,
        header: dict[str, Any] | None = None,
        payload: bytes | None = None,
        **claims: Any,
    ) -> str:
        signing = register.key if key is None else key
        assert isinstance(signing, ec.EllipticCurvePrivateKey)
        given = {
            "alg": "ES256",
            "typ": TYPE,
            "kid": key_name(register.key.public_key()),  # type: ignore[arg-type]
            **(header or {}),
        }
        said = {
            "aud": US,
            "iat": int(NOW.timestamp()),
            "exp": int(NOW.timestamp()) + 300,
            "jti": "0123456789abcdef",
            "changes": [],
            **claims,
        }
        content = json.dumps({k: v for k, v in said.items() if v is not None}).encode()
        pem = signing.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return jws.serialize_compact(
            {k: v for k, v in given.items() if v is not None},
            content if payload is None else payload,
            ECKey.import_key(pem),
            algorithms=["ES256"],
        )

    return sign


def refused(signed: str, register: Certified, *, now: datetime = NOW) -> None:
    """Not authentic, and nothing of it is repeated."""
    with pytest.raises(PushNotAuthentic) as refusal:
        verify_push(signed, anchors=[register.certificate], audience=US, now=now)
    assert refusal.value.__cause__ is None


def test_an_authority_s_push_is_verified(authority: DocumentAuthority) -> None:
    signed = authority.sign_push([CHANGE], audience=US, now=NOW)
    push = verify_push(signed, anchors=[authority.register_anchor], audience=US, now=NOW)
    assert list(push.changes) == [CHANGE]
    assert push.expires_at == NOW + timedelta(minutes=5)
    again = authority.sign_push([CHANGE], audience=US, now=NOW)
    anchors = [certify(p256()).certificate, authority.register_anchor]
    assert verify_push(again, anchors=anchors, audience=US, now=NOW).jti != push.jti


def test_a_full_push_is_not_too_large(authority: DocumentAuthority) -> None:
    changes = [
        StatusChange(n, "resident_identity_card", f"T{n:012d}", RegisterStatus.REPLACED, NOW)
        for n in range(10**6, 10**6 + PUSH_CHANGES)
    ]
    signed = authority.sign_push(changes, audience=US, now=NOW)
    push = verify_push(signed, anchors=[authority.register_anchor], audience=US, now=NOW)
    assert list(push.changes) == changes


def test_a_well_made_push_is_verified(forge: Forge, register: Certified) -> None:
    push = verify_push(forge(), anchors=[register.certificate], audience=US, now=NOW)
    assert (push.jti, list(push.changes)) == ("0123456789abcdef", [])
    assert push.expires_at.tzinfo is UTC


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param({"aud": "https://other.test/"}, id="for somebody else"),
        pytest.param({"aud": [US]}, id="for several"),
        pytest.param({"aud": None}, id="for nobody"),
        pytest.param({"iat": None}, id="without a time"),
        pytest.param({"exp": None}, id="without an end"),
        pytest.param({"jti": None}, id="without a name"),
        pytest.param({"jti": "short"}, id="with a short name"),
        pytest.param({"jti": "x" * 129}, id="with an over-long name"),
        pytest.param({"exp": int(NOW.timestamp()) + 301}, id="lasting too long"),
        pytest.param({"exp": int(NOW.timestamp())}, id="ending as it begins"),
        pytest.param({"iat": 10**18, "exp": 10**18 + 1}, id="of a time that no clock shows"),
        pytest.param({"iat": "now"}, id="with a time in words"),
        pytest.param({"iat": int(NOW.timestamp()) + 61}, id="of the future"),
        pytest.param({"changes": None}, id="saying nothing"),
        pytest.param({"changes": [{"cursor": 1}]}, id="with half a change"),
        pytest.param({"payload": b"not JSON"}, id="that is no JSON"),
        pytest.param({"payload": b""}, id="that is empty"),
        pytest.param({"payload": b" " * 70_000}, id="that is huge"),
        pytest.param({"payload": b'{"x":' + b"[" * 40_000}, id="that is deep"),
        pytest.param({"header": {"typ": "JWT"}}, id="of another type"),
        pytest.param({"header": {"typ": None}}, id="of no type"),
        pytest.param({"header": {"kid": "another"}}, id="by another key's name"),
        pytest.param({"header": {"kid": None}}, id="by nobody's name"),
        pytest.param({"header": {"cty": "JWT"}}, id="with a foreign header"),
        pytest.param({"key": p256()}, id="by another key"),
    ],
)
def test_any_other_push_is_refused(forge: Forge, register: Certified, parts: Any) -> None:
    refused(forge(**parts), register)


def test_a_push_stops_to_count(forge: Forge, register: Certified) -> None:
    signed = forge()
    assert verify_push(
        signed,
        anchors=[register.certificate],
        audience=US,
        now=NOW + timedelta(seconds=299),
    )
    refused(signed, register, now=NOW + timedelta(seconds=300))


def test_a_signature_with_the_public_key_as_a_secret_is_refused(register: Certified) -> None:
    public = register.certificate.public_key()
    pem = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert isinstance(public, ec.EllipticCurvePublicKey)
    header = {"alg": "HS256", "typ": TYPE, "kid": key_name(public)}
    claims = {"aud": US, "iat": int(NOW.timestamp()), "exp": int(NOW.timestamp()) + 60}
    secret = OctKey.import_key(b64url(pem))
    refused(jws.serialize_compact(header, json.dumps(claims), secret), register)


def test_an_unsigned_push_is_refused(forge: Forge, register: Certified) -> None:
    _, payload, _ = forge().split(".")
    public = register.certificate.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    header = {"alg": "none", "typ": TYPE, "kid": key_name(public)}
    refused(f"{b64url(json.dumps(header).encode())}.{payload}.", register)


@pytest.mark.parametrize("place", range(3), ids=["header", "payload", "signature"])
def test_a_changed_part_is_refused(forge: Forge, register: Certified, place: int) -> None:
    parts = forge().split(".")
    other = "A" if parts[place][10] != "A" else "B"
    parts[place] = parts[place][:10] + other + parts[place][11:]
    refused(".".join(parts), register)


@pytest.mark.parametrize(
    "signed", ["", ".", "..", "a.b", "a.b.c.d", "\N{SNOWMAN}", "W10..", "e30.."]
)
def test_what_is_no_jws_is_refused(register: Certified, signed: str) -> None:
    refused(signed, register)


@pytest.mark.parametrize(
    "first,last",
    [
        pytest.param(NOW - timedelta(days=9), NOW - timedelta(days=1), id="expired"),
        pytest.param(NOW + timedelta(days=1), NOW + timedelta(days=9), id="of the future"),
    ],
)
def test_an_anchor_that_is_not_valid_today_vouches_for_nothing(
    forge: Forge, register: Certified, first: datetime, last: datetime
) -> None:
    other = certify(register.key, first=first, last=last)
    refused(forge(), other)


def test_anchors_with_other_keys_are_passed_over(forge: Forge, register: Certified) -> None:
    anchors: list[x509.Certificate] = [
        certify(rsa.generate_private_key(65537, 2048)).certificate,
        certify(ec.generate_private_key(ec.SECP384R1())).certificate,
        register.certificate,
    ]
    assert verify_push(forge(), anchors=anchors, audience=US, now=NOW)
