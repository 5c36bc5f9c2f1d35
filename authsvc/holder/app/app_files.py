"""The files of the app: read once, served with an ETag, listed for the service worker."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files

import msgspec

from authsvc.errors import Text
from authsvc.web.http import HTTPRequest, HTTPResponse
from authsvc.web.language import Language
from authsvc.web.static_files import static_files

SHELL = "/app/"
# A page of its own, which opens without network, too: counters are where there may be none.
SCANNING = f"{SHELL}scan"
SERVICE_WORKER = "service-worker.js"
MANIFEST = "manifest.webmanifest"

_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
_MANIFEST_TYPE = "application/manifest+json"

_NAME = Text("网络身份认证", "Online Identity")
_SHORT_NAME = Text("网号", "Online ID")
_DESCRIPTION = Text(
    "证明您是真实的人，不透露您是谁", "Prove that you are a real person, without saying who you are"
)
_SHOW_CERTIFICATE = Text("出示网证", "Show my certificate")


@dataclass(frozen=True)
class AppFile:
    """One file, and how it is told from an older one."""

    content_type: str
    content: bytes

    @property
    def tag(self) -> str:
        """Its strong ETag (RFC 9110 section 8.8.3)."""
        return f'"{hashlib.sha256(self.content).hexdigest()[:20]}"'

    def answer(self, request: HTTPRequest, *more: tuple[str, str]) -> HTTPResponse:
        """The file, or 304 to whoever has this very one. A browser keeps it and asks each time."""
        headers = (("etag", self.tag), ("cache-control", "no-cache"), *more)
        wanted = ",".join(request.headers.all("if-none-match"))
        known = {tag.strip().removeprefix("W/") for tag in wanted.split(",")}
        if self.tag in known or "*" in known:
            return HTTPResponse(304, headers)
        return HTTPResponse(200, (("content-type", self.content_type), *headers), self.content)


def app_files() -> dict[str, AppFile]:
    """Every file below `/app/`, by name; the manifest apart, which speaks two languages."""
    folder = files("authsvc.holder.app") / "files"
    found = {
        entry.name: AppFile(_TYPES[suffix], entry.read_bytes())
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if (suffix := _suffix(entry.name)) in _TYPES
    }
    worker = found[SERVICE_WORKER]
    kept = {name: file for name, file in found.items() if name != SERVICE_WORKER}
    return {**kept, SERVICE_WORKER: _told_what_to_keep(worker, kept)}


def manifest(language: Language) -> AppFile:
    """The web app manifest in one language: what is installed, and where it opens."""

    def say(text: Text) -> str:
        return text.zh if language == "zh" else text.en

    described = {
        "id": SHELL,
        "name": say(_NAME),
        "short_name": say(_SHORT_NAME),
        "description": say(_DESCRIPTION),
        "lang": "zh-CN" if language == "zh" else "en",
        "dir": "ltr",
        "start_url": SHELL,
        "scope": SHELL,
        "display": "standalone",
        "background_color": "#eef2f2",
        "theme_color": "#0f5c66",
        "categories": ["government", "security", "utilities"],
        "icons": [
            _icon(static_files()["mark.svg"].path, "image/svg+xml", sizes="any"),
            _icon(f"{SHELL}icon-192.png", "image/png", sizes="192x192"),
            _icon(f"{SHELL}icon-512.png", "image/png", sizes="512x512"),
            _icon(f"{SHELL}icon-maskable.svg", "image/svg+xml", sizes="any", purpose="maskable"),
        ],
        "shortcuts": [{"name": say(_SHOW_CERTIFICATE), "url": f"{SHELL}#/certificate"}],
    }
    return AppFile(_MANIFEST_TYPE, msgspec.json.encode(described))


def _icon(source: str, kind: str, *, sizes: str, purpose: str = "any") -> dict[str, str]:
    return {"src": source, "type": kind, "sizes": sizes, "purpose": purpose}


def _told_what_to_keep(worker: AppFile, kept: dict[str, AppFile]) -> AppFile:
    """The service worker, which changes whenever a file that it keeps does."""
    paths = [SHELL, SCANNING, *(f"{SHELL}{name}" for name in kept)]
    paths += [file.address for file in static_files().values()]
    tags = "".join([*paths, *(file.tag for file in kept.values())])
    version = hashlib.sha256(tags.encode()).hexdigest()[:12]
    told = f'const VERSION = "{version}";\nconst FILES = {msgspec.json.encode(paths).decode()};\n'
    return AppFile(worker.content_type, told.encode() + worker.content)


def _suffix(name: str) -> str:
    return name[name.rfind(".") :]
