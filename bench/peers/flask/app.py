"""The application: an OpenID Provider of Authlib's parts."""

import hmac
import os
import secrets
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2 import OAuth2Error
from flask import Flask, Response, redirect, request, session, url_for
from joserfc.jwk import ECKey

from bench.peers.flask import endpoints, grants
from bench.peers.flask.memory import LIFETIME, Client, Memory, Person

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in</title></head><body>
<form method="post">{fields}<button name="decision" value="approve">Approve</button></form>
</body></html>"""
_FIELDS = """<label>Name <input name="username" autocomplete="username" required></label>
<label>Password <input name="password" type="password" required></label>"""


def create() -> Flask:
    """The application, from the environment."""
    app = Flask(__name__)
    app.config["SECRET_KEY"] = secrets.token_urlsafe(32)
    app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True
    app.config["OAUTH2_TOKEN_EXPIRES_IN"] = {"authorization_code": LIFETIME}
    issuer = f"http://127.0.0.1:{os.environ['BENCH_PORT']}"
    key = ECKey.generate_key("P-256", {"kid": "bench", "alg": "ES256", "use": "sig"})
    memory = Memory(_clients())
    _add_routes(app, _server(app, memory, issuer, key))
    _add_documents(app, issuer, key)
    return app


def _clients() -> list[Client]:
    secret, redirect_uri = os.environ["BENCH_CLIENT_SECRET"], os.environ["BENCH_REDIRECT_URI"]
    grant_types = frozenset({"authorization_code", "client_credentials"})
    name, refreshing = _names()
    return [
        Client(name, secret, redirect_uri, grant_types),
        Client(refreshing, secret, redirect_uri, grant_types | {"refresh_token"}),
    ]


def _server(app: Flask, memory: Memory, issuer: str, key: ECKey) -> AuthorizationServer:
    server = AuthorizationServer(app, memory.clients.get, memory.save_token)
    server.register_token_generator("client_credentials", grants.JWTTokens(issuer, key))
    server.register_grant(
        grants.authorization_code(memory),
        [grants.S256(required=True), grants.IDTokens(issuer, key)],
    )
    server.register_grant(grants.refresh_token(memory))
    server.register_grant(grants.ClientCredentials)
    server.register_endpoint(endpoints.JWTIntrospection(issuer, key))
    server.register_endpoint(endpoints.opaque_introspection(memory, issuer))
    resource = ResourceProtector()
    resource.register_token_validator(endpoints.KnownTokens(memory))
    server.register_endpoint(endpoints.Userinfo(resource_protector=resource))
    return server


def _add_routes(app: Flask, server: AuthorizationServer) -> None:
    app.get("/authorize", endpoint="authorize")(lambda: _authorize(server))
    app.route("/sign-in", methods=["GET", "POST"], endpoint="sign_in")(_sign_in)
    app.post("/token", endpoint="token")(server.create_token_response)
    app.post("/introspect", endpoint="introspect")(
        lambda: server.create_endpoint_response("introspection")
    )
    app.route("/userinfo", methods=["GET", "POST"], endpoint="userinfo")(
        lambda: server.create_endpoint_response("userinfo")
    )


def _authorize(server: AuthorizationServer) -> Any:
    """To the client with a code, or to the page where the person signs in and agrees."""
    person = Person(session["username"]) if "username" in session else None
    try:
        grant = server.get_consent_grant(end_user=person)
    except OAuth2Error as error:
        return server.handle_error_response(None, error)
    if "code_challenge" not in request.args:  # Authlib asks it of public clients alone
        return Response("PKCE is needed", 400)
    if person is not None and grant.client.client_id in session.get("approved", ()):
        return server.create_authorization_response(grant_user=person, grant=grant)
    session["waiting"] = request.full_path
    return redirect(url_for("sign_in"), 303)


def _sign_in() -> Any:
    """The page, and what is sent from it."""
    fields = "" if "username" in session else _FIELDS
    if request.method == "GET":
        return _PAGE.format(fields=fields)
    if request.form.get("decision") != "approve" or (fields and not _is_the_person()):
        return _PAGE.format(fields=fields), 403
    if fields:
        session["username"] = request.form["username"]
    # One page for both: who signs in here agrees, and that is remembered with the session.
    session["approved"] = list(_names())
    return redirect(session.pop("waiting"), 303)


def _names() -> tuple[str, str]:
    """The clients' names; the second one gets refresh tokens."""
    name = os.environ["BENCH_CLIENT_ID"]
    return name, f"{name}-refreshing"


def _is_the_person() -> bool:
    return request.form.get("username") == os.environ["BENCH_USERNAME"] and hmac.compare_digest(
        request.form.get("password", ""), os.environ["BENCH_PASSWORD"]
    )


def _add_documents(app: Flask, issuer: str, key: ECKey) -> None:
    app.get("/jwks", endpoint="jwks")(lambda: {"keys": [key.as_dict(private=False)]})
    app.get("/.well-known/openid-configuration", endpoint="discovery")(
        lambda: {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "jwks_uri": f"{issuer}/jwks",
            "introspection_endpoint": f"{issuer}/introspect",
            "scopes_supported": ["openid"],
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
        }
    )
