"""A JSON object as a foreign token carries it: one reading only (RFC 8259, RFC 7515 section 4).

Two members of one name, NaN, a number that overflows, half a character: whatever two readers may
read differently is refused. The text has been bounded before it comes here.
"""

import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn


def read_object(text: bytes) -> dict[str, Any]:
    """The members of the one object in `text`; ValueError for anything else."""
    try:
        found = json.loads(
            text.decode("utf-8"),
            object_pairs_hook=_members,
            parse_float=_finite,
            parse_constant=_no_number,
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except json.JSONDecodeError:
        raise ValueError("not JSON") from None
    if not isinstance(found, dict):
        raise ValueError("not an object")
    # Only an escape can spell what UTF-8 itself does not have; U+0000 no database can store.
    if b"\\u" in text and not all(map(_is_sound, _texts(found))):
        raise ValueError("half a character, or none")
    return found


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is repeated")
    return members


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number beyond all bounds")
    return value


def _no_number(_: str) -> NoReturn:
    raise ValueError("not a number")


def _texts(document: object) -> Iterator[str]:
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value


def _is_sound(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
