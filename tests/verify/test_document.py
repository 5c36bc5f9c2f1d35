"""What docs/platforms.md shows works as it stands there."""

import io
import re
import time
import urllib.request
from pathlib import Path

import msgspec
import pytest

from authsvc.identifiers import b64url
from authsvc.verify import TokenRefused, errors
from authsvc.verify.signatures import read_key
from tests.oidc.jwt_makers import private_key, signed
from tests.verify.makers import claims, published

DOCUMENT = (Path(__file__).parents[2] / "docs" / "platforms.md").read_text("utf-8")
# The other one, which opens what UserInfo says, is tried in `oidc/test_separate_consent.py`.
[_, SNIPPET] = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)

ACCESS_TOKEN = "an.access.token"


class Issuer:
    """Publishes keys; says how often it was asked."""

    def __init__(self) -> None:
        self.names = ["first"]
        self.asked = 0

    def urlopen(self, url: str, *, timeout: float) -> io.BytesIO:
        assert url == "https://id.example/jwks"
        self.asked += 1
        jwks = [published(private_key("ES256", name)) for name in self.names]
        return io.BytesIO(msgspec.json.encode({"keys": jwks}))

    def token(self, name: str = "first") -> str:
        now = int(time.time())
        key = read_key(published(private_key("ES256", name)))
        assert key is not None
        fresh = claims(
            aud="my-platform", iat=now, exp=now + 600, at_hash=key.half_hash(ACCESS_TOKEN)
        )
        return signed(fresh, private_key("ES256", name))


@pytest.fixture
def issuer(monkeypatch):
    issuer = Issuer()
    monkeypatch.setattr(urllib.request, "urlopen", issuer.urlopen)
    return issuer


@pytest.fixture
def check(issuer):
    shown: dict = {}
    exec(compile(SNIPPET, "docs/platforms.md", "exec"), shown)  # noqa: S102 - our own document
    return shown["check"]


def test_the_snippet_checks_a_token_and_fetches_keys_once(issuer, check):
    for _ in range(3):
        found = check(issuer.token(), access_token=ACCESS_TOKEN, nonce="nonce-1")
        assert found.subject == "a pseudonym"
    assert issuer.asked == 1


def test_the_snippet_fetches_keys_again_when_one_is_unknown(issuer, check):
    issuer.names.append("second")
    assert check(issuer.token("second"), access_token=ACCESS_TOKEN, nonce="nonce-1")
    assert check(issuer.token("first"), access_token=ACCESS_TOKEN, nonce="nonce-1")
    assert issuer.asked == 2


def test_the_snippet_asks_once_for_a_key_that_nobody_has_and_not_for_a_forgery(issuer, check):
    with pytest.raises(TokenRefused) as refusal:
        check(issuer.token("second"), access_token=ACCESS_TOKEN, nonce="nonce-1")
    assert refusal.value.code == "verify.key_unknown"
    assert issuer.asked == 2
    forged = issuer.token().rpartition(".")[0] + "." + b64url(bytes(64))
    with pytest.raises(TokenRefused):
        check(forged, access_token=ACCESS_TOKEN, nonce="nonce-1")
    assert issuer.asked == 2


def test_every_reason_is_in_the_table():
    table = set(re.findall(r"`(verify\.\w+)`", DOCUMENT))
    assert table == {refusal.code for refusal in errors.TokenRefused.__subclasses__()}
