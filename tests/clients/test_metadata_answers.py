from typing import Any

import pytest

from authsvc.clients.client import CIBA, Encryption
from tests.clients.makers import client, metadata, refusal
from tests.clients.signer import Signer

JWKS_URI = "https://platform-a.example/keys"
ANSWERS = ("id_token", "userinfo", "authorization", "introspection")


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("alg", ["RS256", "ES256", "PS256", "EdDSA"])
def test_an_answer_is_signed_with_what_is_asked_for(answer, alg):
    member = f"{answer}_signed_response_alg"
    assert getattr(client(**{member: alg}), member) == alg


@pytest.mark.parametrize("answer", ANSWERS)
def test_the_second_name_of_eddsa_is_understood(answer):
    member = f"{answer}_signed_response_alg"
    assert getattr(client(**{member: "Ed25519"}), member) == "EdDSA"


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("alg", ["none", "HS256", "RS512", "es256", ""])
def test_another_algorithm_is_refused(answer, alg):
    member = f"{answer}_signed_response_alg"
    assert refusal(metadata(**{member: alg})).field == f"platform-a.{member}"


def test_only_the_id_token_is_signed_if_nothing_is_said():
    found = client()
    assert found.id_token_signed_response_alg == "RS256"
    for answer in ANSWERS[1:]:
        assert getattr(found, f"{answer}_signed_response_alg") is None
        assert getattr(found, f"{answer}_encryption") is None


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize(
    ("alg", "kind"),
    [
        ("RSA-OAEP-256", "RSA2048"),
        ("ECDH-ES", "P-256"),
        ("ECDH-ES+A128KW", "P-384"),
        ("ECDH-ES+A256KW", "P-521"),
    ],
)
def test_an_answer_is_encrypted_to_a_key_that_fits(answer, alg, kind):
    member = f"{answer}_encrypted_response_alg"
    found = client(**{member: alg}, jwks=Signer(kind).jwks)
    assert getattr(found, f"{answer}_encryption") == Encryption(alg, "A128CBC-HS256")
    other = Signer("P-256" if kind.startswith("RSA") else "RSA2048")
    for keys in (other.jwks, Signer(kind, use="sig").jwks, None):
        assert refusal(metadata(**{member: alg}, jwks=keys)).field == f"platform-a.{member}"


@pytest.mark.parametrize("enc", ["A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM"])
def test_the_content_encryption_is_the_clients_choice(enc):
    found = client(
        jwks_uri=JWKS_URI,
        userinfo_encrypted_response_alg="ECDH-ES",
        userinfo_encrypted_response_enc=enc,
    )
    assert found.userinfo_encryption == Encryption("ECDH-ES", enc)


@pytest.mark.parametrize("alg", ["RSA1_5", "RSA-OAEP", "dir", "A256KW", "PBES2-HS256+A128KW"])
def test_another_key_management_is_refused(alg):
    document = metadata(jwks_uri=JWKS_URI, id_token_encrypted_response_alg=alg)
    assert refusal(document).field == "platform-a.id_token_encrypted_response_alg"


def test_another_content_encryption_is_refused_and_one_alone_too():
    document = metadata(
        jwks_uri=JWKS_URI,
        id_token_encrypted_response_alg="ECDH-ES",
        id_token_encrypted_response_enc="A192GCM",
    )
    assert refusal(document).field == "platform-a.id_token_encrypted_response_enc"
    document = metadata(jwks_uri=JWKS_URI, id_token_encrypted_response_enc="A256GCM")
    assert refusal(document).field == "platform-a.id_token_encrypted_response_alg"


def test_requests_may_have_to_be_pushed_and_signed():
    found = client(
        jwks=Signer().jwks,
        require_pushed_authorization_requests=True,
        require_signed_request_object=True,
        request_object_signing_alg="ES256",
    )
    assert found.pushes
    assert found.require_signed_request_object
    assert found.request_object_signing_alg == "ES256"


def test_who_signs_requests_needs_a_key_that_fits():
    for keys in (None, Signer("P-384").jwks):
        document = metadata(require_signed_request_object=True, jwks=keys)
        assert refusal(document).field == "platform-a.require_signed_request_object"
    document = metadata(jwks=Signer().jwks, request_object_signing_alg="RS256")
    assert refusal(document).field == "platform-a.request_object_signing_alg"
    assert client(jwks_uri=JWKS_URI, require_signed_request_object=True).jwks_uri == JWKS_URI


@pytest.mark.parametrize("alg", ["none", "HS256"])
def test_requests_are_not_signed_with_nothing_or_with_a_secret(alg):
    document = metadata(jwks_uri=JWKS_URI, request_object_signing_alg=alg)
    assert refusal(document).field == "platform-a.request_object_signing_alg"


def test_backchannel_requests_may_have_to_be_signed():
    member = "backchannel_authentication_request_signing_alg"
    ciba: dict[str, Any] = {"grant_types": [CIBA], "backchannel_token_delivery_mode": "poll"}
    found = client(jwks=Signer().jwks, **ciba, **{member: "ES256"})
    assert getattr(found, member) == "ES256"
    assert refusal(metadata(**ciba, **{member: "ES256"})).field == f"platform-a.{member}"
    assert getattr(client(jwks=Signer().jwks, **{member: "ES256"}), member) is None
