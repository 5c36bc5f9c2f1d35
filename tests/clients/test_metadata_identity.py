"""Who may be told a name and a document number: whom a law names, if everything else is right."""

from typing import Any

import pytest

from tests.clients.makers import client, metadata, refusal
from tests.clients.signer import Signer

PURPOSES = {"identity": {"zh": "甲", "en": "a"}}
MEMBERS: dict[str, Any] = {
    "scope": "openid age identity",
    "identity_legal_basis": "《样例法》第一条",
    "purposes": PURPOSES,
    "contacts": ["somebody@platform-a.example"],
    "jwks": Signer("P-256").jwks,
    "userinfo_signed_response_alg": "ES256",
    "userinfo_encrypted_response_alg": "ECDH-ES",
}


def test_a_client_that_a_law_names_receives_it():
    found = client(**MEMBERS)
    assert found.scopes == ("openid", "age", "identity")
    assert found.receives_identity
    strict = client(
        **MEMBERS,
        profile="fapi2",
        token_endpoint_auth_method="private_key_jwt",
        client_secret=None,
    )
    assert strict.receives_identity


def test_without_a_law_the_word_means_nothing():
    found = client(**(MEMBERS | {"identity_legal_basis": None}))
    assert found.scopes == ("openid", "age")
    assert not found.receives_identity
    # Nor is it ever given to who does not ask for it.
    assert client().scopes == ("openid", "age")


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("userinfo_encrypted_response_alg", {"userinfo_encrypted_response_alg": None}),
        ("userinfo_encrypted_response_alg", {"jwks": None}),
        ("userinfo_encrypted_response_alg", {"jwks": Signer("RSA2048").jwks}),
        ("userinfo_signed_response_alg", {"userinfo_signed_response_alg": None}),
        ("purposes", {"purposes": {"age": {"zh": "甲", "en": "a"}}}),
        ("purposes", {"purposes": {"identity": {"zh": "甲", "en": " "}}}),
        ("contacts", {"contacts": None}),
        ("scope", {"scope": "openid age"}),
        ("scope", {"scope": "age identity"}),
        ("identity_legal_basis", {"identity_legal_basis": " "}),
        ("identity_legal_basis", {"identity_legal_basis": "a\u202elaw"}),
        ("identity_legal_basis", {"identity_legal_basis": "法" * 201}),
        (
            "token_endpoint_auth_method",
            {"client_secret": None, "token_endpoint_auth_method": "none"},
        ),
    ],
)
def test_a_law_is_not_enough(field, change):
    assert refusal(metadata(**(MEMBERS | change))).field == f"platform-a.{field}"
