"""A client of FAPI 2.0: pushed requests, private_key_jwt, DPoP and PKCE, without an OAuth library.

python -m examples.strict_client CLIENT_ID KEY_FILE           makes a key, prints what to register
python -m examples.strict_client CLIENT_ID KEY_FILE ISSUER    signs in, prints what is learned
"""

import json
import secrets
import sys
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

# On loopback for the sandbox; anywhere else the profile wants https.
PORT = 8766
REDIRECT_URI = f"http://127.0.0.1:{PORT}/callback"
ALG = "ES256"


class StrictClient:
    """One sign-in. `key` proves who we are; another, made here, binds the tokens."""

    def __init__(self, issuer: str, client_id: str, key: ECKey) -> None:
        self._http = httpx2.Client(trust_env=False)
        self._service = self._http.get(f"{issuer}/.well-known/openid-configuration").json()
        if self._service["issuer"] != issuer:
            sys.exit("this is another issuer's document")
        self._issuer, self._client_id, self._key = issuer, client_id, key
        self._dpop_key = ECKey.generate_key("P-256")
        self._dpop_nonce: str | None = None
        self._state, self._nonce, self._verifier = (secrets.token_urlsafe(32) for _ in range(3))

    def begin(self) -> str:
        """Pushes the request (RFC 9126), and says where the browser goes with it."""
        asked = {"response_type": "code", "redirect_uri": REDIRECT_URI, "scope": "openid age"}
        asked |= {"state": self._state, "nonce": self._nonce}
        asked |= {"code_challenge": _digest(self._verifier), "code_challenge_method": "S256"}
        pushed = self._post("pushed_authorization_request_endpoint", asked)
        query = {"client_id": self._client_id, "request_uri": pushed["request_uri"]}
        return f"{self._service['authorization_endpoint']}?{urlencode(query)}"

    def finish(self, answer: dict[str, str]) -> dict[str, Any]:
        """What the platform learns; `answer` is what the browser brought back."""
        named = (answer.get("iss"), answer.get("state"))
        if named != (self._issuer, self._state) or "code" not in answer:
            sys.exit(answer.get("error", "this is not the answer to our question"))
        asked = {"grant_type": "authorization_code", "code": answer["code"]}
        asked |= {"redirect_uri": REDIRECT_URI, "code_verifier": self._verifier}
        tokens = self._post("token_endpoint", asked)
        learned = self._userinfo(tokens["access_token"])
        if learned["sub"] != self._read_id_token(tokens["id_token"])["sub"]:
            sys.exit("UserInfo speaks of somebody else")
        return learned

    def _post(self, endpoint: str, form: dict[str, str], *, again: bool = True) -> dict[str, Any]:
        """Asks as ourselves; once again where the proof needs a nonce that we did not have."""
        url = self._service[endpoint]
        proof = {"dpop": self._proof("POST", url)}
        response = self._http.post(url, data={**form, **self._credentials()}, headers=proof)
        self._dpop_nonce = response.headers.get("dpop-nonce", self._dpop_nonce)
        answer: dict[str, Any] = response.json()
        if answer.get("error") == "use_dpop_nonce" and again:
            return self._post(endpoint, form, again=False)
        if response.is_error:
            sys.exit(f"{answer['error']}: {answer.get('error_description', '')}")
        return answer

    def _credentials(self) -> dict[str, str]:
        """Who we are (RFC 7523): for this service alone."""
        us = {"iss": self._client_id, "sub": self._client_id, "aud": self._issuer}
        header = {"typ": "client-authentication+jwt", "kid": self._key.kid}
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        return {"client_assertion_type": kind, "client_assertion": _sign(self._key, header, us)}

    def _proof(self, method: str, url: str, **claims: str) -> str:
        """That we hold the key (DPoP, RFC 9449): for this request alone."""
        header = {"typ": "dpop+jwt", "jwk": self._dpop_key.as_dict(private=False)}
        nonce = {"nonce": self._dpop_nonce} if self._dpop_nonce else {}
        return _sign(self._dpop_key, header, {"htm": method, "htu": url, **nonce, **claims})

    def _read_id_token(self, token: str) -> dict[str, Any]:
        keys = KeySet.import_key_set(self._http.get(self._service["jwks_uri"]).json())
        claims = jwt.decode(token, keys, algorithms=[ALG]).claims
        jwt.JWTClaimsRegistry(exp={"essential": True}).validate(claims)
        names = (claims["iss"], claims["aud"], claims["nonce"])
        if names != (self._issuer, self._client_id, self._nonce):
            sys.exit("this ID token is not for us")
        return claims

    def _userinfo(self, token: str) -> dict[str, Any]:
        url, ath = self._service["userinfo_endpoint"], _digest(token)
        headers = {"authorization": f"DPoP {token}", "dpop": self._proof("GET", url, ath=ath)}
        return dict(self._http.get(url, headers=headers).raise_for_status().json())


class Callback(BaseHTTPRequestHandler):
    """Catches the redirect."""

    answer: dict[str, str]

    def do_GET(self) -> None:
        """The browser brings the answer."""
        Callback.answer = dict(parse_qsl(urlsplit(self.path).query))
        self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\nDone. You can close this window.")


def make_key(client_id: str, file: Path) -> dict[str, Any]:
    """What to register for a new key."""
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": ALG}, auto_kid=True)
    file.touch(mode=0o600, exist_ok=False)
    file.write_text(json.dumps(key.as_dict(private=True)))
    named = {"client_id": client_id, "profile": "fapi2", "redirect_uris": [REDIRECT_URI]}
    proving = {"token_endpoint_auth_method": "private_key_jwt"}
    return {**named, **proving, "jwks": {"keys": [key.as_dict(private=False)]}}


def main(client_id: str, key_file: str, issuer: str | None = None) -> None:
    """Makes a key, or signs in."""
    if issuer is None:
        print(json.dumps(make_key(client_id, Path(key_file)), indent=2))
        return
    file = Path(key_file).read_text()
    client = StrictClient(issuer, client_id, ECKey.import_key(json.loads(file)))
    with HTTPServer(("127.0.0.1", PORT), Callback) as server:
        print(f"Open this in a browser:\n{client.begin()}", flush=True)
        server.handle_request()
    print(json.dumps(client.finish(Callback.answer), indent=2))


def _digest(text: str) -> str:
    return urlsafe_b64encode(sha256(text.encode()).digest()).rstrip(b"=").decode()


def _sign(key: ECKey, header: dict[str, Any], claims: dict[str, str]) -> str:
    now = int(time.time())  # noqa: TID251 - the one place that asks the machine
    once = {"iat": now, "exp": now + 60, "jti": secrets.token_urlsafe(16)}
    return jwt.encode({"alg": ALG, **header}, {**once, **claims}, key)


if __name__ == "__main__":
    main(*sys.argv[1:])
