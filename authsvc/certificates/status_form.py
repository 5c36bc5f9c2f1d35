"""The two forms in which a status list is published, and which of them somebody wants.

Token Status List, sections 5.1, 5.2 and 8.1: a JWT for who speaks JSON, a CWT for who speaks CBOR.
What they say is the same.
"""

from enum import StrEnum

from authsvc.web.http import HTTPRequest


class StatusForm(StrEnum):
    """By its media type."""

    JWT = "application/statuslist+jwt"
    CWT = "application/statuslist+cwt"


# RFC 9110 section 12.5.1: what is named exactly comes before what is named by a range.
_RANGES = ("application/*", "*/*")


def wanted_form(request: HTTPRequest) -> StatusForm:
    """The one that is preferred; the JWT where both are, or neither (RFC 9110 section 12.4.1)."""
    weights: dict[str, float] = {}
    for each in ", ".join(request.headers.all("accept")).lower().split(","):
        kind, *parameters = (part.strip() for part in each.split(";"))
        weights[kind] = _weight(parameters)
    return max(StatusForm, key=lambda form: _found(weights, form))


def _found(weights: dict[str, float], form: StatusForm) -> float:
    return next((weights[name] for name in (form.value, *_RANGES) if name in weights), 0.0)


def _weight(parameters: list[str]) -> float:
    """RFC 9110 section 12.4.2; what is no number is as if it were not there."""
    for each in parameters:
        name, _, value = each.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 1.0
    return 1.0
