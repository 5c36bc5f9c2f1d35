"""Where the answer to an authorization request goes.

Established before anything else is read: this order is the defence against open redirects. What is
wrong with the client or the redirect URI is shown to the person and sent nowhere.
"""

from datetime import datetime

import msgspec

from authsvc.clients import Client, Clients
from authsvc.clients.uris import redirect_uri_matches
from authsvc.oidc.authorize import response_mode
from authsvc.oidc.authorize.authorization_request import LONGEST_STATE, AuthorizationRequest
from authsvc.oidc.authorize.parameters import Parameters
from authsvc.oidc.errors import ClientUnknown, InvalidRequest, RedirectURIRefused


class Destination(msgspec.Struct, frozen=True):
    """A known client, a redirect URI that is registered for it, and how it wants to hear.

    `pushed_as` is the reference of the request, if it was pushed: an answer ends it.
    """

    client: Client
    redirect_uri: str
    state: str | None = None
    response_mode: str | None = None
    pushed_as: str | None = None


async def find_client(parameters: Parameters, *, clients: Clients, now: datetime) -> Client:
    """The client that a browser brings a request of; ClientUnknown."""
    if "client_id" in parameters.repeated:
        raise InvalidRequest("client_id is repeated", field="client_id")
    client = await clients.find(parameters.get("client_id") or "", now=now)
    if client is None:
        raise ClientUnknown(field="client_id")
    return client


def find_destination(parameters: Parameters, client: Client) -> Destination:
    """Where an answer may be sent; RedirectURIRefused.

    A state or response mode that cannot be kept is left out: the refusal that follows goes without.
    """
    if "redirect_uri" in parameters.repeated:
        raise InvalidRequest("redirect_uri is repeated", field="redirect_uri")
    state = parameters.get("state") or ""
    returnable = "state" not in parameters.repeated and 0 < octets(state) <= LONGEST_STATE
    mode = parameters.get("response_mode")
    spoken = "response_mode" not in parameters.repeated and mode in response_mode.SUPPORTED
    return Destination(
        client=client,
        redirect_uri=_registered(parameters.get("redirect_uri") or "", client),
        state=state if returnable else None,
        response_mode=mode if spoken else None,
    )


def destination_of(request: AuthorizationRequest, client: Client) -> Destination:
    """Where the answer to a request that rested goes; RedirectURIRefused if not any more."""
    return Destination(
        client=client,
        redirect_uri=_registered(request.redirect_uri, client),
        state=request.state,
        response_mode=request.response_mode,
        pushed_as=request.pushed_as,
    )


def octets(text: str) -> int:
    """The length of a text as it travels."""
    return len(text.encode("utf-8"))


def _registered(redirect_uri: str, client: Client) -> str:
    if not redirect_uri_matches(redirect_uri, client.redirect_uris, native=client.native):
        raise RedirectURIRefused(field="redirect_uri")
    return redirect_uri
