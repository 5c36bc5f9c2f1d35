"""The document of a `sector_identifier_uri` (OpenID Connect Registration 1.0 section 5).

Two clients of one sector see a person under one pseudonym. So the sector itself must say, at its
own address, which redirect URIs are of it; otherwise anybody could choose whose pseudonyms to get.
"""

from typing import Protocol

import msgspec

from authsvc.clients.errors import ClientMetadataInvalid
from authsvc.errors import InvalidInput, Unavailable
from authsvc.web.fetched import Fetched
from authsvc.web.json_body import check_json

_FIELD = "sector_identifier_uri"
# A thousand redirect URIs and more.
_LARGEST = 64 * 1024


class DocumentFetcher(Protocol):
    """Whoever fetches from addresses that strangers name: `authsvc.web.fetcher.Fetcher`."""

    async def get(self, url: str, *, accept: str, largest: int) -> Fetched:
        """The answer of an address; InvalidInput or Unavailable if there is none to be had."""
        ...


async def check_sector(fetcher: DocumentFetcher, uri: str, redirect_uris: tuple[str, ...]) -> None:
    """Returns if the document lists every one of the redirect URIs, byte for byte.

    ClientMetadataInvalid if it does not, or is not to be had.
    """
    try:
        fetched = await fetcher.get(uri, accept="application/json", largest=_LARGEST)
        check_json(fetched.body)
        listed = set(msgspec.json.decode(fetched.body, type=list[str]))
    except (InvalidInput, Unavailable):
        raise ClientMetadataInvalid(field=_FIELD, log="its document cannot be read") from None
    except msgspec.DecodeError:
        raise ClientMetadataInvalid(
            field=_FIELD, log="its document is not a JSON array of URIs"
        ) from None
    if not set(redirect_uris) <= listed:
        raise ClientMetadataInvalid(
            field=_FIELD, log="its document does not list every redirect URI"
        )
