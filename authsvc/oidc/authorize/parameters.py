"""The parameters of an authorization request, read so that a bad request can still be answered.

The strict readers of `web` refuse a repeated parameter outright. Here it matters which one was
repeated: a client that can be trusted with the answer is told so at its redirect URI.
"""

from collections.abc import Iterable, Mapping
from typing import Self

import msgspec

from authsvc.web.forms import FORM, decode_pairs, require_content_type
from authsvc.web.http import HTTPRequest

# RFC 8707 section 2: the one parameter that may come more than once.
_RESOURCE = "resource"


class Parameters(msgspec.Struct, frozen=True):
    """Names and values, the first of a repeated one; empty is not sent (RFC 6749 3.1).

    `resources` are all values of `resource`, which is not among `values`.
    """

    values: Mapping[str, str]
    repeated: frozenset[str] = frozenset()
    resources: tuple[str, ...] = ()

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """The parameters that these pairs make."""
        pairs = list(pairs)
        values = dict(pairs)
        # Nearly every request: each name once, and none without a value.
        if len(values) == len(pairs) and _RESOURCE not in values and all(values.values()):
            return cls(values)
        values = {}
        repeated: set[str] = set()
        resources: list[str] = []
        for name, value in pairs:
            if name == _RESOURCE:
                resources.append(value)
            elif name in values:
                repeated.add(name)
            else:
                values[name] = value
        return cls(
            values={name: value for name, value in values.items() if value},
            repeated=frozenset(repeated),
            resources=tuple(value for value in resources if value),
        )

    def __repr__(self) -> str:
        return "<Parameters>"

    def get(self, name: str) -> str | None:
        """The value of a parameter, None if it was not sent."""
        return self.values.get(name)

    def __contains__(self, name: object) -> bool:
        return name in self.values


def read_parameters(request: HTTPRequest) -> Parameters:
    """The parameters of a GET or of a form POST; InvalidInput leaves of `web` if unreadable."""
    if request.method != "POST":
        return Parameters.of(decode_pairs(request.query.encode("latin-1")))
    require_content_type(request.headers.get("content-type"), FORM)
    return Parameters.of(decode_pairs(request.body))
