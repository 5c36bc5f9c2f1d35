"""The works: what one operation is, on whoever speaks OpenID Connect.

Each work is made for a connection of its own from an `OpenIDServer`, found by its own discovery
document, and for a person who signed in and agreed before: `sign_in.Visit`.
"""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import urlopen

from bench.http import Answer, Asked, LoadFailed
from bench.load import Work

REDIRECT_URI = "http://127.0.0.1:1/callback"
_VERIFIER = "an-artificial-code-verifier-that-is-long-enough-for-pkce"
_CHALLENGE = urlsafe_b64encode(sha256(_VERIFIER.encode()).digest()).rstrip(b"=").decode()
_serial = count(1)


@dataclass(frozen=True)
class OpenIDServer:
    """Where the endpoints are (paths by the names of the metadata), and the client that asks."""

    port: int
    metadata: Mapping[str, str]
    client_id: str
    client_secret: str

    def path(self, endpoint: str) -> str:
        """The path of an endpoint."""
        parts = urlsplit(self.metadata[endpoint])
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def get(self, path: str, **headers: str) -> bytes:
        """A GET request."""
        return self._request("GET", path, headers)

    def post(self, endpoint: str, form: Mapping[str, str], client_id: str | None = None) -> bytes:
        """A form, from a client that proves itself by its secret in the header."""
        body = urlencode(form).encode()
        pair = f"{quote(client_id or self.client_id)}:{quote(self.client_secret)}"
        headers = {
            "authorization": f"Basic {b64encode(pair.encode()).decode()}",
            "content-type": "application/x-www-form-urlencoded",
            "content-length": str(len(body)),
        }
        return self._request("POST", self.path(endpoint), headers) + body

    def json(self, method: str, path: str, obj: Mapping[str, str], *, token: str = "") -> bytes:
        """A JSON body, from whoever has a bearer token if one is named."""
        body = json.dumps(obj).encode()
        headers = {"content-type": "application/json", "content-length": str(len(body))}
        if token:
            headers["authorization"] = f"Bearer {token}"
        return self._request(method, path, headers) + body

    def page(self, path: str, form: Mapping[str, str], *, cookie: str) -> bytes:
        """A form that a person sends from a page."""
        body = urlencode(form).encode()
        headers = {
            "cookie": cookie,
            "origin": f"http://127.0.0.1:{self.port}",
            "content-type": "application/x-www-form-urlencoded",
            "content-length": str(len(body)),
        }
        return self._request("POST", path, headers) + body

    def _request(self, method: str, path: str, headers: Mapping[str, str]) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"host: 127.0.0.1:{self.port}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode()


def read_metadata(port: int) -> dict[str, str]:
    """The discovery document of whoever listens there."""
    url = f"http://127.0.0.1:{port}/.well-known/openid-configuration"
    with urlopen(url, timeout=10) as answer:
        found: dict[str, str] = json.load(answer)
    return found


def read_document(answer: Answer) -> dict[str, str]:
    """The discovery document that somebody answered with."""
    _expect(answer, 200)
    found: dict[str, str] = json.loads(answer.body)
    return found


def fetching(server: OpenIDServer, path: str) -> Work:
    """One GET of a public document."""
    request = server.get(path)

    async def work(connection: Asked) -> None:
        _expect(await connection.ask(request), 200)

    return work


def posting(
    server: OpenIDServer,
    endpoint: str,
    form: Mapping[str, str],
    *,
    client_id: str | None = None,
    containing: bytes,
) -> Work:
    """One form, the same each time, whose answer contains something."""
    request = server.post(endpoint, form, client_id)

    async def work(connection: Asked) -> None:
        answer = await connection.ask(request)
        _expect(answer, 200)
        if containing not in answer.body:
            raise LoadFailed(f"{endpoint}: {answer.body[:200]!r}")

    return work


def asking_userinfo(server: OpenIDServer, access_token: str) -> Work:
    """One look at UserInfo."""
    path = server.path("userinfo_endpoint")
    request = server.get(path, authorization=f"Bearer {access_token}")

    async def work(connection: Asked) -> None:
        _expect(await connection.ask(request), 200)

    return work


