"""Which certificates does a token open, and which of them does a request ask for?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from authsvc.certificates.credentials import KINDS, CredentialKind
from authsvc.issuance.credential_request import CredentialRequest
from authsvc.issuance.datasets import Datasets
from authsvc.issuance.errors import (
    InvalidCredentialRequest,
    UnknownCredentialConfiguration,
    UnknownCredentialIdentifier,
)
from authsvc.oidc.authorization_details import configurations
from authsvc.oidc.errors import InsufficientScope
from authsvc.oidc.token.access_token import AccessToken


@dataclass(frozen=True)
class Asked:
    """A kind of certificate, and the sectors of the platforms, if it is for platforms."""

    kind: CredentialKind
    platforms: Sequence[str] | None = None


async def asked_for(
    request: CredentialRequest, token: AccessToken, *, datasets: Datasets, now: datetime
) -> Asked:
    """What a request asks for, which the person allowed.

    UnknownCredentialConfiguration, UnknownCredentialIdentifier, InvalidCredentialRequest;
    InsufficientScope for what there is, and was not allowed.
    """
    identifier, configuration = request.credential_identifier, request.credential_configuration_id
    if (identifier is None) == (configuration is None):
        raise InvalidCredentialRequest("credential_identifier or credential_configuration_id")
    if identifier is not None:
        return await _by_identifier(identifier, token, datasets=datasets, now=now)
    kind = KINDS.get(configuration or "")
    if kind is None:
        raise UnknownCredentialConfiguration("no such kind of certificate")
    require_allowed(kind, token)
    if kind.names_subject:
        raise InvalidCredentialRequest("certificates at platforms are asked for by identifier")
    return Asked(kind)


async def _by_identifier(
    identifier: str, token: AccessToken, *, datasets: Datasets, now: datetime
) -> Asked:
    kind = KINDS.get(identifier.partition(".")[0])
    if kind is None or (identifier == kind.id) == kind.names_subject:
        raise UnknownCredentialIdentifier("no such identifier")
    require_allowed(kind, token)
    if not kind.names_subject:
        return Asked(kind)
    return Asked(kind, await datasets.platforms(identifier, now=now))


def require_allowed(kind: CredentialKind, token: AccessToken) -> None:
    """Returns if the person allowed this kind; InsufficientScope."""
    if kind.id not in token.scopes and kind.id not in configurations(token.details):
        raise InsufficientScope("the person did not allow this kind of certificate")
