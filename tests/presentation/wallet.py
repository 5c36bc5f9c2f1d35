"""An issuer and a wallet, by joserfc and cryptography alone: nothing of the service is in them.

Whatever a wallet could get wrong, it can be told to get wrong: `Wallet.present` takes the place of
each part by an argument.
"""

import base64
import json
import secrets
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwe, jws
from joserfc.jwk import ECKey

from tests.oidc.jwt_makers import Key, private_key, signed, unverified

PERSON, AT_PLATFORM = "verified-person", "verified-person-at-platform"


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _digest(text: str) -> str:
    return _b64(sha256(text.encode()).digest())


@dataclass(frozen=True)
class Credential:
    """An SD-JWT VC as its holder keeps it: what was signed, and each claim's disclosure."""

    jwt: str
    disclosures: Mapping[str, str]

    def shown(self, names: Iterable[str]) -> str:
        """The credential with some of its claims, without the holder's proof."""
        return "~".join([self.jwt, *(self.disclosures[name] for name in names), ""])


@dataclass
class Issuer:
    """Somebody whose certificates are taken, and whose lists say which hold no more."""

    url: str
    key: Key = field(default_factory=lambda: private_key("ES256", "issuer"))
    statuses: dict[int, int] = field(default_factory=dict)
    alg: str = "ES256"

    def type(self, name: str) -> str:
        """The `vct` of a kind."""
        return f"{self.url}/credentials/types/{name}"

    @property
    def list_address(self) -> str:
        """Where the one status list lies."""
        return f"{self.url}/credentials/status-lists/1"

    @property
    def metadata(self) -> bytes:
        """What lies at `/.well-known/jwt-vc-issuer`."""
        jwk = {**self.key.as_dict(private=False), "alg": self.alg, "use": "sig"}
        return json.dumps({"issuer": self.url, "jwks": {"keys": [jwk]}}).encode()

    def status_list(self, now: datetime) -> bytes:
        """The list of 1024 certificates, of two bits each, signed now."""
        packed = bytearray(256)
        for index, status in self.statuses.items():
            packed[index // 4] |= status << 2 * (index % 4)
        claims = {
            "sub": self.list_address,
            "iat": int(now.timestamp()),
            "exp": int(now.timestamp()) + 600,
            "ttl": 30,
            "status_list": {"bits": 2, "lst": _b64(zlib.compress(bytes(packed), 9))},
        }
        return signed(claims, self.key, alg=self.alg, typ="statuslist+jwt").encode()

    def counterfoil(self, kind: str, now: datetime, sector: str | None) -> str:
        """What the issuer signs beside a certificate of this moment."""
        claims = {
            "iss": self.url,
            "vct": self.type(kind),
            "iat": int(now.timestamp()) // 3600 * 3600,
            "exp": int((now + timedelta(hours=24)).timestamp()),
            "jti": _b64(secrets.token_bytes(16)),
        }
        if sector is not None:
            claims["sector"] = sector
        return signed(claims, self.key, typ="credential-counterfoil+jwt")

    def issue(
        self,
        holder: ECKey,
        *,
        now: datetime,
        kind: str = PERSON,
        sector: str | None = None,
        index: int | None = None,
        key: Key | None = None,
        lifetime: timedelta = timedelta(hours=24),
        header: Mapping[str, Any] | None = None,
        holder_says: Mapping[str, Any] | None = None,
        **claims: Any,
    ) -> Credential:
        """A certificate for a key; `claims` are what its holder may show or keep back.

        `header` is what its header says beside, `holder_says` what the key's JWK does.
        """
        told = {"age_over_18": True, "age_over_14": True, "assurance": "high", **claims}
        made = {
            name: _b64(json.dumps([_b64(secrets.token_bytes(16)), name, value]).encode())
            for name, value in told.items()
        }
        jwk = {name: holder.as_dict(private=False)[name] for name in ("kty", "crv", "x", "y")}
        payload: dict[str, Any] = {
            "iss": self.url,
            "vct": self.type(kind),
            "iat": int(now.timestamp()) // 3600 * 3600,
            "exp": int((now + lifetime).timestamp()),
            "cnf": {"jwk": {**jwk, **(holder_says or {})}},
            "_sd": sorted(map(_digest, made.values())),
            "_sd_alg": "sha-256",
        }
        if sector is not None:
            payload["sector"] = sector
        if index is not None:
            payload["status"] = {"status_list": {"idx": index, "uri": self.list_address}}
        signer = key or self.key
        jwt = signed(payload, signer, alg=self.alg, typ="dc+sd-jwt", kid=self.key.kid, says=header)
        return Credential(jwt, made)


@dataclass(frozen=True)
class Request:
    """A request as a wallet reads it."""

    parameters: Mapping[str, Any]
    header: Mapping[str, Any] = field(default_factory=dict)

    @property
    def audience(self) -> str:
        """For whom the holder signs."""
        return str(self.parameters["client_id"])


@dataclass
class Wallet:
    """A holder's key, and the certificate that is bound to it."""

    key: ECKey
    credential: Credential

    @classmethod
    def of(cls, issuer: Issuer, *, now: datetime, **options: Any) -> "Wallet":
        """A wallet with one certificate of an issuer."""
        key = ECKey.generate_key("P-256")
        return cls(key, issuer.issue(key, now=now, **options))

    def present(
        self,
        request: Request,
        *names: str,
        now: datetime,
        audience: str | None = None,
        nonce: str | None = None,
        key: Key | None = None,
        digest: str | None = None,
        **claims: Any,
    ) -> str:
        """The certificate with some of its claims and the holder's proof, which may say more."""
        shown = self.credential.shown(names)
        proof = {
            "iat": int(now.timestamp()),
            "aud": audience or request.audience,
            "nonce": nonce or request.parameters["nonce"],
            "sd_hash": digest or _digest(shown),
            **claims,
        }
        return shown + signed(proof, key or self.key, typ="kb+jwt", kid=None)


def read_link(link: str) -> dict[str, Any]:
    """The parameters of an `openid4vp:` link; what is an object is read."""
    assert link.startswith("openid4vp://?")
    pairs = dict(parse_qsl(urlsplit(link).query, strict_parsing=True))
    objects = ("dcql_query", "client_metadata", "transaction_data", "verifier_info")
    return {name: json.loads(text) if name in objects else text for name, text in pairs.items()}


def read_request_object(compact: str) -> Request:
    """A signed request, verified by the certificate that it brings."""
    header = unverified(compact, 0)
    certificate = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0]))
    pem = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    registry = jws.JWSRegistry(algorithms=["ES256"])
    # A certificate is longer than the headers that the library expects.
    registry.max_header_length = 4096
    found = jws.deserialize_compact(compact, ECKey.import_key(pem), registry=registry)
    parameters = json.loads(found.payload)
    prefix, _, original = parameters["client_id"].partition(":")
    if prefix == "x509_hash":
        assert original == _b64(sha256(certificate.public_bytes(Encoding.DER)).digest())
    else:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert original in names.get_values_for_type(x509.DNSName)
    return Request(parameters, header)


