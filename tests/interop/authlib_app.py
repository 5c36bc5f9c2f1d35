"""A platform whose software is Authlib: its OpenID Connect app over its OAuth 2.0 client."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from authlib.integrations.base_client.sync_app import BaseApp, OAuth2Mixin
from authlib.integrations.base_client.sync_openid import OpenIDMixin
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign
from authlib.oidc.core import CodeIDToken

from tests.interop.people import Person
from tests.interop.platforms import CALLBACK, Platform
from tests.oidc.jwt_makers import Key

CONFIGURATION = "/.well-known/openid-configuration"


class ShortAssertions(PrivateKeyJWT):  # type: ignore[misc]  # Authlib has no types
    """Authlib's assertions, for a minute: its own are for an hour, and we take five minutes."""

    def sign(self, auth, token_endpoint):
        """An assertion (RFC 7523 section 3)."""
        return private_key_jwt_sign(
            auth.client_secret,
            auth.client_id,
            token_endpoint,
            alg=self.alg,
            header=self.headers,
            expires_in=60,
        )


class NoFramework:
    """What a web framework would do for the app: here, nothing."""

    def update_token(self, token, **_):
        """A new token: whoever asked for it has it."""


class App(OAuth2Mixin, OpenIDMixin, BaseApp):  # type: ignore[misc]  # Authlib has no types
    """Authlib's app, without a web framework around it."""

    client_cls = OAuth2Client


def app_of(issuer: str, platform: Platform) -> App:
    """The software of a platform, configured by the service's own metadata."""
    method = platform.metadata.get("token_endpoint_auth_method", "client_secret_basic")
    by_key = method == "private_key_jwt"
    return App(
        framework=NoFramework(),
        client_id=platform.client_id,
        client_secret=platform.keys[0] if by_key else platform.metadata.get("client_secret"),
        client_auth_methods=[_assertions(issuer, platform)] if by_key else None,
        server_metadata_url=issuer + CONFIGURATION,
        client_kwargs={
            "scope": platform.metadata.get("scope"),
            "token_endpoint_auth_method": method,
            "revocation_endpoint_auth_method": method,
            "code_challenge_method": "S256",
            "trust_env": False,
            "timeout": 20,
        },
    )


def _assertions(issuer: str, platform: Platform) -> ShortAssertions:
    """RFC 7523 as RFC 10070 reads it: the audience is the issuer."""
    alg = platform.metadata.get("token_endpoint_auth_signing_alg", "ES256")
    return ShortAssertions(issuer, alg=alg, headers={"kid": platform.keys[0].kid})


@contextmanager
def client_of(app: App) -> Iterator[OAuth2Client]:
    """The OAuth 2.0 client inside the app."""
    with app._get_oauth_client(**app.load_server_metadata()) as client:
        yield client


def code_flow(app: App, person: Person, **parameters: str) -> tuple[dict[str, Any], str]:
    """The token response and the nonce of a question that the person answered."""
    asked = app.create_authorization_url(CALLBACK, **parameters)
    back = person.visits(asked["url"])["url"]
    [iss] = parse_qs(urlsplit(back).query)["iss"]
    assert iss == app.load_server_metadata()["issuer"]
    token = app.fetch_access_token(
        CALLBACK,
        authorization_response=back,
        state=asked["state"],
        code_verifier=asked["code_verifier"],
    )
    return token, asked["nonce"]


def decrypted_id_token(app: App, jwe: str, key: Key, *, nonce: str) -> CodeIDToken:
    """The claims inside an encrypted ID token, by Authlib's own JOSE, checked as any ID token."""
    with warnings.catch_warnings():
        # It has a successor by the same author, who is not independent of us: we use it ourselves.
        warnings.simplefilter("ignore", DeprecationWarning)
        from authlib.jose import JsonWebEncryption, JsonWebKey, JsonWebToken

        opened = JsonWebEncryption().deserialize_compact(
            jwe, JsonWebKey.import_key(key.as_dict(private=True))
        )
        claims = JsonWebToken(["ES256"]).decode(
            opened["payload"],
            JsonWebKey.import_key_set(app.fetch_jwk_set()),
            claims_cls=CodeIDToken,
            claims_options={"iss": {"essential": True, "value": app.server_metadata["issuer"]}},
            claims_params={"nonce": nonce, "client_id": app.client_id},
        )
    claims.validate(leeway=30)
    return claims


def get(url: str) -> Any:
    """A public document."""
    return httpx2.get(url, timeout=20, trust_env=False).raise_for_status().json()


def aggregated(answer: str, department: str) -> Any:
    """The claims of a department's answer, by its published keys and Authlib's own JOSE."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from authlib.jose import JsonWebKey, JsonWebToken

        described = get(department + CONFIGURATION)
        return JsonWebToken(["RS256"]).decode(
            answer,
            JsonWebKey.import_key_set(get(described["jwks_uri"])),
            claims_options={
                "iss": {"essential": True, "value": department},
                "aud": {"essential": True, "value": "urn:authsvc:audience:government"},
            },
        )
