"""The platforms of these tests: what each registers, and the private keys that it keeps."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from joserfc.jwk import ECKey, RSAKey

from tests.oidc.jwt_makers import Key, private_key

# Nobody listens there: whoever comes back to a platform is met before the door.
HOME = "http://127.0.0.1:1"
CALLBACK, SIGNED_OUT = f"{HOME}/callback", f"{HOME}/signed-out"
SECRET = "a secret: of a platform & more than 32 characters % long"

CASES, ARCHIVE = "https://cases.example/api", "https://archive.example/api"

CODE = ["authorization_code", "refresh_token"]
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
CIBA = "urn:openid:params:grant-type:ciba"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


@dataclass(frozen=True)
class Platform:
    """One registration, and what only the platform itself has."""

    metadata: dict[str, Any]
    keys: tuple[Key, ...] = ()
    certificate: x509.Certificate | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def client_id(self) -> str:
        """Its name."""
        return str(self.metadata["client_id"])

    def as_it_knows_itself(self) -> dict[str, Any]:
        """What its own software is configured with: keys by what they are for."""
        shown = self.certificate
        return {
            "metadata": self.metadata,
            "keys": [key.as_dict(private=True) for key in self.keys],
            "certificate": None if shown is None else encoded(shown),
        }


def platform(client_id: str, *keys: Key, **members: Any) -> Platform:
    """A platform with a secret and a redirect URI, unless `members` say otherwise."""
    metadata = {
        "client_id": client_id,
        "client_secret": SECRET,
        "redirect_uris": [CALLBACK],
        "post_logout_redirect_uris": [SIGNED_OUT],
        "grant_types": CODE,
        "scope": "openid age",
        "id_token_signed_response_alg": "ES256",
    } | members
    if keys:
        metadata.setdefault("jwks", {"keys": [key.as_dict(private=False) for key in keys]})
    sent = {name: value for name, value in metadata.items() if value is not None}
    return Platform(sent, keys)


def by_key(client_id: str, *keys: Key, **members: Any) -> Platform:
    """A platform that signs assertions."""
    members = {"token_endpoint_auth_method": "private_key_jwt", "client_secret": None} | members
    return platform(client_id, *(keys or (signing(client_id),)), **members)


def by_certificate(client_id: str, **members: Any) -> Platform:
    """A platform that registers the certificate it made itself (RFC 8705 section 2.2)."""
    key = ECKey.generate_key("P-256", {"kid": f"{client_id}-tls"})
    certificate = self_signed(key, client_id)
    jwk = {**key.as_dict(private=False), "x5c": [encoded(certificate)]}
    members = {
        "client_secret": None,
        "token_endpoint_auth_method": "self_signed_tls_client_auth",
        "tls_client_certificate_bound_access_tokens": True,
        "jwks": {"keys": [jwk]},
    } | members
    return Platform(platform(client_id, **members).metadata, certificate=certificate)


def signing(name: str, alg: str = "ES256") -> Key:
    """A key to sign with."""
    return private_key(alg, name)


def decrypting(alg: str) -> Key:
    """A key that answers are encrypted to."""
    parameters = {"kid": f"enc-{alg}", "use": "enc", "alg": alg}
    if alg.startswith("RSA"):
        return RSAKey.generate_key(2048, parameters)
    return ECKey.generate_key("P-256", parameters)


def self_signed(key: ECKey, name: str) -> x509.Certificate:
    """A certificate for a key, by itself, good for a day."""
    private: Any = key.private_key
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .sign(private, hashes.SHA256())
    )


def encoded(certificate: x509.Certificate) -> str:
    """Base64 of the DER: `x5c` (RFC 7517) and, between colons, `Client-Cert` (RFC 9440)."""
    return b64encode(certificate.public_bytes(Encoding.DER)).decode()


def all_platforms(receiver: str) -> dict[str, Platform]:
    """Everybody, by name; `receiver` is the address of a server that takes what we send out."""
    found = [*_plain(), *_asking(receiver), *_answered(), *_elsewhere(receiver), *_strict()]
    return {each.client_id: each for each in found}


def _plain() -> Iterable[Platform]:
    for method in ("client_secret_basic", "client_secret_post", "none"):
        secret = {"client_secret": None} if method == "none" else {}
        yield platform(method, token_endpoint_auth_method=method, **secret)
    for alg in ("RS256", "PS256", "ES256", "EdDSA"):
        yield platform(f"id-token-{alg}", id_token_signed_response_alg=alg)
        yield by_key(
            f"assertion-{alg}",
            signing("assertion", alg),
            token_endpoint_auth_signing_alg=alg,
            id_token_signed_response_alg=None,
        )
    yield by_certificate("tls")
    yield platform("proofs", dpop_bound_access_tokens=True)


def _asking(receiver: str) -> Iterable[Platform]:
    yield platform("pushing", require_pushed_authorization_requests=True)
    yield by_key(
        "signing",
        require_signed_request_object=True,
        request_object_signing_alg="ES256",
        request_uris=[f"{receiver}/request"],
    )
    yield platform("detailed", authorization_details_types=["identity_check", "service_case"])
    yield platform("portal", resources=[CASES, ARCHIVE])


def _answered() -> Iterable[Platform]:
    for alg, enc in (("RSA-OAEP-256", "A256GCM"), ("ECDH-ES", "A128CBC-HS256")):
        members = {
            f"{answer}_encrypted_response_{part}": value
            for answer in ("id_token", "userinfo", "authorization", "introspection")
            for part, value in (("alg", alg), ("enc", enc))
        }
        yield platform(
            f"encrypted-{alg}",
            decrypting(alg),
            userinfo_signed_response_alg="ES256",
            authorization_signed_response_alg="ES256",
            introspection_signed_response_alg="ES256",
            **members,
        )
    yield platform(
        "signed-answers",
        userinfo_signed_response_alg="PS256",
        authorization_signed_response_alg="EdDSA",
        introspection_signed_response_alg="ES256",
    )


def _elsewhere(receiver: str) -> Iterable[Platform]:
    yield platform("machine", grant_types=["client_credentials"], resources=[CASES], scope=None)
    yield platform(
        "cases", grant_types=[TOKEN_EXCHANGE], protected_resource=CASES, resources=[ARCHIVE]
    )
    yield platform("archive", grant_types=["client_credentials"], protected_resource=ARCHIVE)
    yield platform("television", grant_types=[DEVICE_CODE, "refresh_token"])
    yield platform(
        "counter",
        grant_types=[CIBA, *CODE],
        backchannel_token_delivery_mode="poll",
        authorization_details_types=["service_case"],
    )
    yield by_key(
        "hotline",
        grant_types=[CIBA],
        backchannel_token_delivery_mode="ping",
        backchannel_client_notification_endpoint=f"{receiver}/ping",
        backchannel_authentication_request_signing_alg="ES256",
    )
    yield platform(
        "leaving",
        backchannel_logout_uri=f"{receiver}/logout",
        backchannel_logout_session_required=True,
    )


def _strict() -> Iterable[Platform]:
    for library in ("openid-client", "oauth4webapi"):
        strict = {"profile": "fapi2", "id_token_signed_response_alg": None}
        yield by_key(f"fapi-{library}", **strict)
        yield by_key(
            f"fapi-signing-{library}",
            require_signed_request_object=True,
            authorization_signed_response_alg="PS256",
            introspection_signed_response_alg="ES256",
            **strict,
        )
        yield by_certificate(f"fapi-tls-{library}", **strict)
