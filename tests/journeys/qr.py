"""The camera of a phone: reads the QR code in a picture that a page shows (ISO/IEC 18004).

Only what the codes here need: bytes, at level L or M, in any version. Nothing is corrected: a
picture on a screen has no faults.
"""

import re
from typing import Any
from urllib.parse import unquote

from segno import consts

_BORDER = 4
# What conceals the format (section 7.9.1).
_FORMAT_MASK = 0b10101
# Its first two bits.
_LEVELS = {0b00: consts.ERROR_LEVEL_M, 0b01: consts.ERROR_LEVEL_L}
_MASKS = (
    lambda row, column: (row + column) % 2,
    lambda row, column: row % 2,
    lambda row, column: column % 3,
    lambda row, column: (row + column) % 3,
    lambda row, column: (row // 2 + column // 3) % 2,
    lambda row, column: row * column % 2 + row * column % 3,
    lambda row, column: (row * column % 2 + row * column % 3) % 2,
    lambda row, column: ((row + column) % 2 + row * column % 3) % 2,
)


def read_qr(picture: str) -> str:
    """The text in a QR code, given as the data URI of an SVG of strokes, a unit a module."""
    drawn = re.search(r"<path[^>]* d=['\"]([^'\"]+)['\"]", unquote(picture))
    assert drawn is not None
    return _read(_dark_modules(drawn[1]))


def read_modules(path: str) -> str:
    """The text in the code that the app draws, a unit square a module."""
    places = re.findall(r"M(\d+) (\d+)h1v1h-1z", path)
    return _read({(int(row) - _BORDER, int(column) - _BORDER) for column, row in places})


def _read(dark: set[tuple[int, int]]) -> str:
    size = max(row for row, _ in dark) + 1
    version, rest = divmod(size - 17, 4)
    assert rest == 0
    level_and_mask = _number((8, column) in dark for column in range(5)) ^ _FORMAT_MASK
    level = _LEVELS[level_and_mask >> 3]
    mask = _MASKS[level_and_mask & 0b111]
    bits = [
        ((row, column) in dark) != (mask(row, column) == 0)
        for row, column in _zigzag(size)
        if not _is_pattern(row, column, version)
    ]
    words = iter([_number(bits[at : at + 8]) for at in range(0, len(bits) - 7, 8)])
    lengths = data_blocks(version, level)
    blocks: list[list[int]] = [[] for _ in lengths]
    for at in range(max(lengths)):
        for block, length in zip(blocks, lengths, strict=True):
            if at < length:
                block.append(next(words))
    data = bytes(word for block in blocks for word in block)
    shifted = (int.from_bytes(data) << 4).to_bytes(len(data) + 1)
    assert shifted[0] == 0b0100
    # From version 10 on, sixteen bits say how many bytes there are.
    count = 1 if version < 10 else 2
    length = int.from_bytes(shifted[1 : 1 + count])
    return shifted[1 + count : 1 + count + length].decode()


def data_blocks(version: int, level: int = consts.ERROR_LEVEL_L) -> list[int]:
    """How many data octets each block of a version has (table 9, as segno has it)."""
    kinds: Any = consts.ECC[version]
    return [kind.num_data for kind in kinds[level] for _ in range(kind.num_blocks)]


def _is_pattern(row: int, column: int, version: int) -> bool:
    """Whether the module is no data; in any version, also those that carry their number."""
    size = 4 * version + 17
    if row == 6 or column == 6:
        return True
    corners = (
        (row <= 8, column <= 8),
        (row <= 8, column >= size - 8),
        (row >= size - 8, column <= 8),
    )
    if any(down and right for down, right in corners):
        return True
    numbered = version >= 7 and min(row, column) < 6 and size - 11 <= max(row, column) < size - 8
    centres = consts.ALIGNMENT_POS[version - 2] if version > 1 else ()
    finders = ((6, 6), (6, size - 7), (size - 7, 6))
    return numbered or any(
        (down, right) not in finders and max(abs(row - down), abs(column - right)) <= 2
        for down in centres
        for right in centres
    )


def _dark_modules(path: str) -> set[tuple[int, int]]:
    """Row and column of each dark module."""
    dark = set()
    x = y = 0.0
    for command, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?", path):
        if command == "M":
            x, y = float(first), float(second)
        elif command == "m":
            x, y = x + float(first), y + float(second)
        else:
            row, column = int(y) - _BORDER, int(x) - _BORDER
            dark |= {(row, column + each) for each in range(int(first))}
            x += float(first)
    return dark


def _zigzag(size: int) -> list[tuple[int, int]]:
    places = []
    upwards = True
    for right in (*range(size - 1, 6, -2), 5, 3, 1):
        rows = range(size - 1, -1, -1) if upwards else range(size)
        places += [(row, column) for row in rows for column in (right, right - 1)]
        upwards = not upwards
    return places


def _number(bits) -> int:
    value = 0
    for bit in bits:
        value = value * 2 + int(bit)
    return value
