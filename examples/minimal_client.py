"""The smallest client: sign in with an online number in a browser, print what is learned.

python -m examples.minimal_client ISSUER CLIENT_ID [CLIENT_SECRET_FILE]
Register the redirect URI http://127.0.0.1:8765/callback.
"""

import json
import secrets
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx2
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.jwk import KeySet

PORT = 8765


class Callback(BaseHTTPRequestHandler):
    """Catches the redirect."""

    answer: dict[str, str]

    def do_GET(self) -> None:
        """The browser brings the code."""
        Callback.answer = dict(parse_qsl(urlsplit(self.path).query))
        self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\nDone. You can close this window.")


def main(issuer: str, client_id: str, secret_file: str | None = None) -> None:
    """Signs in and prints the claims of the ID token."""
    secret = Path(secret_file).read_text().strip() if secret_file else None
    client = OAuth2Client(client_id, secret, scope="openid", code_challenge_method="S256")
    client.redirect_uri = f"http://127.0.0.1:{PORT}/callback"
    service = httpx2.get(f"{issuer}/.well-known/openid-configuration").json()
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    endpoint = service["authorization_endpoint"]
    url, state = client.create_authorization_url(endpoint, code_verifier=verifier, nonce=nonce)
    with HTTPServer(("127.0.0.1", PORT), Callback) as server:
        print(f"Open this in a browser:\n{url}", flush=True)
        server.handle_request()
    answer = Callback.answer
    if (answer.get("iss"), answer.get("state")) != (issuer, state) or "code" not in answer:
        sys.exit(answer.get("error", "this is not the answer to our question"))
    code = answer["code"]
    token = client.fetch_token(service["token_endpoint"], code=code, code_verifier=verifier)
    keys = KeySet.import_key_set(httpx2.get(service["jwks_uri"]).json())
    claims = jwt.decode(token["id_token"], keys, algorithms=["ES256", "RS256"]).claims
    jwt.JWTClaimsRegistry(exp={"essential": True}).validate(claims)
    if (claims["iss"], claims["aud"], claims["nonce"]) != (issuer, client_id, nonce):
        sys.exit("this ID token is not for us")
    print(json.dumps(claims, indent=2))


if __name__ == "__main__":
    main(*sys.argv[1:])