def code_flow(server: OpenIDServer, cookies: str, *, pushed: bool = False) -> Work:
    """The whole code flow: authorize with a live session and a grant, token, UserInfo."""

    async def work(connection: Asked) -> None:
        code = await authorize(server, connection, cookies, pushed=pushed)
        tokens = await redeem(server, connection, code)
        if "id_token" not in tokens:
            raise LoadFailed("no ID token")
        bearer = f"Bearer {tokens['access_token']}"
        request = server.get(server.path("userinfo_endpoint"), authorization=bearer)
        _expect(await connection.ask(request), 200)

    return work


def refreshing(server: OpenIDServer, refresh_token: str, client_id: str) -> Work:
    """One refresh; each brings the refresh token of the next."""
    held = [refresh_token]

    async def work(connection: Asked) -> None:
        form = {"grant_type": "refresh_token", "refresh_token": held[0]}
        answer = await connection.ask(server.post("token_endpoint", form, client_id))
        _expect(answer, 200)
        held[0] = json.loads(answer.body)["refresh_token"]

    return work


def password_sign_in(server: OpenIDServer, username: str, password: str) -> Work:
    """A visit of somebody who has agreed before and has no session: page, password, code."""

    async def work(connection: Asked) -> None:
        query = urlencode(authorization_request(server.client_id))
        path = f"{server.path('authorization_endpoint')}?{query}"
        sent_on = await connection.ask(server.get(path))
        cookie = sent_on.header(b"set-cookie").decode().partition(";")[0]
        page = sent_on.header(b"location").decode()
        _expect(await connection.ask(server.get(page, cookie=cookie)), 200)
        form = {"username": username, "password": password}
        answer = await connection.ask(server.page(page, form, cookie=cookie))
        if b"code=" not in answer.header(b"location"):
            raise LoadFailed(f"sign-in: {answer.status} {answer.body[:300]!r}")

    return work


async def authorize(
    server: OpenIDServer,
    connection: Asked,
    cookies: str,
    *,
    pushed: bool = False,
    client_id: str | None = None,
) -> str:
    """A code; the cookies are those of somebody who has a session and has agreed."""
    client_id = client_id or server.client_id
    asked = authorization_request(client_id)
    if pushed:
        endpoint = "pushed_authorization_request_endpoint"
        answer = await connection.ask(server.post(endpoint, asked, client_id))
        _expect(answer, 201)
        asked = {"client_id": client_id, "request_uri": json.loads(answer.body)["request_uri"]}
    path = f"{server.path('authorization_endpoint')}?{urlencode(asked)}"
    answer = await connection.ask(server.get(path, cookie=cookies))
    if answer.status not in (302, 303):
        raise LoadFailed(f"authorize: {answer.status} {answer.body[:200]!r}")
    location = answer.header(b"location").decode()
    if not location.startswith(REDIRECT_URI) or "code=" not in location:
        raise LoadFailed(f"authorize: {location}")
    return location.partition("code=")[2].partition("&")[0]


async def redeem(
    server: OpenIDServer, connection: Asked, code: str, client_id: str | None = None
) -> dict[str, str]:
    """The tokens for a code."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT_URI,
        "code_verifier": _VERIFIER,
    }
    answer = await connection.ask(server.post("token_endpoint", form, client_id))
    _expect(answer, 200)
    tokens: dict[str, str] = json.loads(answer.body)
    return tokens


def authorization_request(client_id: str) -> dict[str, str]:
    """The parameters of a request that nobody has made before."""
    serial = next(_serial)
    return {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": REDIRECT_URI,
        "scope": "openid",
        "state": f"an-artificial-state-{serial}",
        "nonce": f"an-artificial-nonce-{serial}",
        "code_challenge": _CHALLENGE,
        "code_challenge_method": "S256",
    }


def _expect(answer: Answer, status: int) -> None:
    if answer.status != status:
        raise LoadFailed(f"{answer.status} {answer.head[:60]!r} {answer.body[:300]!r}")
