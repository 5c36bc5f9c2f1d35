"""Reads what a client asks for, once it is known where the answer goes.

What is wrong here is told to the client: at its redirect URI, or at once if it pushes.
"""

import re
from datetime import datetime

import msgspec

from authsvc.clients import Client
from authsvc.clients.client import AUTHORIZATION_CODE
from authsvc.oidc import scopes
from authsvc.oidc.authorization_details import read_details
from authsvc.oidc.authorize import pkce
from authsvc.oidc.authorize.acr_request import read_acr
from authsvc.oidc.authorize.asked_before import AskedBefore, form_of
from authsvc.oidc.authorize.authorization_request import (
    LONGEST_STATE,
    PROMPTS,
    AuthorizationRequest,
)
from authsvc.oidc.authorize.claims_request import read_claims_request
from authsvc.oidc.authorize.destination import Destination, octets
from authsvc.oidc.authorize.parameters import Parameters
from authsvc.oidc.authorize.resource_indicators import read_resources
from authsvc.oidc.authorize.response_mode import read_response_mode
from authsvc.oidc.errors import (
    InvalidRequest,
    RegistrationNotSupported,
    UnauthorizedClient,
    UnsupportedResponseType,
)
from authsvc.oidc.token.id_token import IDTokens

# In octets; it is copied into the ID token.
_LONGEST_NONCE = 1000
_LONGEST_HINT = 256
# Nine digits of seconds are thirty years.
_MAX_AGE_DIGITS = 9
# RFC 9449 section 10: the SHA-256 thumbprint of a key.
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}\Z")


class RequestReader:
    """Reads the parameters of a known client. It knows our name and our ID tokens."""

    def __init__(self, *, issuer: str, id_tokens: IDTokens) -> None:
        self._issuer = issuer
        self._id_tokens = id_tokens
        self._asked_before = AskedBefore()

    def read(
        self, parameters: Parameters, destination: Destination, *, now: datetime
    ) -> AuthorizationRequest:
        """What is asked; OAuthError leaves say what is wrong with it."""
        if parameters.repeated:
            raise InvalidRequest("a parameter is repeated")
        client, form = destination.client, form_of(parameters)
        known = None if form is None else self._asked_before.get(client, form)
        if known is not None:
            return _with_fresh(known, parameters, client)
        asked = self._read_form(parameters, destination, now=now)
        request = _with_fresh(asked, parameters, client)
        if form is not None:
            self._asked_before.keep(client, form, asked)
        return request

    def _read_form(
        self, parameters: Parameters, destination: Destination, *, now: datetime
    ) -> AuthorizationRequest:
        """All but what is fresh in every request."""
        if "registration" in parameters:
            raise RegistrationNotSupported("registration is not supported", field="registration")
        client = destination.client
        if AUTHORIZATION_CODE not in client.grant_types:
            raise UnauthorizedClient("the client is not registered for authorization_code")
        response_mode = _check_response(parameters)
        max_age = _max_age(parameters, client)
        asked = read_claims_request(parameters.get("claims"), client)
        acr_values, essential_acr = read_acr(parameters, client, claim=asked.acr)
        details = read_details(parameters.get("authorization_details"), client)
        return AuthorizationRequest(
            client_id=client.client_id,
            redirect_uri=destination.redirect_uri,
            scopes=_scopes(parameters, client, optional=bool(details)),
            prompts=_prompts(parameters),
            max_age=max_age,
            asks_auth_time=asked.asks_auth_time or client.require_auth_time or max_age is not None,
            hinted_subject=self._hinted_subject(
                parameters, client, asked_subject=asked.subject, now=now
            ),
            login_hint=(parameters.get("login_hint") or "")[:_LONGEST_HINT] or None,
            ui_locales=(parameters.get("ui_locales") or "")[:_LONGEST_HINT] or None,
            response_mode=response_mode,
            acr_values=acr_values,
            essential_acr=essential_acr,
            claims=asked.members,
            details=details,
            resources=read_resources(parameters.resources, client, issuer=self._issuer),
            dpop_jkt=_thumbprint(parameters),
        )

    def _hinted_subject(
        self, parameters: Parameters, client: Client, *, asked_subject: str | None, now: datetime
    ) -> str | None:
        """Who it must be: as `id_token_hint` says, or the claim `sub` (Core 5.5.1)."""
        text = parameters.get("id_token_hint")
        if text is None:
            return asked_subject
        try:
            hint = self._id_tokens.read_hint(text, now=now)
        except ValueError:
            raise InvalidRequest("id_token_hint is not ours", field="id_token_hint") from None
        if hint.client_id != client.client_id:
            raise InvalidRequest("id_token_hint is for another client", field="id_token_hint")
        if asked_subject not in (None, hint.subject):
            raise InvalidRequest("id_token_hint and claims name two people", field="id_token_hint")
        return hint.subject


def _with_fresh(
    asked: AuthorizationRequest, parameters: Parameters, client: Client
) -> AuthorizationRequest:
    """The request, with what is fresh in each."""
    return msgspec.structs.replace(
        asked,
        state=_bounded(parameters, "state", LONGEST_STATE),
        nonce=_bounded(parameters, "nonce", _LONGEST_NONCE),
        code_challenge=pkce.read_challenge(
            parameters.get("code_challenge"),
            parameters.get("code_challenge_method"),
            required=client.pkce_required,
        ),
    )


def _check_response(parameters: Parameters) -> str | None:
    """The response mode; InvalidRequest, or UnsupportedResponseType for anything but a code."""
    response_type = parameters.get("response_type")
    if response_type is None:
        raise InvalidRequest("response_type is missing", field="response_type")
    if response_type != "code":
        raise UnsupportedResponseType("only code is supported", field="response_type")
    return read_response_mode(parameters)


def _scopes(parameters: Parameters, client: Client, *, optional: bool) -> tuple[str, ...]:
    """RFC 9396 section 3: who asks by authorization_details need not ask by scope as well."""
    text = parameters.get("scope")
    return () if text is None and optional else scopes.granted(text, client)


def _bounded(parameters: Parameters, name: str, longest: int) -> str | None:
    value = parameters.get(name)
    if value is not None and octets(value) > longest:
        raise InvalidRequest(f"{name} is longer than {longest} octets", field=name)
    return value


def _prompts(parameters: Parameters) -> tuple[str, ...]:
    words = (parameters.get("prompt") or "").split()
    if not set(words) <= set(PROMPTS):
        raise InvalidRequest("prompt has an unknown value", field="prompt")
    if "none" in words and set(words) != {"none"}:
        raise InvalidRequest("prompt=none stands alone", field="prompt")
    return tuple(dict.fromkeys(words))


def _max_age(parameters: Parameters, client: Client) -> int | None:
    text = parameters.get("max_age")
    if text is None:
        return client.default_max_age
    if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_AGE_DIGITS):
        raise InvalidRequest("max_age is not a number of seconds", field="max_age")
    return int(text)


def _thumbprint(parameters: Parameters) -> str | None:
    value = parameters.get("dpop_jkt")
    if value is not None and not _THUMBPRINT.match(value):
        raise InvalidRequest("dpop_jkt is not a thumbprint", field="dpop_jkt")
    return value
