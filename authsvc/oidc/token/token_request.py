"""A token request, as every grant type finds it: read, authenticated, its key known."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from authsvc.clients import Client
from authsvc.oidc.errors import InvalidRequest
from authsvc.oidc.token.confirmation import Confirmation
from authsvc.web.forms import FORM, decode_pairs, omit_empty, require_content_type, single_values
from authsvc.web.http import HTTPRequest

# RFC 8707 section 2 and RFC 8693 section 2.1 let these come more than once.
_REPEATABLE = frozenset({"resource", "audience"})


class Form(msgspec.Struct, frozen=True):
    """A form body: single values by name, and what may be repeated. Printed, it shows nothing."""

    values: Mapping[str, str]
    resources: tuple[str, ...]
    audiences: tuple[str, ...]

    def __repr__(self) -> str:
        return "<Form>"


class TokenRequest(msgspec.Struct, frozen=True):
    """One request at the token endpoint. `confirmation` is what its tokens will be bound to.

    Printed, it shows nothing.
    """

    client: Client
    form: Mapping[str, str]
    resources: tuple[str, ...]
    audiences: tuple[str, ...]
    confirmation: Confirmation | None
    now: datetime

    def __repr__(self) -> str:
        return "<TokenRequest>"

    def required(self, name: str) -> str:
        """A parameter that must be there; InvalidRequest otherwise."""
        value = self.form.get(name)
        if value is None:
            raise InvalidRequest(f"{name} is missing", field=name)
        return value


def read_token_form(request: HTTPRequest) -> Form:
    """The form of a token request; see `authsvc.web.forms` for its refusals."""
    require_content_type(request.headers.get("content-type"), FORM)
    single: list[tuple[str, str]] = []
    repeatable: list[tuple[str, str]] = []
    for pair in decode_pairs(request.body):
        (repeatable if pair[0] in _REPEATABLE else single).append(pair)
    values = omit_empty(single_values(single))
    if not repeatable:
        return Form(values, (), ())
    return Form(
        values,
        resources=tuple(value for name, value in repeatable if name == "resource" and value),
        audiences=tuple(value for name, value in repeatable if name == "audience" and value),
    )
