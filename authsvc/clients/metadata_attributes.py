"""Reading what a client may ask departments for: what an operator vouches for, and nothing else.

`attribute_queries` has an entry for each department and purpose, with the article of law under
which the client handles the answer (Personal Information Protection Law, article 13); `category` is
all that a department learns of who asks. Such a client proves who it is, and says how people reach
it (article 23). Where an attribute is sensitive (article 28), answers go out signed and then
encrypted to the client's own key.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from authsvc.attributes import CATEGORIES, DEPARTMENTS, PURPOSES
from authsvc.attributes.catalogue import OWN_CERTIFICATE, THE_PERSON
from authsvc.clients.client import AttributeRight, AuthMethod
from authsvc.clients.errors import ClientMetadataInvalid
from authsvc.clients.metadata_shape import Metadata

_LONGEST_LAW = 200


def read_attributes(metadata: Metadata, members: Mapping[str, Any]) -> dict[str, Any]:
    """The members `attribute_queries` and `category` of a `Client`; nothing if it has neither.

    `members` are those that were read before. ClientMetadataInvalid names the one that is wanting.
    """
    category, rights = metadata.category, tuple(metadata.attribute_queries or ())
    if category is not None and (category not in CATEGORIES or category == THE_PERSON):
        raise ClientMetadataInvalid(field="category", log=f"must be one of {_words(CATEGORIES)}")
    for index, right in enumerate(rights):
        for is_met, field, why in _right(right):
            if not is_met:
                raise ClientMetadataInvalid(field=f"attribute_queries[{index}].{field}", log=why)
    if rights:
        for is_met, field, why in _demands(rights, metadata, members):
            if not is_met:
                raise ClientMetadataInvalid(field=field, log=why)
    return {"attribute_queries": rights, "category": category}


def _right(right: AttributeRight) -> Iterator[tuple[bool, str, str]]:
    """What must be so of one entry: whether it is, the member, and why."""
    kind = DEPARTMENTS.get(right.department)
    yield kind is not None, "department", f"must be one of {', '.join(DEPARTMENTS)}"
    known = set() if kind is None else set(kind.attributes)
    asks = bool(right.attributes) and set(right.attributes) <= known
    yield asks, "attributes", f"must be some of {', '.join(sorted(known))}"
    serves = right.purpose in PURPOSES and right.purpose != OWN_CERTIFICATE
    yield serves, "purpose", f"must be one of {_words(PURPOSES)}"
    law = right.legal_basis
    legible = bool(law.strip()) and law.isprintable() and len(law) <= _LONGEST_LAW
    yield legible, "legal_basis", f"up to {_LONGEST_LAW} printable characters, and some of them"


def _demands(
    rights: tuple[AttributeRight, ...], metadata: Metadata, members: Mapping[str, Any]
) -> Iterator[tuple[bool, str, str]]:
    """What is asked of the client itself."""
    pairs = {(right.department, right.purpose) for right in rights}
    yield len(pairs) == len(rights), "attribute_queries", "one entry for a department and purpose"
    yield metadata.category is not None, "category", "is needed: departments are told it"
    yield bool(members["contacts"]), "contacts", "must say how people reach who asks about them"
    proves_itself = members["auth_methods"][0] is not AuthMethod.NONE
    yield proves_itself, "token_endpoint_auth_method", "a public client cannot ask departments"
    asks_by = "attribute_query" in members["authorization_details_types"]
    yield asks_by, "authorization_details_types", "must have attribute_query"
    if any(is_sensitive(right.department, name) for right in rights for name in right.attributes):
        signed = members["userinfo_signed_response_alg"] is not None
        yield signed, "userinfo_signed_response_alg", "is needed: sensitive attributes"
        encrypted = members["userinfo_encryption"] is not None
        yield encrypted, "userinfo_encrypted_response_alg", "is needed: sensitive attributes"


def is_sensitive(department: str, attribute: str) -> bool:
    """Whether an attribute of the catalogue wants separate consent."""
    return DEPARTMENTS[department].attributes[attribute].sensitive


def _words(catalogue: Mapping[str, object]) -> str:
    return ", ".join(word for word in catalogue if word not in (OWN_CERTIFICATE, THE_PERSON))
