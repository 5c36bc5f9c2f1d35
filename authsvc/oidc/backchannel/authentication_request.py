"""A CIBA authentication request (section 7.1): parameters in, what is asked out."""

import re
from datetime import timedelta

from authsvc.clients import Client
from authsvc.oidc import scopes
from authsvc.oidc.authorize.acr_request import ACR_VALUES
from authsvc.oidc.backchannel.errors import InvalidBindingMessage
from authsvc.oidc.errors import InvalidRequest, InvalidScope
from authsvc.oidc.token.token_request import Form

# Time enough to find one's phone; and no longer than any interaction may take here.
DEFAULT_LIFETIME = timedelta(minutes=5)
_LONGEST_LIFETIME = timedelta(minutes=10)
_EXPIRY_DIGITS = 9

PING = "ping"

# "Relatively short", section 7.1: what two people can compare at a glance, in one or two lines.
_LONGEST_MESSAGE = 100
# Section 7.1: the syntax of RFC 6750 section 2.1, at most 1024 characters.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*\Z")
_LONGEST_TOKEN = 1024

HINTS = ("login_hint", "id_token_hint", "login_hint_token")


def read_scopes(form: Form, client: Client) -> tuple[str, ...]:
    """What is asked; InvalidScope without `openid` (section 7.1)."""
    granted = scopes.granted(form.values.get("scope"), client)
    if scopes.OPENID not in granted:
        raise InvalidScope("scope must contain openid", field="scope")
    return granted


def read_hint(form: Form) -> tuple[str, str]:
    """The one hint there is, its name and its value; InvalidRequest for none or more."""
    sent = [name for name in HINTS if name in form.values]
    if len(sent) != 1:
        raise InvalidRequest("exactly one hint is needed", field="login_hint")
    if sent[0] == "login_hint_token":
        raise InvalidRequest("login_hint_token is not offered", field="login_hint_token")
    return sent[0], form.values[sent[0]]


def read_acr_values(form: Form) -> tuple[str, ...]:
    """The levels of which one must be reached; unknown ones are left out."""
    words = (form.values.get("acr_values") or "").split(" ")
    return tuple(value for value in ACR_VALUES if value in words)


def read_binding_message(form: Form, client: Client) -> str | None:
    """The words to compare; InvalidBindingMessage.

    A strict client must send some: nothing else here tells one request of it from another
    (FAPI-CIBA section 5.2.2 item 7).
    """
    message = form.values.get("binding_message")
    if message is None:
        if client.strict:
            raise InvalidBindingMessage("binding_message is missing", field="binding_message")
        return None
    # Printable also leaves out the marks that turn the direction of writing.
    if len(message) > _LONGEST_MESSAGE or not message.isprintable() or not message.strip():
        raise InvalidBindingMessage(
            f"binding_message has at most {_LONGEST_MESSAGE} printable characters",
            field="binding_message",
        )
    return message


def read_lifetime(form: Form) -> timedelta:
    """How long the request waits: as long as asked, up to a bound; the answer says how long."""
    text = form.values.get("requested_expiry")
    if text is None:
        return DEFAULT_LIFETIME
    digits = text.isascii() and text.isdecimal() and len(text) <= _EXPIRY_DIGITS
    if not digits or int(text) == 0:
        raise InvalidRequest("requested_expiry is not a positive number", field="requested_expiry")
    return min(timedelta(seconds=int(text)), _LONGEST_LIFETIME)


def read_notification_token(form: Form, client: Client) -> str | None:
    """By what the client knows our notification; InvalidRequest if it is to be told and sends none.

    A client that polls is not told, whatever it sends.
    """
    if client.backchannel_token_delivery_mode != PING:
        return None
    token = form.values.get("client_notification_token")
    if token is None or len(token) > _LONGEST_TOKEN or not _TOKEN.match(token):
        raise InvalidRequest(
            "client_notification_token is missing or not a bearer token",
            field="client_notification_token",
        )
    return token


def refuse_user_code(form: Form) -> None:
    """InvalidRequest for `user_code` (section 7.1): no such secret is kept here."""
    if "user_code" in form.values:
        raise InvalidRequest("user_code is not supported", field="user_code")
