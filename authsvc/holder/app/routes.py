"""The app's doors: a page, and the files that it is made of.

    GET /               -> 303 to /app/ for a browser; for a program there is nothing
    GET /app            -> 303 to /app/, so that the app's scope ends with a slash
    GET /app/           the page, in the language of ?lang=zh|en or of the browser
    GET /app/present    the same page, where a certificate is shown: it may speak to platforms
    GET /app/scan       the same page, where a code is read: it may ask for the camera
    GET /app/{name}     modules, style sheet, icon, manifest, service worker

NOTE: a scope is a prefix of addresses: `/app` would be one of `/approvals`, too.
"""

from collections.abc import Mapping

from litestar.types import ControllerRouterHandler

from authsvc.holder.app.app_files import (
    MANIFEST,
    SCANNING,
    SERVICE_WORKER,
    SHELL,
    AppFile,
    app_files,
    manifest,
)
from authsvc.web.error_pages import address_unknown_pages, wants_page
from authsvc.web.errors import AddressUnknown
from authsvc.web.headers import (
    app_headers,
    presenting_headers,
    scanning_headers,
    worker_headers,
)
from authsvc.web.http import HTTPRequest, HTTPResponse, redirect
from authsvc.web.language import Language
from authsvc.web.mount import mount
from authsvc.web.templates import Templates

_TEMPLATE = "app.html"
PRESENTING = f"{SHELL}present"
_WITHOUT_SLASH = SHELL.removesuffix("/")


def routes(*, templates: Templates, sandbox: bool) -> list[ControllerRouterHandler]:
    """The handlers. In a sandbox the app offers virtual cards, and reads the outbox."""
    pages = {language: _page(templates, language, sandbox=sandbox) for language in _LANGUAGES}
    manifests: dict[Language, AppFile] = {each: manifest(each) for each in _LANGUAGES}
    found = app_files()

    async def show(request: HTTPRequest) -> HTTPResponse:
        # Some servers leave the query in it.
        if request.raw_path.partition(b"?")[0] == _WITHOUT_SLASH.encode():
            return _to_the_app(request)
        return page(request, *app_headers())

    async def show_presenting(request: HTTPRequest) -> HTTPResponse:
        return page(request, *presenting_headers(sandbox=sandbox))

    async def show_scanning(request: HTTPRequest) -> HTTPResponse:
        return page(request, *scanning_headers())

    def page(request: HTTPRequest, *policy: tuple[str, str]) -> HTTPResponse:
        language = _language(request)
        about = (("content-language", language), ("vary", "accept-language"), *policy)
        return pages[language].answer(request, *about)

    async def serve(request: HTTPRequest) -> HTTPResponse:
        name: str = request.path_params["name"]
        if name == MANIFEST:
            return manifests[_language(request)].answer(request, ("vary", "accept-language"))
        about = worker_headers() if name == SERVICE_WORKER else ()
        return _found(found, name).answer(request, *about)

    unknown = address_unknown_pages(templates)
    return [
        mount(_WITHOUT_SLASH, {"GET": show, "HEAD": show}),
        mount(PRESENTING, {"GET": show_presenting, "HEAD": show_presenting}),
        mount(SCANNING, {"GET": show_scanning, "HEAD": show_scanning}),
        mount(f"{SHELL}{{name:str}}", {"GET": serve, "HEAD": serve}, errors=unknown),
        mount("/", {"GET": _arrive, "HEAD": _arrive}, always=(("vary", "accept"),)),
    ]


async def _arrive(request: HTTPRequest) -> HTTPResponse:
    """Whoever types the service's name into a browser; AddressUnknown for a program."""
    if wants_page(request):
        return _to_the_app(request)
    raise AddressUnknown


def _to_the_app(request: HTTPRequest) -> HTTPResponse:
    query = f"?{request.query}" if request.query else ""
    return redirect(f"{SHELL}{query}")


_LANGUAGES: tuple[Language, ...] = ("zh", "en")


def _found(files: Mapping[str, AppFile], name: str) -> AppFile:
    try:
        return files[name]
    except KeyError:
        raise AddressUnknown from None


def _page(templates: Templates, language: Language, *, sandbox: bool) -> AppFile:
    mode = "sandbox" if sandbox else "production"
    html = templates.render(_TEMPLATE, language=language, mode=mode)
    return AppFile("text/html; charset=utf-8", html.encode("utf-8"))


def _language(request: HTTPRequest) -> Language:
    """As the address says, else as the browser asks; anything unknown is no wish at all."""
    asked = next((each for each in _LANGUAGES if f"lang={each}" in request.query.split("&")), None)
    return asked or request.language()
