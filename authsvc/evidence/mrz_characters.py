"""The characters of a machine readable zone and their check digits (ICAO Doc 9303 part 3, 4.9)."""

FILLER = "<"
_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WEIGHTS = (7, 3, 1)


def check_digit(text: str) -> str:
    """The check digit of a field: weights 7, 3, 1; digits and letters count 0 to 35, filler 0."""
    total = sum(
        (0 if character == FILLER else _CHARACTERS.index(character)) * _WEIGHTS[place % 3]
        for place, character in enumerate(text)
    )
    return str(total % 10)


def is_zone_text(text: str) -> bool:
    """Whether nothing but the zone's characters stands in `text`."""
    return all(character == FILLER or character in _CHARACTERS for character in text)
