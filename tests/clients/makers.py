"""Platforms that do not exist, as the metadata they would register."""

from typing import Any

import pytest

from authsvc.clients import Client
from authsvc.clients.errors import ClientMetadataInvalid
from authsvc.clients.metadata import read_metadata

SECRET = "an artificial secret of a platform: %/+&=é"
OTHER_SECRET = "another artificial secret, of another one"


def metadata(client_id: str = "platform-a", **members: Any) -> dict[str, Any]:
    """Metadata of a confidential web client; `members` replace, or (None) remove."""
    document: dict[str, Any] = {
        "client_id": client_id,
        "client_secret": SECRET,
        "client_name": f"平台 {client_id}",
        "redirect_uris": [f"https://{client_id}.example/callback"],
    }
    return {name: value for name, value in (document | members).items() if value is not None}


def public_metadata(client_id: str = "spa", **members: Any) -> dict[str, Any]:
    """Metadata of a public client."""
    members = {"client_secret": None, "token_endpoint_auth_method": "none"} | members
    return metadata(client_id, **members)


def client(client_id: str = "platform-a", **members: Any) -> Client:
    """A client that was read from such metadata."""
    return read_metadata(metadata(client_id, **members))


def refusal(document: dict[str, Any], **options: Any) -> ClientMetadataInvalid:
    """What such metadata are refused with."""
    with pytest.raises(ClientMetadataInvalid) as caught:
        read_metadata(document, **options)
    return caught.value
