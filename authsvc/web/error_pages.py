"""Refusals as pages, for the mounts that people visit."""

from authsvc.errors import AuthsvcError
from authsvc.web.errors import AddressUnknown, Incident
from authsvc.web.http import HTTPRequest, HTTPResponse, html_response
from authsvc.web.mount import ErrorRendering
from authsvc.web.problems import error_headers, problem_response, status_of
from authsvc.web.templates import Templates


def error_pages(templates: Templates) -> ErrorRendering:
    """The `errors` of a mount whose refusals a person reads in a browser."""

    def render(request: HTTPRequest, error: AuthsvcError) -> HTTPResponse:
        return error_page(templates, request, error)

    return render


def wants_page(request: HTTPRequest) -> bool:
    """Whether somebody visits an address: a browser names HTML, and a program does not.

    RFC 9110 section 12.5.1: any type is taken by programs that say nothing, and gets them JSON.
    """
    return request.method in ("GET", "HEAD") and "text/html" in ",".join(
        request.headers.all("accept")
    )


def address_unknown_pages(templates: Templates) -> ErrorRendering:
    """A page for whoever visits an address that is not there; problem documents for all else."""

    def render(request: HTTPRequest, error: AuthsvcError) -> HTTPResponse:
        if isinstance(error, AddressUnknown) and wants_page(request):
            return error_page(templates, request, error)
        return problem_response(request, error)

    return render


def error_page(templates: Templates, request: HTTPRequest, error: AuthsvcError) -> HTTPResponse:
    """The page that says what is wrong, what to do, and under which code."""
    html = templates.render(
        "error.html",
        language=request.language(),
        error=error,
        incident=error.number if isinstance(error, Incident) else None,
    )
    return html_response(
        status_of(error), html, headers=(*error_headers(error), ("vary", "accept-language"))
    )
