"""Which of our two languages a person reads: ui_locales (OpenID Connect) or Accept-Language.

Both come from strangers, so reading them is bounded; what cannot be read is no wish at all.
"""

import re
from typing import Literal

Language = Literal["zh", "en"]

DEFAULT: Language = "zh"

MAX_LENGTH = 1000
"""Browsers send below 200 characters; the whole of a longer wish is ignored."""

MAX_WISHES = 32
"""More languages than one person reads; the rest are ignored."""

_RANGE = re.compile(
    r"([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)"
    r"(?:[ \t]*;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?\Z"
)


def choose_language(
    *, ui_locales: str | None = None, accept_language: str | None = None
) -> Language:
    """The language to answer in. `ui_locales` (space separated, best first) goes before the header.

    Nobody who wishes only for other languages is answered in Chinese: English then. Without any
    wish the answer is Chinese.
    """
    for tag in _bounded(ui_locales).split(" ", MAX_WISHES)[:MAX_WISHES]:
        if (language := _ours(tag)) is not None:
            return language
    wishes = _by_preference(_bounded(accept_language))
    for tag in wishes:
        if (language := _ours(tag)) is not None:
            return language
    return "en" if wishes and "*" not in wishes else DEFAULT


def _bounded(text: str | None) -> str:
    return text if text is not None and len(text) <= MAX_LENGTH else ""


def _ours(tag: str) -> Language | None:
    primary = tag.partition("-")[0].lower()
    if primary == "zh":
        return "zh"
    return "en" if primary == "en" else None


def _by_preference(header: str) -> list[str]:
    """The language ranges of RFC 9110 section 12.5.4, most wanted first, refused ones left out."""
    wishes = []
    for part in header.split(",", MAX_WISHES)[:MAX_WISHES]:
        match = _RANGE.match(part.strip())
        if match and (quality := float(match[2] or 1)) > 0:
            wishes.append((quality, match[1]))
    # The sort is stable: equally wanted languages stay in the order they were named.
    return [tag for _, tag in sorted(wishes, key=lambda wish: -wish[0])]
