"""What is asked for by name (OpenID Connect Core 5.5.1), in the form that an authorization keeps.

    null        told, whatever it is
    [values]    told if it is one of these

`essential` changes nothing: what cannot be told is left out, and that is no error. What could never
be told is not kept: little is carried, and no person is shown a question for nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Wish = list[Any] | None


class NeverTold(ValueError):
    """None of the values that would do can ever be the claim's."""


def read_wish(asked: object, possible: Sequence[object]) -> Wish:
    """One wish: null, or an object that may name a `value` or `values`.

    `possible` are all values that the claim can have. NeverTold if none of them would do.
    """
    if not isinstance(asked, Mapping) or not ("value" in asked or "values" in asked):
        return None
    named = asked.get("values", [asked.get("value")])
    kept = [value for value in possible if isinstance(named, list) and _is_among(value, named)]
    if not kept:
        raise NeverTold
    return None if len(kept) == len(possible) else kept


def read_wishes(asked: Mapping[str, Any], known: Mapping[str, Sequence[object]]) -> dict[str, Wish]:
    """The wishes about claims that we know, by name; `known` has their possible values."""
    wishes: dict[str, Wish] = {}
    for name in asked.keys() & known.keys():
        try:
            wishes[name] = read_wish(asked[name], known[name])
        except NeverTold:
            continue
    # In one order: of a set, every process has another.
    return {name: wishes[name] for name in known if name in wishes}


def fulfilled(wishes: Mapping[str, Wish], values: Mapping[str, Any]) -> dict[str, Any]:
    """The claims that were wished for and are as wished."""
    return {
        name: values[name]
        for name, wish in wishes.items()
        if name in values and (wish is None or _is_among(values[name], wish))
    }


def _is_among(value: object, values: Sequence[object]) -> bool:
    """JSON's equality: `true` is not 1."""
    return any(type(value) is type(each) and value == each for each in values)
