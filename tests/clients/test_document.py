from typing import Any

import msgspec
import pytest

from authsvc.clients.client import CIBA, Client
from authsvc.clients.document import _AS_THEY_ARE, _ENCRYPTED, document_of
from authsvc.clients.metadata import read_metadata
from tests.clients.makers import SECRET, metadata, public_metadata
from tests.clients.signer import Signer

LAW: dict[str, Any] = {
    "scope": "openid identity",
    "identity_legal_basis": "an artificial law, article 1",
    "purposes": {"identity": {"zh": "甲", "en": "a"}},
    "contacts": ["somebody@platform-a.example"],
    "jwks_uri": "https://platform-a.example/keys",
    "userinfo_signed_response_alg": "ES256",
    "userinfo_encrypted_response_alg": "ECDH-ES",
}
SIGNED: dict[str, Any] = {"token_endpoint_auth_method": "private_key_jwt", "jwks": Signer().jwks}

DOCUMENTS = {
    "the least": metadata(),
    "public": public_metadata("spa", application_type="native"),
    "machines": metadata(grant_types=["client_credentials"], redirect_uris=None),
    "strict": metadata(profile="fapi2", **SIGNED, require_signed_request_object=True),
    "by certificate": metadata(
        token_endpoint_auth_method="tls_client_auth", tls_client_auth_san_dns="a.example"
    ),
    "encrypted": metadata(
        jwks_uri="https://platform-a.example/keys",
        id_token_encrypted_response_alg="ECDH-ES",
        userinfo_signed_response_alg="ES256",
        userinfo_encrypted_response_alg="RSA-OAEP-256",
        userinfo_encrypted_response_enc="A256GCM",
    ),
    "named by a law": metadata(**LAW),
    "everything else": metadata(
        contacts=["somebody@platform-a.example"],
        purposes={"age": {"zh": "甲", "en": "a"}},
        legal_basis="an artificial law",
        resources=["https://api.example"],
        protected_resource="https://platform-a.example/api",
        post_logout_redirect_uris=["https://platform-a.example/bye"],
        request_uris=["https://platform-a.example/request"],
        sector_identifier_uri="https://group.example/uris.json",
        backchannel_logout_uri="https://platform-a.example/back",
        backchannel_logout_session_required=True,
        frontchannel_logout_uri="https://platform-a.example/front",
        initiate_login_uri="https://platform-a.example/begin",
        grant_types=["authorization_code", "refresh_token", CIBA],
        backchannel_token_delivery_mode="poll",
        default_acr_values=["urn:authsvc:acr:aal2"],
        default_max_age=0,
        require_auth_time=True,
        require_pkce=False,
        authorization_details_types=["x"],
        logo_uri="https://platform-a.example/logo.png",
        dpop_bound_access_tokens=True,
        legacy_assertion_audience=True,
    ),
}


def methods_aside(client: Client) -> Client:
    """Two methods were taken where none was named; the document names the first."""
    return msgspec.structs.replace(client, auth_methods=client.auth_methods[:1])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_document_of_a_client_registers_the_same_client(name):
    client = read_metadata(DOCUMENTS[name])
    document = document_of(client)
    again = read_metadata(document | {"client_secret": SECRET})
    assert again == methods_aside(client)
    assert "client_secret" not in document
    assert "secret_digest" not in document


def test_no_member_of_a_client_is_left_out():
    by_another_name = {"name", "scopes", "auth_methods"}
    not_registered = {"sector_identifier", "secret_digest"}
    for member in Client.__struct_fields__:
        encryption = member.removesuffix("_encryption") in _ENCRYPTED
        assert encryption or member in {*_AS_THEY_ARE, "client_id"} | by_another_name | (
            not_registered
        )


def test_a_pairwise_subject_and_the_code_are_named():
    document = document_of(read_metadata(metadata(subject_type="public")))
    assert document["subject_type"] == "pairwise"
    assert document["response_types"] == ["code"]
    machine = document_of(read_metadata(DOCUMENTS["machines"]))
    assert machine["response_types"] == []
    assert "scope" not in machine
