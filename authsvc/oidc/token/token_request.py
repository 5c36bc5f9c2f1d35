"""A token request, as every grant type finds it: read, authenticated, its key known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from authsvc.clients import Client
from authsvc.oidc.errors import InvalidRequest
from authsvc.oidc.token.confirmation import Confirmation
from authsvc.web.forms import FORM, decode_pairs, omit_empty, require_content_type, single_values
from authsvc.web.http import HTTPRequest

# RFC 8707 section 2 and RFC 8693 section 2.1 let these come more than once.
_REPEATABLE = frozenset({"resource", "audience"})


@dataclass(frozen=True, repr=False)
class Form:
    """A form body: single values by name, and what may be repeated."""

    values: Mapping[str, str]
    resources: tuple[str, ...]
    audiences: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class TokenRequest:
    """One request at the token endpoint. `confirmation` is what its tokens will be bound to."""

    client: Client
    form: Mapping[str, str]
    resources: tuple[str, ...]
    audiences: tuple[str, ...]
    confirmation: Confirmation | None
    now: datetime

    def required(self, name: str) -> str:
        """A parameter that must be there; InvalidRequest otherwise."""
        if name not in self.form:
            raise InvalidRequest(f"{name} is missing", field=name)
        return self.form[name]


def read_token_form(request: HTTPRequest) -> Form:
    """The form of a token request; see `authsvc.web.forms` for its refusals."""
    require_content_type(request.headers.get("content-type"), FORM)
    pairs = decode_pairs(request.body)
    single = single_values(pair for pair in pairs if pair[0] not in _REPEATABLE)
    return Form(
        values=omit_empty(single),
        resources=tuple(value for name, value in pairs if name == "resource" and value),
        audiences=tuple(value for name, value in pairs if name == "audience" and value),
    )
