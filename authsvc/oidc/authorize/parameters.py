"""The parameters of an authorization request, read so that a bad request can still be answered.

The strict readers of `web` refuse a repeated parameter outright. Here it matters which one was
repeated: a client that can be trusted with the answer is told so at its redirect URI.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from authsvc.web.forms import FORM, decode_pairs, require_content_type
from authsvc.web.http import HTTPRequest


@dataclass(frozen=True, repr=False)
class Parameters:
    """Names and values, the first of a repeated one; empty is not sent (RFC 6749 3.1)."""

    values: Mapping[str, str]
    repeated: frozenset[str]

    def get(self, name: str) -> str | None:
        """The value of a parameter, None if it was not sent."""
        return self.values.get(name)

    def __contains__(self, name: object) -> bool:
        return name in self.values


def read_parameters(request: HTTPRequest) -> Parameters:
    """The parameters of a GET or of a form POST; InvalidInput leaves of `web` if unreadable."""
    if request.method == "POST":
        require_content_type(request.headers.get("content-type"), FORM)
        raw = request.body
    else:
        raw = request.query.encode("latin-1")
    values: dict[str, str] = {}
    repeated = set()
    for name, value in decode_pairs(raw):
        if name in values:
            repeated.add(name)
        values.setdefault(name, value)
    sent = {name: value for name, value in values.items() if value}
    return Parameters(values=sent, repeated=frozenset(repeated))
