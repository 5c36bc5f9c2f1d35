"""What docs/verifying.md shows works as it stands there."""

import io
import re
import time
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from authsvc.identifiers import b64url
from authsvc.verify import ProofMissing, TokenRefused
from authsvc.verify.dynamic_qr import QRReplayed
from authsvc.verify.signatures import read_key
from tests.makers import NOW
from tests.oidc.jwt_makers import private_key, signed
from tests.verify import test_access_token as access
from tests.verify.credential_makers import (
    AT_PLATFORM,
    AUDIENCE,
    LIST,
    NONCE,
    SECTOR,
    TOLD,
    TYPE,
    Authority,
    Holder,
    issued,
    metadata,
    presentation,
    public_key,
    signer_extensions,
    status_list,
    x5c,
)
from tests.verify.makers import claims, published

DOCUMENT = (Path(__file__).parents[2] / "docs" / "verifying.md").read_text("utf-8")
SNIPPETS = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)

ACCESS_TOKEN = "an.access.token"
FIRST = private_key("ES256", "first")
STATUS = {"status_list": {"idx": 7, "uri": LIST}}


class Issuer:
    """Publishes keys and lists; says how often it was asked for keys."""

    def __init__(self) -> None:
        self.names = ["first"]
        self.asked = 0

    def urlopen(self, url: str, *, timeout: float) -> io.BytesIO:
        keys = [private_key("ES256", name) for name in self.names]
        if url == "https://id.example/jwks":
            self.asked += 1
            return io.BytesIO(msgspec.json.encode({"keys": [published(key) for key in keys]}))
        if url == "https://id.example/.well-known/jwt-vc-issuer":
            return io.BytesIO(msgspec.json.encode(metadata(*keys)))
        if url != LIST:
            raise urllib.error.URLError("nothing is there")
        now = int(time.time())
        return io.BytesIO(status_list(key=FIRST, iat=now, exp=now + 600))

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
def shown(issuer):
    """What the snippets define, one after the other, as a reader would put them together."""
    names: dict = {"remembered": []}
    names["remember_once"] = names["remembered"].append
    for snippet in SNIPPETS:
        exec(compile(snippet, "docs/verifying.md", "exec"), names)  # noqa: S102 - our own document
    issuer.asked = 1
    return names


@pytest.fixture
def check(shown):
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


def test_the_snippet_allows_what_a_token_allows_and_remembers_its_proof(shown):
    now = int(time.time())
    bound = {"jkt": access.CLIENT_KEY.thumbprint()}
    token = access.access_token(key=FIRST, iat=now, exp=now + 600, cnf=bound)
    proof = access.proof(token, iat=now).jwt
    assert shown["allow"](token, proof, "POST", access.ADDRESS) == ("read", "write")
    assert shown["remembered"] == [f"{access.CLIENT_KEY.thumbprint()}.proof-1"]
    with pytest.raises(ProofMissing):
        shown["allow"](token, None, "POST", access.ADDRESS)


def test_the_snippet_checks_a_certificate_by_what_it_fetched_before(issuer, shown):
    now = int(time.time())
    says: dict[str, Any] = {"vct": AT_PLATFORM, "sector": SECTOR, "status": STATUS, "key": FIRST}
    told = {**TOLD, "sub": "a pseudonym"}
    certificate = issued(told, iat=now - 3600, exp=now + 3600, **says)

    def show():
        text = Holder().bound(certificate.shown("sub"), iat=int(time.time()))
        return shown["check_certificate"](text, nonce="nonce-of-the-shop")

    def code():
        with pytest.raises(TokenRefused) as refusal:
            show()
        return refusal.value.code

    assert code() == "verify.key_unknown"
    shown["keep_up"]()
    assert code() == "verify.status_unknown"
    shown["keep_up"]()
    assert show().subject == "a pseudonym"


def test_the_snippet_goes_by_an_anchor_once_it_knows_who_is_revoked(shown):
    authority = Authority()
    key = private_key("ES256", "certified")
    signer = authority.certify(public_key(key), *signer_extensions())
    known, verifier = shown["by_anchor"](authority.certificate, TYPE)
    text = presentation(certificate=issued(key=key, header=x5c(signer)))

    def show():
        return verifier.verify(text, audience=AUDIENCE, nonce=NONCE, now=NOW)

    with pytest.raises(TokenRefused, match="signer_status_unknown"):
        show()
    there = {known.revocations_address: authority.revocation_list()}
    known.refresh(there.get, now=NOW)
    assert show()
    there[known.revocations_address] = authority.revocation_list(signer)
    known.refresh(there.get, now=NOW + timedelta(minutes=15))
    with pytest.raises(TokenRefused, match="signer_revoked"):
        show()


def refusals(kind=TokenRefused):
    for each in kind.__subclasses__():
        yield each
        yield from refusals(each)


def test_every_reason_is_in_the_table():
    table = re.findall(r"`(verify\.\w+)`", DOCUMENT[DOCUMENT.index("## Why it was refused") :])
    found = {each.code for each in refusals()}
    assert QRReplayed.code in found
    assert sorted(table) == sorted(found)
