"""What an access token is remembered to say is what it says, and no more of it is kept."""

from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest

from authsvc.oidc.authorization import Authorization
from authsvc.oidc.jws import JWSReader
from authsvc.oidc.token.access_token import AccessToken
from authsvc.oidc.token.access_tokens import AccessTokens
from authsvc.oidc.token.confirmation import Confirmation
from authsvc.oidc.token.known_tokens import KnownTokens
from tests.makers import NOW

ISSUER = "https://id.example"
PLAIN = Authorization(
    family_id=uuid4(),
    subscriber_id=uuid4(),
    client_id="platform-a",
    scopes=("openid", "age"),
    authorized_at=NOW,
    acr="urn:authsvc:acr:aal1",
    amr=("pwd",),
)
RICH = msgspec.structs.replace(
    PLAIN,
    auth_time=NOW - timedelta(seconds=90, milliseconds=1),
    claims={"userinfo": {"age_over_18": None, "acr": None}, "id_token": {"age_band": None}},
    details=({"type": "payment", "amounts": [1, 2]},),
)
BOUND = [None, Confirmation(jkt="k" * 43), Confirmation(x5t="c" * 43)]
SERVERS = [(), ("https://one.example/",), ("https://one.example/", "https://two.example/")]


@pytest.fixture
def make(keyring):
    """Each knows only what it has signed or verified itself."""
    return lambda: AccessTokens(issuer=ISSUER, keyring=keyring, reader=JWSReader(keyring.signing))


@pytest.fixture
def issuing(make):
    return make()


@pytest.fixture
def agreed(make, issuing):
    def agreed(token) -> AccessToken:
        remembered: AccessToken = issuing.read(token, now=NOW)
        assert remembered == make().read(token, now=NOW)
        return remembered

    return agreed


@pytest.mark.parametrize("authorization", [PLAIN, RICH])
@pytest.mark.parametrize("confirmation", BOUND)
@pytest.mark.parametrize("resources", SERVERS)
def test_what_is_remembered_of_a_person_s_token_is_what_it_says(
    issuing, agreed, authorization, confirmation, resources
):
    token = issuing.issue(
        authorization,
        subject="pairwise",
        scopes=("openid",),
        resources=resources,
        confirmation=confirmation,
        birth="birth",
        now=NOW + timedelta(microseconds=999_999),
    )
    said = agreed(token)
    assert said.audience == (resources or (ISSUER,))
    assert said.confirmation == confirmation
    assert said.expires_at == said.issued_at + 600
    assert said.granted_to == "platform-a"


@pytest.mark.parametrize("confirmation", BOUND)
@pytest.mark.parametrize("resources", SERVERS)
def test_what_is_remembered_of_a_client_s_token_is_what_it_says(
    issuing, agreed, confirmation, resources
):
    token = issuing.issue_to_client(
        "service", resources=resources, confirmation=confirmation, birth="birth", now=NOW
    )
    assert agreed(token).subscriber_id is None


@pytest.mark.parametrize("client_id", ["platform-a", "service"])
@pytest.mark.parametrize("authorization", [PLAIN, RICH])
def test_what_is_remembered_of_a_token_made_of_another_is_what_it_says(
    issuing, agreed, authorization, client_id
):
    first = agreed(
        issuing.issue(authorization, subject="pairwise", scopes=("openid",), birth="birth", now=NOW)
    )
    onward = agreed(
        issuing.issue_onward(
            first,
            client_id=client_id,
            scopes=(),
            resources=SERVERS[1],
            confirmation=None,
            actor={"sub": "service"},
            now=NOW + timedelta(seconds=5),
        )
    )
    assert onward.granted_to == "platform-a"
    assert onward.expires_at == first.expires_at
    assert onward.claims is None


def test_no_more_tokens_than_so_many_are_remembered_and_the_oldest_gives_way():
    known = KnownTokens[int](most=3)
    for number in range(5):
        known.remember(f"token {number}", number)
    assert [known.recall(f"token {number}") for number in range(5)] == [None, None, 2, 3, 4]


def test_neither_a_token_nor_its_reference_is_kept(issuing):
    token = issuing.issue(PLAIN, subject="pairwise", scopes=("openid",), birth="birth", now=NOW)
    kept = repr(issuing._known.__dict__)
    assert "pairwise" in kept
    for part in token.split("."):
        assert part not in kept
    assert "authsvc_ref" not in kept
