"""Wallets that fetch certificates from the whole service, over HTTP."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwe
from joserfc.jwk import ECKey

from authsvc.clients import Clients
from authsvc.clients.client import CERTIFICATES, PRE_AUTHORIZED_CODE
from authsvc.identifiers import b64url, from_b64url, new_token
from authsvc.storage import Database
from tests.clients.signer import assertion_claims
from tests.makers import AdjustableClock
from tests.oidc.jwt_makers import Key, private_key, signed, unverified
from tests.oidc.strict import ASSERTION_TYPE, proof
from tests.whole import ISSUER, Resident, Service

PERSON, BRIEF, COUNTER, AT_PLATFORM, RESIDENCE, PERMIT, MDOC, MDOC_BRIEF = CERTIFICATES
PROOF_TYP = "openid4vci-proof+jwt"
WALLETS = ("wallet-a", "wallet-b")

Body = Mapping[str, Any]


def wallet_metadata(client_id: str, **members: Any) -> dict[str, Any]:
    """A wallet whose server signs assertions, and whose tokens are bound to a key."""
    found = {
        "client_id": client_id,
        "client_name": f"{client_id} 钱包",
        "redirect_uris": [f"https://{client_id}.example/callback"],
        "grant_types": ["authorization_code", "refresh_token", PRE_AUTHORIZED_CODE],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": {"keys": [private_key(name=client_id).as_dict(private=False)]},
        "scope": " ".join(CERTIFICATES),
        "authorization_details_types": ["openid_credential"],
        "dpop_bound_access_tokens": True,
    } | members
    return {name: value for name, value in found.items() if value is not None}


async def register(url: str, clock: AdjustableClock, *documents: dict[str, Any]) -> None:
    """Puts clients into the database of a service."""
    database = Database(url)
    await Clients(database, loopback_http=True).import_clients([*documents], now=clock.now())
    await database.close()


@dataclass(frozen=True)
class World:
    """The service, and somebody who has opted in."""

    service: Service
    zhang: Resident
    database_url: str
    maker: "Maker"

    def wallet(self, client_id: str = WALLETS[0]) -> "Wallet":
        """A wallet that has fetched nothing yet."""
        return Wallet(self.service, client_id)


class Maker:
    """Somebody who makes wallets, and signs what they are."""

    def __init__(self, name: str, *, now: datetime) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name.from_rfc4514_string(f"CN={name}")
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=365))
            .sign(self.key, hashes.SHA256())
        )
        self.jwk = ECKey.import_key(_pem(self.key))

    def attests_keys(self, keys: Iterable[Key], *, nonce: str, now: datetime) -> str:
        """A key attestation."""
        at = int(now.timestamp())
        listed = [key.as_dict(private=False) for key in keys]
        claims = {"iat": at, "exp": at + 3600, "nonce": nonce, "attested_keys": listed}
        return signed(claims, self.jwk, typ="key-attestation+jwt", kid=None)

    def attests_wallet(self, client_id: str, key: Key, *, now: datetime, **claims: Any) -> str:
        """A wallet attestation."""
        at = int(now.timestamp())
        said = {
            "sub": client_id,
            "iat": at,
            "exp": at + 3600,
            "cnf": {"jwk": key.as_dict(private=False)},
        } | claims
        kept = {name: value for name, value in said.items() if value is not None}
        return signed(kept, self.jwk, typ="oauth-client-attestation+jwt", kid=None)


class Wallet:
    """A wallet with a server that proves itself, and a key for DPoP."""

    def __init__(self, service: Service, client_id: str) -> None:
        self.service = service
        self.client_id = client_id
        self.redirect_uri = f"https://{client_id}.example/callback"
        self.dpop = private_key(name=f"{client_id}-dpop")

    @property
    def now(self) -> datetime:
        """The time of the test's clock."""
        return self.service.clock.now()

    def dpop_proof(
        self, method: str, path: str, *, access_token: str | None = None, **changes: Any
    ) -> str:
        """A DPoP proof for one of the service's addresses."""
        made = {"key": self.dpop, "now": self.now.timestamp(), "access_token": access_token}
        return proof(method, ISSUER + path, **(made | changes))

    async def post(self, path: str, form: Mapping[str, str], **headers: str) -> httpx2.Response:
        """A request with the wallet's assertion and proof."""
        claims = assertion_claims(self.client_id, issuer=ISSUER, now=self.now, jti=new_token(16))
        credentials = {
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": signed(claims, private_key(name=self.client_id)),
        }
        sent = {"dpop": self.dpop_proof("POST", path)} | headers
        async with self.service.client() as client:
            return await client.post(path, data={**credentials, **form}, headers=sent)

    async def authorized(self, resident: Resident, **asked: str) -> dict[str, Any]:
        """The token response of a whole code flow whose request was pushed."""
        verifier = new_token()
        request = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "state": new_token(),
            "code_challenge": b64url(sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
        } | asked
        pushed = await self.post("/par", request)
        assert pushed.status_code == 201, pushed.text
        query = urlencode(
            {"client_id": self.client_id, "request_uri": pushed.json()["request_uri"]}
        )
        async with self.service.client() as browser:
            answer = await self.service.through(browser, f"/authorize?{query}", resident)
        assert (answer["iss"], answer["state"]) == (ISSUER, request["state"])
        return await self.redeem(
            grant_type="authorization_code",
            code=answer["code"],
            redirect_uri=self.redirect_uri,
            code_verifier=verifier,
        )

    async def redeem(self, **form: str) -> dict[str, Any]:
        """Tokens for a grant."""
        response = await self.post("/token", form)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def nonce(self) -> str:
        """A fresh `c_nonce`."""
        async with self.service.client() as client:
            response = await client.post("/credentials/nonce")
        assert response.headers["cache-control"] == "no-store"
        return str(response.json()["c_nonce"])

    def key_proof(
        self,
        key: Key,
        nonce: str | None,
        *,
        header: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> str:
        """A proof of a key; `changes` replace claims, or (None) remove."""
        claims = {
            "iss": self.client_id,
            "aud": ISSUER,
            "iat": int(self.now.timestamp()),
            "nonce": nonce,
        } | changes
        kept = {name: value for name, value in claims.items() if value is not None}
        shown = {"jwk": key.as_dict(private=False), "kid": None} | dict(header or {})
        return signed(kept, key, typ=PROOF_TYP, says=shown)

    async def proofs(self, keys: Iterable[Key], **changes: Any) -> dict[str, list[str]]:
        """The member `proofs` for these keys, with a nonce of now."""
        nonce = await self.nonce()
        return {"jwt": [self.key_proof(key, nonce, **changes) for key in keys]}

    async def ask(
        self,
        tokens: Mapping[str, Any],
        body: Body | str,
        *,
        path: str = "/credentials",
        scheme: str = "DPoP",
        dpop: bool = True,
        query: str = "",
    ) -> httpx2.Response:
        """A request with the access token; `body` is JSON, or what was encrypted."""
        token = tokens["access_token"]
        headers = {"authorization": f"{scheme} {token}"}
        if dpop:
            headers["dpop"] = self.dpop_proof("POST", path, access_token=token)
        encrypted = isinstance(body, str)
        headers["content-type"] = "application/jwt" if encrypted else "application/json"
        content = body if isinstance(body, str) else json.dumps(dict(body))
        async with self.service.client() as client:
            return await client.post(path + query, content=content, headers=headers)

    async def fetch(
        self, tokens: Mapping[str, Any], keys: Sequence[Key], **which: str
    ) -> list[str]:
        """Certificates for these keys; by default of the kind `verified-person`."""
        asked = which or {"credential_configuration_id": PERSON}
        response = await self.ask(tokens, {**asked, "proofs": await self.proofs(keys)})
        assert response.status_code == 200, response.text
        return [each["credential"] for each in response.json()["credentials"]]

    async def encrypted(self, body: Body, to: Key, *, enc: str = "A256GCM", **wish: str) -> str:
        """A request to the service's key, whose answer is wanted encrypted to `to`."""
        async with self.service.client() as client:
            found = await client.get("/.well-known/openid-credential-issuer")
        [jwk] = found.json()["credential_request_encryption"]["jwks"]["keys"]
        wanted = {"jwk": to.as_dict(private=False) | {"alg": "ECDH-ES"}, "enc": enc, **wish}
        content = json.dumps({**body, "credential_response_encryption": wanted}).encode()
        header = {"alg": jwk["alg"], "enc": "A128GCM", "kid": jwk["kid"]}
        algorithms = ["ECDH-ES", "A128GCM"]
        return jwe.encrypt_compact(header, content, ECKey.import_key(jwk), algorithms=algorithms)


def new_keys(count: int) -> list[Key]:
    """Keys on a device, none of which was seen before."""
    return [ECKey.generate_key("P-256") for _ in range(count)]


def read_certificate(compact: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Header, payload and everything that can be disclosed, nothing verified."""
    jwt, *disclosures, binding = compact.split("~")
    assert binding == ""
    opened = [json.loads(from_b64url(each)) for each in disclosures]
    return unverified(jwt, 0), unverified(jwt), {name: value for _, name, value in opened}


def thumbprint_in(compact: str) -> str:
    """Whose key a certificate is for."""
    return ECKey.import_key(read_certificate(compact)[1]["cnf"]["jwk"]).thumbprint()


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives import serialization

    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
