"""Pages from templates: every value is escaped, a missing value is an error, two languages."""

import re
from functools import cache, partial
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from authsvc.errors import Text
from authsvc.web.language import Language
from authsvc.web.static_files import static_files

_OWN_PATH = re.compile(r"(/[A-Za-z0-9_-]+)+\Z")
# RFC 3986 section 2, without quotes.
_APP_ADDRESS = re.compile(
    r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:[A-Za-z0-9\-._~:/?\[\]@!$&()*+,;=%]*\Z"
)


class Templates:
    """The templates of the package, compiled once in a process."""

    def render(self, name: str, *, language: Language, **values: object) -> str:
        """The page `name` in one language. Every value a template names must be given."""
        say = partial(_say, language)
        template = _environment().get_template(name)
        return template.render(language=language, say=say, **values)


@cache
def _environment() -> Environment:
    """One for the process, however many doors render pages."""
    environment = Environment(
        loader=PackageLoader("authsvc.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["own_path"] = own_path
    environment.filters["web_link"] = web_link
    environment.filters["way_back"] = way_back
    environment.globals["static"] = {name: file.address for name, file in static_files().items()}
    return environment


def own_path(path: str | None) -> str | None:
    """The path if it is plainly one of ours, of letters, digits and dashes, else None."""
    # As text, so that a value which was forgotten says so here as everywhere.
    return path if path is not None and _OWN_PATH.match(str(path)) else None


def web_link(uri: str | None) -> str | None:
    """The URI if a browser may be sent there from a page: http or https, else None.

    What a platform registered is shown to people; `javascript:` and `data:` stay inert.
    """
    if uri is None or not uri.isprintable() or any(mark in uri for mark in " \\"):
        return None
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    return uri if parts.scheme in {"http", "https"} and parts.netloc else None


def way_back(uri: str | None) -> str | None:
    """As `web_link`, and an app's own address: its scheme is a domain name (RFC 8252, 7.1)."""
    link = web_link(uri)
    return uri if link is None and uri is not None and _APP_ADDRESS.match(uri) else link


def _say(language: Language, zh: str | Text, en: str = "") -> str:
    """One sentence in the language of the page; templates call it with both."""
    text = zh if isinstance(zh, Text) else Text(zh, en)
    return text.zh if language == "zh" else text.en
