"""The platforms of these tests: what each registers, and the private keys that it keeps."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from joserfc.jwk import ECKey, KeyParameters, RSAKey

from tests.interop.certificates import Certified, certified
from tests.oidc.jwt_makers import Key, jwks_of, private_key

# Nobody listens there: whoever comes back to a platform is met before the door.
HOME = "http://127.0.0.1:1"
CALLBACK, SIGNED_OUT = f"{HOME}/callback", f"{HOME}/signed-out"
SECRET = "a secret: of a platform & more than 32 characters % long"

CASES, ARCHIVE = "https://cases.example/api", "https://archive.example/api"

CODE = ["authorization_code", "refresh_token"]
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
CIBA = "urn:openid:params:grant-type:ciba"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
PRE_AUTHORIZED_CODE = "urn:ietf:params:oauth:grant-type:pre-authorized_code"

# Whose word for wallets the service takes.
MAKER = certified("an artificial maker of wallets")


@dataclass(frozen=True)
class Platform:
    """One registration, and what only the platform itself has."""

    metadata: dict[str, Any]
    keys: tuple[Key, ...] = ()
    shown: Certified | None = None

    @property
    def client_id(self) -> str:
        """Its name."""
        return str(self.metadata["client_id"])

    def as_it_knows_itself(self) -> dict[str, Any]:
        """What its own software is configured with."""
        return {
            "metadata": self.metadata,
            "keys": [key.as_dict(private=True) for key in self.keys],
            "certificate": None if self.shown is None else self.shown.encoded,
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
    if keys and "jwks_uri" not in metadata:
        metadata["jwks"] = jwks_of(*keys)
    sent = {name: value for name, value in metadata.items() if value is not None}
    return Platform(sent, keys)


def by_key(client_id: str, *keys: Key, **members: Any) -> Platform:
    """A platform that signs assertions."""
    members = {"token_endpoint_auth_method": "private_key_jwt", "client_secret": None} | members
    return platform(client_id, *(keys or (signing(client_id),)), **members)


def by_certificate(client_id: str, shown: Certified, **members: Any) -> Platform:
    """A platform that proves itself in the TLS handshake (RFC 8705)."""
    found = platform(
        client_id,
        client_secret=None,
        tls_client_certificate_bound_access_tokens=True,
        **members,
    )
    return Platform(found.metadata, shown=shown)


def by_own_certificate(client_id: str, **members: Any) -> Platform:
    """A platform that registers the certificate it made itself (section 2.2)."""
    shown = certified(client_id)
    registered = {
        "token_endpoint_auth_method": "self_signed_tls_client_auth",
        "jwks": {"keys": [shown.jwk]},
    }
    return by_certificate(client_id, shown, **registered, **members)


def signing(name: str, alg: str = "ES256") -> Key:
    """A key to sign with."""
    return private_key(alg, name)


def decrypting(alg: str) -> Key:
    """A key that answers are encrypted to."""
    parameters: KeyParameters = {"kid": f"enc-{alg}", "use": "enc", "alg": alg}
    if alg.startswith("RSA"):
        return RSAKey.generate_key(2048, parameters)
    return ECKey.generate_key("P-256", parameters)


def all_platforms(receiver: str, authority: Certified) -> dict[str, Platform]:
    """Everybody, by name.

    `receiver` is the address of their server; `authority` certifies one of them.
    """
    found = [
        *_plain(),
        *_proving(receiver, authority),
        *_asking(receiver),
        *_answered(),
        *_elsewhere(receiver),
        *_strict(),
        *_wallets(),
    ]
    return {each.client_id: each for each in found}


def _plain() -> Iterable[Platform]:
    for method in ("client_secret_basic", "client_secret_post", "none"):
        secret = {"client_secret": None} if method == "none" else {}
        yield platform(method, token_endpoint_auth_method=method, **secret)
    for alg in ("RS256", "PS256", "ES256", "EdDSA"):
        yield platform(f"id-token-{alg}", id_token_signed_response_alg=alg)


def _proving(receiver: str, authority: Certified) -> Iterable[Platform]:
    for alg in ("RS256", "PS256", "ES256", "EdDSA"):
        yield by_key(
            f"assertion-{alg}",
            signing("assertion", alg),
            token_endpoint_auth_signing_alg=alg,
            id_token_signed_response_alg=None,
        )
    yield by_key("assertion-jwks-uri", jwks_uri=f"{receiver}/jwks")
    yield by_own_certificate("tls-by-itself")
    yield by_certificate(
        "tls-by-authority",
        certified("tls-by-authority", authority),
        token_endpoint_auth_method="tls_client_auth",
        tls_client_auth_subject_dn="CN=tls-by-authority",
    )
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
    yield platform(
        "departments",
        contacts=["hall@hall.example"],
        category="government",
        authorization_details_types=["attribute_query"],
        attribute_queries=[
            {
                "department": name,
                "attributes": attributes,
                "purpose": "school_admission",
                "legal_basis": "《样例法》第一条",
            }
            for name, attributes in (
                ("residence", ["residence_city", "residence_permit_city"]),
                ("education", ["education_level"]),
            )
        ],
    )
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
    machine = {"grant_types": ["client_credentials"], "resources": [CASES], "scope": None}
    yield platform("machine", **machine)
    yield platform("machine-with-proofs", dpop_bound_access_tokens=True, **machine)
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
        yield by_own_certificate(f"fapi-tls-{library}", **strict)


def _wallets() -> Iterable[Platform]:
    for client_id, method in (("wallet", "none"), ("wallet-attested", "attest_jwt_client_auth")):
        yield platform(
            client_id,
            client_secret=None,
            token_endpoint_auth_method=method,
            grant_types=[*CODE, PRE_AUTHORIZED_CODE],
            scope="verified-person",
            dpop_bound_access_tokens=True,
        )
