"""What a camera sees: a QR code on a table, a little askew and in uneven light, as a film.

Chromium plays it in place of a camera (`--use-file-for-fake-video-capture`); YUV4MPEG2, 4:2:0.
"""

import math
from pathlib import Path

import segno

WIDTH, HEIGHT = 640, 480
_QUIET = 4
_TABLE, _PAPER, _INK = 120, 225, 45
# How much of the picture the code fills, and how the camera is held.
_FILLS = 0.86
_ANGLE = math.radians(7)
_LEAN = 0.08


def camera_plays(film: Path) -> tuple[str, ...]:
    """The arguments of a Chromium whose camera plays a film."""
    return ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}")


def camera_sees(film: Path, text: str, *, error: str = "l") -> None:
    """Points the camera whose film this is at a code that says `text`."""
    luminance = picture_of(text, error=error)
    grey = bytes([128]) * (WIDTH * HEIGHT // 2)
    header = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F5:1 Ip A1:1 C420jpeg\n".encode()
    film.write_bytes(header + (b"FRAME\n" + luminance + grey) * 2)


def picture_of(text: str, *, error: str = "l") -> bytes:
    """The light of each pixel, row by row."""
    code = segno.make_qr(text, error=error)
    rows = [[bool(each) for each in row] for row in code.matrix]
    size = len(rows) + 2 * _QUIET
    scale = _FILLS * HEIGHT / size
    turn, tilt = math.cos(_ANGLE), math.sin(_ANGLE)
    light = bytearray()
    for y in range(HEIGHT):
        for x in range(WIDTH):
            depth = 1 + _LEAN * (x / WIDTH - 0.5) + _LEAN * (y / HEIGHT - 0.5)
            right, down = (x - WIDTH / 2) / depth / scale, (y - HEIGHT / 2) / depth / scale
            column = math.floor(turn * right + tilt * down + size / 2) - _QUIET
            row = math.floor(turn * down - tilt * right + size / 2) - _QUIET
            inside = 0 <= row < len(rows) and 0 <= column < len(rows)
            on_paper = max(abs(turn * right + tilt * down), abs(turn * down - tilt * right))
            if inside and rows[row][column]:
                there = _INK
            else:
                there = _PAPER if on_paper < size / 2 else _TABLE
            light.append(int(there * (0.75 + 0.25 * x / WIDTH)))
    return bytes(light)
