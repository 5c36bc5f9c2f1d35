"""The few files that pages refer to: a style sheet, a mark, scripts, served by ourselves."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files

_TYPES = {
    "authsvc.css": "text/css; charset=utf-8",
    "mark.svg": "image/svg+xml",
    "passkey.js": "text/javascript; charset=utf-8",
    "waiting.js": "text/javascript; charset=utf-8",
}


@dataclass(frozen=True)
class StaticFile:
    """One file of the package, and the address that changes whenever its content does."""

    path: str
    content_type: str
    content: bytes = b""

    @property
    def address(self) -> str:
        """The path with a digest of the content, so that a browser may keep it for ever."""
        return f"{self.path}?v={hashlib.sha256(self.content).hexdigest()[:12]}"


def static_files() -> dict[str, StaticFile]:
    """Every static file, by name."""
    folder = files("authsvc.web") / "static"
    return {
        name: StaticFile(f"/static/{name}", content_type, (folder / name).read_bytes())
        for name, content_type in _TYPES.items()
    }
