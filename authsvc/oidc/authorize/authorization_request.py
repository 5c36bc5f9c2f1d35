"""An authorization request (OpenID Connect Core 3.1.2.1): parameters in, what is asked out.

Two stages, and the order is the defence against open redirects. First the client and the redirect
URI are established; what is wrong with them is shown to the person and sent nowhere. Only then is
the rest read; what is wrong with that is sent to the redirect URI, with `iss` and `state`.
"""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from authsvc.clients import Client, Clients
from authsvc.clients.uris import redirect_uri_matches
from authsvc.oidc import scopes
from authsvc.oidc.authorize import pkce
from authsvc.oidc.authorize.parameters import Parameters
from authsvc.oidc.errors import (
    ClientUnknown,
    InvalidRequest,
    OAuthError,
    RedirectURIRefused,
    RegistrationNotSupported,
    RequestNotSupported,
    RequestURINotSupported,
    UnsupportedResponseType,
)
from authsvc.oidc.token.id_token import IDTokens

PROMPTS = ("none", "login", "consent", "select_account")

# In octets. RFC 9112 section 3 wants request lines of 8000 octets understood.
LONGEST_STATE = 4000
# In octets; it is copied into the ID token.
_LONGEST_NONCE = 1000
_LONGEST_HINT = 256
# Nine digits of seconds are thirty years.
_MAX_AGE_DIGITS = 9

_NOT_SUPPORTED: dict[str, type[OAuthError]] = {
    "request": RequestNotSupported,
    "request_uri": RequestURINotSupported,
    "registration": RegistrationNotSupported,
}


@dataclass(frozen=True)
class Destination:
    """Where the answer goes: a known client and a redirect URI that is registered for it."""

    client: Client
    redirect_uri: str
    state: str | None


class AuthorizationRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a client asks for. All of it has been checked."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None = None
    nonce: str | None = None
    code_challenge: str | None = None
    prompts: tuple[str, ...] = ()
    max_age: int | None = None
    asks_auth_time: bool = False
    hinted_subject: str | None = None
    login_hint: str | None = None
    ui_locales: str | None = None

    @property
    def silent(self) -> bool:
        """Whether no page may be shown."""
        return "none" in self.prompts

    @property
    def wants_fresh_sign_in(self) -> bool:
        """Whether the person must sign in again, however recently they did."""
        return "login" in self.prompts or "select_account" in self.prompts or self.max_age == 0


async def find_destination(
    parameters: Parameters, *, clients: Clients, now: datetime
) -> Destination:
    """Where an answer may be sent; ClientUnknown or RedirectURIRefused, for the person to read."""
    for name in ("client_id", "redirect_uri"):
        if name in parameters.repeated:
            raise InvalidRequest(f"{name} is repeated", field=name)
    client = await clients.find(parameters.get("client_id") or "", now=now)
    if client is None:
        raise ClientUnknown(field="client_id")
    redirect_uri = parameters.get("redirect_uri") or ""
    if not redirect_uri_matches(redirect_uri, client.redirect_uris, native=client.native):
        raise RedirectURIRefused(field="redirect_uri")
    state = parameters.get("state") or ""
    returnable = "state" not in parameters.repeated and 0 < _octets(state) <= LONGEST_STATE
    return Destination(client, redirect_uri, state if returnable else None)


def read_request(
    parameters: Parameters, destination: Destination, *, id_tokens: IDTokens
) -> AuthorizationRequest:
    """What is asked; OAuthError leaves, for the redirect URI to hear."""
    if parameters.repeated:
        raise InvalidRequest("a parameter is repeated")
    for name, refusal in _NOT_SUPPORTED.items():
        if name in parameters:
            raise refusal(f"{name} is not supported", field=name)
    _check_response(parameters)
    client = destination.client
    max_age = _max_age(parameters, client)
    return AuthorizationRequest(
        client_id=client.client_id,
        redirect_uri=destination.redirect_uri,
        scopes=scopes.granted(parameters.get("scope"), client),
        state=_bounded(parameters, "state", LONGEST_STATE),
        nonce=_bounded(parameters, "nonce", _LONGEST_NONCE),
        code_challenge=pkce.read_challenge(
            parameters.get("code_challenge"),
            parameters.get("code_challenge_method"),
            required=client.pkce_required,
        ),
        prompts=_prompts(parameters),
        max_age=max_age,
        asks_auth_time=client.require_auth_time or max_age is not None,
        hinted_subject=_hinted_subject(parameters, client, id_tokens),
        login_hint=(parameters.get("login_hint") or "")[:_LONGEST_HINT] or None,
        ui_locales=(parameters.get("ui_locales") or "")[:_LONGEST_HINT] or None,
    )


def _check_response(parameters: Parameters) -> None:
    response_type = parameters.get("response_type")
    if response_type is None:
        raise InvalidRequest("response_type is missing", field="response_type")
    if response_type != "code":
        raise UnsupportedResponseType("only code is supported", field="response_type")
    if parameters.get("response_mode") not in (None, "query"):
        raise InvalidRequest("response_mode must be query", field="response_mode")


def _bounded(parameters: Parameters, name: str, longest: int) -> str | None:
    value = parameters.get(name)
    if value is not None and _octets(value) > longest:
        raise InvalidRequest(f"{name} is longer than {longest} octets", field=name)
    return value


def _octets(text: str) -> int:
    return len(text.encode("utf-8"))


def _prompts(parameters: Parameters) -> tuple[str, ...]:
    words = (parameters.get("prompt") or "").split()
    if not set(words) <= set(PROMPTS):
        raise InvalidRequest("prompt has an unknown value", field="prompt")
    if "none" in words and set(words) != {"none"}:
        raise InvalidRequest("prompt=none stands alone", field="prompt")
    return tuple(words)


def _max_age(parameters: Parameters, client: Client) -> int | None:
    text = parameters.get("max_age")
    if text is None:
        return client.default_max_age
    if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_AGE_DIGITS):
        raise InvalidRequest("max_age is not a number of seconds", field="max_age")
    return int(text)


def _hinted_subject(parameters: Parameters, client: Client, id_tokens: IDTokens) -> str | None:
    text = parameters.get("id_token_hint")
    if text is None:
        return None
    try:
        hint = id_tokens.read_hint(text)
    except ValueError:
        raise InvalidRequest("id_token_hint is not ours", field="id_token_hint") from None
    if hint.client_id != client.client_id:
        raise InvalidRequest("id_token_hint is for another client", field="id_token_hint")
    return hint.subject
