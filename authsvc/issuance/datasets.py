"""What can be fetched, and by which names: kinds of certificates, and buckets of platforms.

A kind that is bound to no platform is one dataset, whose identifier is that of the kind. The kind
bound to platforms is one dataset for each bucket (`buckets`); none stands for a single platform.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from authsvc.certificates.credentials import KINDS
from authsvc.clients import Client, Clients
from authsvc.clients.metadata_grants import WITH_A_PERSON
from authsvc.issuance.buckets import buckets_of
from authsvc.issuance.errors import UnknownCredentialIdentifier
from authsvc.oidc.authorization_details import CREDENTIAL

# A platform that was registered meanwhile is offered a minute later; the list is long to make.
_REMEMBERED = timedelta(seconds=60)
_OPENID = "openid"

Buckets = Mapping[str, Sequence[str]]


class Datasets:
    """Knows the identifiers. `named` is what the token response tells (`CertificatesToFetch`)."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._known: tuple[datetime, Buckets] | None = None

    async def buckets(self, *, now: datetime) -> Buckets:
        """The sectors of each bucket, by its credential identifier."""
        if self._known is not None and self._known[0] > now:
            return self._known[1]
        sectors = {each.sector_identifier for each in await self._clients.every() if _tells(each)}
        found = MappingProxyType(
            {
                identifier_of(kind, bucket): platforms
                for kind in _AT_PLATFORMS
                for bucket, platforms in buckets_of(sectors).items()
            }
        )
        self._known = (now + _REMEMBERED, found)
        return found

    async def identifiers(self, configuration_id: str, *, now: datetime) -> list[str]:
        """The identifiers of a kind; none, if it is for platforms and there is no platform."""
        if configuration_id not in _AT_PLATFORMS:
            return [configuration_id]
        return [*await self.buckets(now=now)]

    async def platforms(self, identifier: str, *, now: datetime) -> Sequence[str]:
        """The sectors of a bucket; UnknownCredentialIdentifier."""
        found = (await self.buckets(now=now)).get(identifier)
        if found is None:
            raise UnknownCredentialIdentifier("no such bucket of platforms, or no longer")
        return found

    async def named(
        self, details: tuple[dict[str, Any], ...], scopes: tuple[str, ...], *, now: datetime
    ) -> tuple[dict[str, Any], ...]:
        """Each detail of a certificate with its identifiers (section 6.2).

        Who asked by scope for certificates at platforms is told the buckets in the same way.
        """
        by_scope = [
            {"type": CREDENTIAL, "credential_configuration_id": kind}
            for kind in _AT_PLATFORMS
            if kind in scopes
        ]
        return tuple([await self._named(each, now=now) for each in (*details, *by_scope)])

    async def _named(self, detail: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        if detail["type"] != CREDENTIAL:
            return detail
        kind = detail["credential_configuration_id"]
        return detail | {"credential_identifiers": await self.identifiers(kind, now=now)}


def identifier_of(kind: str, bucket: str) -> str:
    """The identifier of a bucket, or of all platforms where there is one bucket only."""
    return f"{kind}.{bucket}" if bucket else f"{kind}.all"


_AT_PLATFORMS = tuple(kind.id for kind in KINDS.values() if kind.names_subject)


def _tells(client: Client) -> bool:
    """Whether it is somebody whom people show that they are real: not a wallet, not a machine."""
    return _OPENID in client.scopes and not WITH_A_PERSON.isdisjoint(client.grant_types)
