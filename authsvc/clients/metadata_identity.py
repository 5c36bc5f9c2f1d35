"""Reading who may be told a name and a document number: a client that a law names, and no other.

Where a law asks for verification alone, the result is all that is told; where it asks a platform to
keep a document's data, the least of it is handed over, with the person's separate consent (Measures
on the National Network Identity Authentication Public Service, article 8). `identity_legal_basis`
says which law that is, and an operator vouches for it. Such a client must say why in both
languages and how people reach it (Personal Information Protection Law, article 23), prove who it
is, and have its answers signed and then encrypted to its own key.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from authsvc.clients.client import IDENTITY, AuthMethod
from authsvc.clients.errors import ClientMetadataInvalid
from authsvc.clients.metadata_shape import Metadata


def read_identity(metadata: Metadata, members: Mapping[str, Any]) -> dict[str, Any]:
    """The member `identity_legal_basis` of a `Client`; nothing for a client that names no law.

    `members` are those that were read before. ClientMetadataInvalid names the one that is wanting.
    """
    law = metadata.identity_legal_basis
    if law is None:
        return {}
    for is_met, field, why in _demands(law, members):
        if not is_met:
            raise ClientMetadataInvalid(field=field, log=why)
    return {"identity_legal_basis": law}


def _demands(law: str, members: Mapping[str, Any]) -> Iterator[tuple[bool, str, str]]:
    """Each thing that is asked of such a client: whether it is there, the member, and why."""
    legible = bool(law.strip()) and law.isprintable()
    yield legible, "identity_legal_basis", "printable characters only, and some of them"
    asks = {"openid", IDENTITY} <= set(members["scopes"])
    yield asks, "scope", f"identity_legal_basis is for the scope openid {IDENTITY}"
    sentences = members["purposes"].get(IDENTITY, {"": ""}).values()
    says_why = all(sentence.strip() for sentence in sentences)
    yield says_why, "purposes", f"must say what {IDENTITY} is needed for"
    reachable = bool(members["contacts"])
    yield reachable, "contacts", f"must say how people reach who has their {IDENTITY}"
    proves_itself = members["auth_methods"][0] is not AuthMethod.NONE
    yield proves_itself, "token_endpoint_auth_method", f"a public client cannot have {IDENTITY}"
    signed = members["userinfo_signed_response_alg"] is not None
    yield signed, "userinfo_signed_response_alg", f"is needed: {IDENTITY} is told signed"
    encrypted = members["userinfo_encryption"] is not None
    yield (
        encrypted,
        "userinfo_encrypted_response_alg",
        f"is needed, with a key in jwks or jwks_uri: {IDENTITY} is told encrypted",
    )
