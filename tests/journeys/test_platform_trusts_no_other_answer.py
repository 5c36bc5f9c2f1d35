"""The example's OpenID Connect client against a service that lies."""

import hmac
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from authsvc.identifiers import b64url
from examples.social_platform.errors import (
    AnswerRefused,
    VerificationDeclined,
    VerificationUnavailable,
)
from examples.social_platform.online_number import OnlineNumber, Question, Registration
from examples.social_platform.receipts import Draft
from examples.social_platform.recording import Recording

KEY = ECKey.generate_key("P-256", parameters={"kid": "one", "use": "sig", "alg": "ES256"})
OTHER_KEY = ECKey.generate_key("P-256", parameters={"kid": "one"})
CLIENT = "platform"


class LyingService:
    """A service of one file; a test changes what it says before it is asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.key = KEY
        self.metadata = {
            "issuer": url,
            "authorization_endpoint": f"{url}/authorize",
            "token_endpoint": f"{url}/token",
            "jwks_uri": f"{url}/jwks",
            "userinfo_endpoint": f"{url}/userinfo",
        }
        self.claims: dict[str, object] = {
            "iss": url,
            "aud": CLIENT,
            "sub": "a-pseudonym",
            "nonce": "the-nonce",
            "iat": int(time.time()),
            "exp": int(time.time()) + 300,
        }
        self.userinfo: dict[str, object] = {"sub": "a-pseudonym", "age_over_18": True}
        self.instead: dict[str, tuple[int, object]] = {}

    def answer(self, path: str) -> tuple[int, object]:
        """Status and document of an address."""
        if path in self.instead:
            return self.instead[path]
        if path == "/token":
            id_token = jwt.encode({"alg": "ES256", "kid": "one"}, self.claims, self.key)
            token = {"access_token": "t", "token_type": "Bearer", "expires_in": 60}
            return 200, {**token, "id_token": id_token}
        documents = {
            "/.well-known/openid-configuration": self.metadata,
            "/jwks": {"keys": [KEY.as_dict(private=False)]},
            "/userinfo": self.userinfo,
        }
        return 200, documents[path]


@pytest.fixture
def service() -> Iterator[LyingService]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            status, document = lying.answer(self.path)
            body = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        lying = LyingService(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield lying
        server.shutdown()


@pytest.fixture
def client(service: LyingService) -> OnlineNumber:
    registration = Registration(service.url, CLIENT, "secret", "http://127.0.0.1:1/callback")
    return OnlineNumber(
        registration,
        recording=Recording(None),
        clock=lambda: int(time.time()),
        draft=lambda _: Draft("the salt", "the-reference"),
    )


QUESTION = Question(url="", state="the-state", nonce="the-nonce", code_verifier="v" * 43)


def answer_of(service: LyingService, **changes: str) -> dict[str, str]:
    return {"code": "c", "state": "the-state", "iss": service.url, **changes}


async def test_an_honest_answer_is_a_person(service, client):
    person = await client.finish(QUESTION, answer_of(service), ask_age=False)
    assert (person.subject, person.over_18) == ("a-pseudonym", None)
    person = await client.finish(QUESTION, answer_of(service), ask_age=True)
    assert person.over_18 is True


async def test_the_question_has_state_nonce_and_a_challenge(client):
    first = await client.begin(ask_age=False)
    second = await client.begin(ask_age=True)
    assert "code_challenge_method=S256" in first.url
    assert "scope=openid+age" in second.url
    for name in ("state", "nonce", "code_verifier"):
        assert getattr(first, name) != getattr(second, name)
    assert first.code_verifier not in first.url


@pytest.mark.parametrize(
    "changes,refusal",
    [
        pytest.param({"iss": "https://evil.example"}, AnswerRefused, id="another issuer"),
        pytest.param({"iss": ""}, AnswerRefused, id="no issuer"),
        pytest.param({"state": "another"}, AnswerRefused, id="another state"),
        pytest.param({"code": ""}, AnswerRefused, id="no code"),
        pytest.param({"error": "invalid_scope"}, AnswerRefused, id="an error of ours"),
        pytest.param({"error": "access_denied"}, VerificationDeclined, id="the person said no"),
        pytest.param({"error": "server_error"}, VerificationUnavailable, id="an error of theirs"),
    ],
)
async def test_a_redirect_that_is_not_the_answer_is_refused(service, client, changes, refusal):
    with pytest.raises(refusal):
        await client.finish(QUESTION, answer_of(service, **changes), ask_age=False)


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"iss": "https://evil.example"}, id="another issuer"),
        pytest.param({"aud": "another platform"}, id="another audience"),
        pytest.param({"aud": [CLIENT, "another platform"]}, id="two audiences"),
        pytest.param({"nonce": "another"}, id="another nonce"),
        pytest.param({"nonce": None}, id="no nonce"),
        pytest.param({"exp": 1}, id="expired"),
        pytest.param({"exp": None}, id="no end"),
        pytest.param({"sub": None}, id="nobody"),
        pytest.param({"sub": 7}, id="a subject that is no string"),
        pytest.param({"iat": 4_000_000_000}, id="from the future"),
    ],
)
async def test_an_id_token_that_says_something_else_is_refused(service, client, claims):
    merged = {**service.claims, **claims}
    service.claims = {name: value for name, value in merged.items() if value is not None}
    with pytest.raises(AnswerRefused):
        await client.finish(QUESTION, answer_of(service), ask_age=False)


async def test_an_id_token_of_another_key_is_refused(service, client):
    service.key = OTHER_KEY
    with pytest.raises(AnswerRefused):
        await client.finish(QUESTION, answer_of(service), ask_age=False)


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
async def test_whoever_has_only_the_public_key_cannot_sign(service, client, algorithm):
    header = {"alg": algorithm, "kid": "one"}
    parts = [b64url(json.dumps(part).encode()) for part in (header, service.claims)]
    signature = hmac.digest(KEY.as_pem(private=False), ".".join(parts).encode(), "sha256")
    parts.append(b64url(signature) if algorithm == "HS256" else "")
    token = {"access_token": "t", "token_type": "Bearer", "id_token": ".".join(parts)}
    service.instead = {"/token": (200, token)}
    with pytest.raises(AnswerRefused):
        await client.finish(QUESTION, answer_of(service), ask_age=False)


@pytest.mark.parametrize("id_token", [None, "", "a.b.c", 7])
async def test_what_is_no_id_token_is_refused(service, client, id_token):
    token = {"access_token": "t", "token_type": "Bearer", "id_token": id_token}
    service.instead = {"/token": (200, token)}
    with pytest.raises(AnswerRefused):
        await client.finish(QUESTION, answer_of(service), ask_age=False)


async def test_userinfo_about_somebody_else_is_refused(service, client):
    service.userinfo = {"sub": "another-pseudonym", "age_over_18": True}
    with pytest.raises(AnswerRefused):
        await client.finish(QUESTION, answer_of(service), ask_age=True)


@pytest.mark.parametrize("answer", [None, "true", 1, "yes"])
async def test_only_true_and_false_are_answers_about_age(service, client, answer):
    service.userinfo = {"sub": "a-pseudonym", "age_over_18": answer}
    person = await client.finish(QUESTION, answer_of(service), ask_age=True)
    assert person.over_18 is None


async def test_metadata_of_another_issuer_is_refused(service, client):
    service.metadata["issuer"] = "https://evil.example"
    with pytest.raises(AnswerRefused):
        await client.begin(ask_age=False)


async def test_metadata_without_an_endpoint_is_refused(service, client):
    del service.metadata["token_endpoint"]
    with pytest.raises(AnswerRefused):
        await client.begin(ask_age=False)


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/jwks"])
@pytest.mark.parametrize(
    "instead",
    [pytest.param((503, {}), id="503"), pytest.param((200, b"<html>"), id="no JSON")],
)
async def test_a_service_in_trouble_is_unavailable(service, client, path, instead):
    service.instead = {path: instead}
    with pytest.raises(VerificationUnavailable):
        await client.finish(QUESTION, answer_of(service), ask_age=False)


async def test_a_code_that_is_refused_is_an_answer_that_is_refused(service, client):
    service.instead = {"/token": (400, {"error": "invalid_grant"})}
    with pytest.raises(AnswerRefused):
        await client.finish(QUESTION, answer_of(service), ask_age=False)