def answer_form(
    request: Request,
    vp_token: Mapping[str, Sequence[str]],
    *,
    enc: str = "A128GCM",
    **instead: Any,
) -> dict[str, str]:
    """The form that a wallet posts; `instead` replaces parameters of the answer."""
    said = {"vp_token": vp_token, "state": request.parameters["state"], **instead}
    if request.parameters["response_mode"] == "direct_post.jwt":
        return {"response": encrypted(request, said, enc=enc)}
    return {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in said.items()
    }


def encrypted(
    request: Request,
    said: Mapping[str, Any],
    *,
    enc: str = "A128GCM",
    alg: str = "ECDH-ES",
    jwk: Mapping[str, Any] | None = None,
    kid: str | None = None,
) -> str:
    """The answer as a JWE to the request's key, or in another way."""
    wanted = jwk or request.parameters["client_metadata"]["jwks"]["keys"][0]
    public = {name: wanted[name] for name in ("kty", "crv", "x", "y")}
    header = {"alg": alg, "enc": enc, "kid": kid or wanted["kid"]}
    key = ECKey.import_key(public)
    algorithms = ["ECDH-ES", "ECDH-ES+A128KW", "A128GCM", "A256GCM", "A128CBC-HS256"]
    return jwe.encrypt_compact(
        header, json.dumps(said), key, registry=jwe.JWERegistry(algorithms=algorithms)
    )
