"""What a client may ask departments for: everything that is wanting is named."""

from typing import Any

import pytest

from authsvc.clients.document import document_of
from authsvc.clients.errors import ClientMetadataInvalid
from authsvc.clients.metadata import read_metadata
from authsvc.clients.registration import _OPERATORS
from tests.clients.makers import SECRET, client, metadata, public_metadata

RIGHT: dict[str, Any] = {
    "department": "residence",
    "attributes": ["residence_city"],
    "purpose": "school_admission",
    "legal_basis": "《样例法》第一条",
}
MEMBERS: dict[str, Any] = {
    "category": "government",
    "contacts": ["hall@hall.example"],
    "authorization_details_types": ["attribute_query"],
    "attribute_queries": [RIGHT],
}
SENSITIVE = RIGHT | {"department": "social_insurance", "attributes": ["pension_insured"]}


def test_a_right_is_read_and_told_again():
    found = read_metadata(metadata(**MEMBERS))
    [right] = found.attribute_queries
    assert (right.department, right.attributes, right.purpose, right.legal_basis) == (
        "residence",
        ("residence_city",),
        "school_admission",
        "《样例法》第一条",
    )
    assert found.category == "government"
    again = read_metadata(document_of(found) | {"client_secret": SECRET})
    assert again.attribute_queries == found.attribute_queries


def test_without_a_right_there_is_none():
    assert client().attribute_queries == ()
    assert client().category is None


def test_nobody_registers_a_right_for_themselves():
    assert {"attribute_queries", "category"} <= _OPERATORS


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("attribute_queries[0].department", {"department": "police"}),
        ("attribute_queries[0].attributes", {"attributes": []}),
        ("attribute_queries[0].attributes", {"attributes": ["education_level"]}),
        ("attribute_queries[0].purpose", {"purpose": "curiosity"}),
        ("attribute_queries[0].purpose", {"purpose": "own_certificate"}),
        ("attribute_queries[0].legal_basis", {"legal_basis": " "}),
        ("attribute_queries[0].legal_basis", {"legal_basis": "a\u202elaw"}),
        ("attribute_queries[0].legal_basis", {"legal_basis": "法" * 201}),
    ],
)
def test_a_right_that_is_none_is_refused(field, changes):
    document = metadata(**MEMBERS | {"attribute_queries": [RIGHT | changes]})
    with pytest.raises(ClientMetadataInvalid) as refusal:
        read_metadata(document)
    assert refusal.value.field == f"platform-a.{field}"


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("category", {"category": None}),
        ("category", {"category": "person"}),
        ("category", {"category": "police"}),
        ("contacts", {"contacts": None}),
        ("authorization_details_types", {"authorization_details_types": None}),
        ("attribute_queries", {"attribute_queries": [RIGHT, RIGHT]}),
        ("userinfo_signed_response_alg", {"attribute_queries": [SENSITIVE]}),
        (
            "userinfo_encrypted_response_alg",
            {"attribute_queries": [SENSITIVE], "userinfo_signed_response_alg": "ES256"},
        ),
    ],
)
def test_what_is_wanting_of_the_client_is_named(field, changes):
    with pytest.raises(ClientMetadataInvalid) as refusal:
        read_metadata(metadata(**MEMBERS | changes))
    assert refusal.value.field == f"platform-a.{field}"


def test_whoever_cannot_prove_itself_asks_nobody():
    with pytest.raises(ClientMetadataInvalid) as refusal:
        read_metadata(public_metadata("spa", **MEMBERS))
    assert refusal.value.field == "spa.token_endpoint_auth_method"
