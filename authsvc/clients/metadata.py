"""Reading client metadata: a JSON document goes in, a `Client` comes out.

RFC 7591 section 2; OpenID Connect Dynamic Client Registration 1.0 section 2. Unknown members, scope
words and grant types are ignored, as RFC 7591 allows; what we know must be right.

    metadata_shape.py    the members and their types
    metadata_grants.py   what it may ask for
    metadata_uris.py     where people are sent, what is shown, where we call
    metadata_keys.py     how it proves itself          (jwks.py: its keys)
    metadata_answers.py  how requests come and answers go out
    metadata_identity.py whom a law lets have a name and a document number
    metadata_attributes.py what departments may be asked for on its behalf
    metadata_profile.py  what the strict profile makes of all this

A document is taken at its word here; whoever has it read decides whom to believe (`registry`, where
an operator vouches; `registration`, where nobody does). `subject_type` is not read: subjects are
pairwise.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from authsvc.clients.client import Client, Profile
from authsvc.clients.errors import ClientMetadataInvalid
from authsvc.clients.metadata_answers import read_answers, read_requests
from authsvc.clients.metadata_attributes import read_attributes
from authsvc.clients.metadata_grants import read_backchannel, read_grant_types, read_wishes
from authsvc.clients.metadata_identity import read_identity
from authsvc.clients.metadata_keys import read_proof
from authsvc.clients.metadata_profile import hold_to_profile, read_profile
from authsvc.clients.metadata_shape import Metadata
from authsvc.clients.metadata_uris import read_uris

# The service speaks these two, and shows a purpose in the person's own.
_LANGUAGES = {"zh", "en"}


def read_metadata(document: object, *, loopback_http: bool = False) -> Client:
    """The client that a metadata document describes; ClientMetadataInvalid names client and member.

    `loopback_http` opens http on loopback for every application type (the sandbox).
    """
    name = _name_of(document)
    try:
        return _read(msgspec.convert(document, Metadata), loopback_http=loopback_http)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$")
        field = path.strip("`.") or _missing_member(reason)
        raise ClientMetadataInvalid(field=f"{name}{field}", log=reason) from None
    except ClientMetadataInvalid as error:
        raise ClientMetadataInvalid(field=f"{name}{error.field}", log=error.log) from None


def _read(metadata: Metadata, *, loopback_http: bool) -> Client:
    profile = read_profile(metadata)
    grant_types = read_grant_types(metadata)
    proof = read_proof(metadata)
    members = {
        **_read_plate(metadata),
        **read_uris(metadata, grant_types=grant_types, loopback_http=loopback_http),
        **proof,
        **read_wishes(metadata, grant_types),
        **read_backchannel(metadata, grant_types, loopback_http=loopback_http),
        **read_requests(metadata, proof["jwks"], grant_types),
        **read_answers(metadata, proof["jwks"]),
    }
    members |= read_identity(metadata, members)
    members |= read_attributes(metadata, members)
    if profile is Profile.FAPI2:
        members = hold_to_profile(members, metadata, loopback_http=loopback_http)
    return Client(profile=profile, **members)


def _read_plate(metadata: Metadata) -> dict[str, Any]:
    """Who the client is, by what right it asks, and which manners it was granted."""
    for index, contact in enumerate(metadata.contacts or ()):
        _check_printable(contact, f"contacts[{index}]")
    return {
        "client_id": metadata.client_id,
        "name": _check_printable(metadata.client_name or metadata.client_id, "client_name"),
        "application_type": _application_type(metadata),
        "contacts": tuple(metadata.contacts or ()),
        "purposes": _purposes(metadata),
        "legal_basis": (
            None
            if metadata.legal_basis is None
            else _check_printable(metadata.legal_basis, "legal_basis")
        ),
        "legacy_assertion_audience": metadata.legacy_assertion_audience is True,
        "backchannel_logout_session_required": metadata.backchannel_logout_session_required is True,
        "frontchannel_logout_session_required": (
            metadata.frontchannel_logout_session_required is True
        ),
    }


def _application_type(metadata: Metadata) -> str:
    if metadata.application_type in (None, "web", "native"):
        return metadata.application_type or "web"
    raise ClientMetadataInvalid(field="application_type", log="must be web or native")


def _purposes(metadata: Metadata) -> dict[str, dict[str, str]]:
    """Why each scope is asked for: a sentence in each language of the service."""
    for sentences in (metadata.purposes or {}).values():
        if set(sentences) != _LANGUAGES:
            raise ClientMetadataInvalid(field="purposes", log="a sentence in zh and one in en each")
        for sentence in sentences.values():
            _check_printable(sentence, "purposes")
    return metadata.purposes or {}


def _check_printable(text: str, field: str) -> str:
    """The text, if it has nothing in it that could deceive a reader."""
    if not text.isprintable():
        raise ClientMetadataInvalid(field=field, log="printable characters only")
    return text


def _name_of(document: object) -> str:
    """The client's id and a dot, to begin the name of a field with."""
    client_id = document.get("client_id") if isinstance(document, Mapping) else None
    return f"{client_id}." if isinstance(client_id, str) and client_id.isprintable() else ""


def _missing_member(reason: str) -> str:
    """What is missing stands only in the sentence: "… required field `client_id`"."""
    _, found, member = reason.rpartition("required field `")
    return member.strip("`") if found else ""
