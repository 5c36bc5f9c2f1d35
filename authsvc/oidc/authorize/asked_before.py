"""What clients have asked before, read once.

A client asks for the same thing of everybody: its requests differ in `state`, `nonce` and
`code_challenge` and in nothing else. What came of all the others is kept here, so that a request is
read whole only the first time. Whatever may speak of a person or be a secret is neither part of
what is kept nor of the name under which it is; a request that says more than forms do is read anew
each time. What is kept holds for the very registration under which it was read.
"""

import msgspec

from authsvc.clients import Client
from authsvc.oidc.authorize.authorization_request import AuthorizationRequest
from authsvc.oidc.authorize.parameters import Parameters

_FRESH = ("state", "nonce", "code_challenge")

# Everything else that makes a form; what is kept must depend on nothing beyond these.
_FORM = (
    "response_type",
    "redirect_uri",
    "scope",
    "response_mode",
    "code_challenge_method",
    "prompt",
    "max_age",
    "acr_values",
    "ui_locales",
)
# How a client names and proves itself, where it pushes: no part of what it asks.
_ITSELF = ("client_id", "client_secret", "client_assertion", "client_assertion_type")
_HARMLESS = frozenset({*_FRESH, *_FORM, *_ITSELF})
# In characters, all together. Anybody can send requests in a client's name.
_LONGEST = 2000

Form = tuple[str | None, ...]


def form_of(parameters: Parameters) -> Form | None:
    """What does not change from one request to the next; None if it says more than forms do."""
    values = parameters.values
    if parameters.resources or not values.keys() <= _HARMLESS:
        return None
    return tuple(map(values.get, _FORM))


class _Kept(msgspec.Struct, frozen=True):
    client: Client
    request: AuthorizationRequest


class AskedBefore:
    """The last forms of all clients; the oldest gives way to the newest."""

    def __init__(self, most: int = 1000) -> None:
        self._most = most
        self._kept: dict[tuple[str, Form], _Kept] = {}

    def get(self, client: Client, form: Form) -> AuthorizationRequest | None:
        """What a form asks for, without what is fresh; None if it must be read."""
        kept = self._kept.get((client.client_id, form))
        return kept.request if kept is not None and kept.client is client else None

    def keep(self, client: Client, form: Form, request: AuthorizationRequest) -> None:
        """Keeps what was read of a form, which has nothing fresh in it."""
        if sum(map(len, filter(None, form))) > _LONGEST:
            return
        self._kept.pop((client.client_id, form), None)
        self._kept[client.client_id, form] = _Kept(client, request)
        if len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]

    def __len__(self) -> int:
        return len(self._kept)
