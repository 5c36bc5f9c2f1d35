"""What a client asked before is read once, and nothing of a person or of a secret is kept."""

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from authsvc.clients import Client
from authsvc.oidc.authorize.asked_before import AskedBefore, form_of
from authsvc.oidc.authorize.authorization_request import AuthorizationRequest
from authsvc.oidc.authorize.destination import find_destination
from authsvc.oidc.authorize.parameters import Parameters
from authsvc.oidc.authorize.request_reader import RequestReader
from authsvc.oidc.errors import InvalidRequest, OAuthError
from authsvc.oidc.token.id_token import IDTokens
from tests.clients.makers import client
from tests.oidc.makers import request

NOW = datetime(2030, 1, 1, tzinfo=UTC)
# Of a person, a secret, or seldom the same.
SPEAKING = {
    "login_hint": "13800000000",
    "id_token_hint": "a.b.c",
    "claims": "{}",
    "authorization_details": "[]",
    "dpop_jkt": "k" * 43,
    "request": "a.b.c",
    "request_uri": "https://platform-a.example/request",
    "resource": "https://one.example/",
    "registration": "{}",
    "anything": "else",
}


@pytest.fixture
def reader() -> RequestReader:
    return RequestReader(issuer="https://op", id_tokens=cast("IDTokens", None))


def parameters(**changes: str | None) -> Parameters:
    return Parameters.of(request().but(**changes).parameters.items())


def read(reader: RequestReader, known: Client, **changes: str | None) -> AuthorizationRequest:
    sent = parameters(**changes)
    return reader.read(sent, find_destination(sent, known), now=NOW)


def test_the_second_request_of_a_form_is_the_first_with_what_is_fresh(reader: RequestReader):
    known = client()
    first = read(reader, known, state="one", nonce="n1", prompt="login", max_age="60")
    second = read(reader, known, state="two", nonce=None, prompt="login", max_age="60")
    assert len(reader._asked_before) == 1
    assert (first.state, first.nonce) == ("one", "n1")
    assert (second.state, second.nonce) == ("two", None)
    assert first.code_challenge != second.code_challenge
    assert second.scopes == first.scopes
    assert (second.prompts, second.max_age) == (("login",), 60)


@pytest.mark.parametrize(
    "bad",
    [
        {"nonce": "n" * 1001},
        {"code_challenge": "short"},
        {"code_challenge": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"response_type": "token"},
        {"scope": "unknown"},
        {"prompt": "none login"},
        {"max_age": "-1"},
        {"registration": "{}"},
    ],
)
def test_a_known_form_excuses_nothing(reader: RequestReader, bad: dict[str, Any]):
    known = client()
    read(reader, known)
    with pytest.raises(OAuthError):
        read(reader, known, **bad)
    assert len(reader._asked_before) == 1


def test_what_was_refused_is_refused_again(reader: RequestReader):
    known = client()
    for _ in range(2):
        with pytest.raises(InvalidRequest):
            read(reader, known, prompt="sometimes")
    assert not len(reader._asked_before)


def test_a_changed_registration_is_seen_at_once(reader: RequestReader):
    assert read(reader, client()).max_age is None
    changed = client(default_max_age=60, scope="openid")
    assert read(reader, changed).max_age == 60
    with pytest.raises(OAuthError):
        read(reader, client(scope="age", grant_types=["client_credentials"]))


def test_two_clients_do_not_share_a_form(reader: RequestReader):
    asked = {"redirect_uri": "https://platform-a.example/callback"}
    other = client("other", redirect_uris=[asked["redirect_uri"]])
    assert read(reader, client(), **asked).client_id == "platform-a"
    assert read(reader, other, **asked).client_id == "other"


@pytest.mark.parametrize("name", SPEAKING)
def test_what_speaks_of_a_person_is_read_anew_each_time(name: str):
    assert form_of(parameters()) is not None
    assert form_of(parameters(**{name: SPEAKING[name]})) is None


@pytest.mark.parametrize("name", ["state", "nonce", "code_challenge", "client_secret"])
def test_what_is_fresh_or_secret_is_not_kept(reader: RequestReader, name: str):
    known, value = client(), "v" * 43
    read(reader, known, **{name: value})
    (kept,) = reader._asked_before._kept.items()
    assert value not in repr(kept)


def test_forms_are_bounded_in_number_and_in_length():
    known, kept = client(), AskedBefore(most=2)
    asked = AuthorizationRequest(client_id=known.client_id, redirect_uri="r", scopes=("openid",))
    for form in [("1",), ("2", None), ("3",), ("x" * 2001,)]:
        kept.keep(known, form, asked)
    assert [form for _, form in kept._kept] == [("2", None), ("3",)]
