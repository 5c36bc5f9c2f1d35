"""How strong a sign-in a client wants: `acr_values`, or the claim `acr` as a must.

A wish (OpenID Connect Core 3.1.2.1, RFC 9470 section 4) is fulfilled where the person can; a must
(Core 5.5.1.1) is fulfilled or refused.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from authsvc.authentication.assurance import AAL1, AAL2
from authsvc.clients import Client
from authsvc.oidc.authorize.errors import UnmetAuthenticationRequirements
from authsvc.oidc.authorize.parameters import Parameters
from authsvc.oidc.errors import InvalidRequest

ACR_VALUES = (AAL1, AAL2)


def read_acr(
    parameters: Parameters, client: Client, *, claim: Mapping[str, Any] | None
) -> tuple[tuple[str, ...], bool]:
    """The levels wanted, best first, unknown ones left out; and whether one of them is a must.

    `claim` is what the parameter `claims` says of `acr`. UnmetAuthenticationRequirements if it
    must be a level that we do not have.
    """
    named = _named(claim or {})
    essential = bool(named) and (claim or {}).get("essential") is True
    if not named:
        words = (parameters.get("acr_values") or "").split(" ")
        named = [word for word in words if word] or list(client.default_acr_values)
    known = tuple(dict.fromkeys(value for value in named if value in ACR_VALUES))
    if essential and not known:
        raise UnmetAuthenticationRequirements("none of the acr values can be reached here")
    return known, essential


def _named(claim: Mapping[str, Any]) -> Sequence[str]:
    values = claim.get("values", [claim["value"]] if "value" in claim else [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise InvalidRequest("claims asks for an acr that is not a text", field="claims")
    return values
