import re

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from authsvc.web.static_files import StaticFile, static_files


def test_every_file_is_served_with_its_type_and_may_be_kept(web: TestClient[Litestar]):
    for file in static_files().values():
        answer = web.get(file.address)
        assert answer.content == file.content
        assert answer.headers["content-type"] == file.content_type
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert web.head(file.path).content == b""


def test_the_address_changes_with_the_content():
    assert StaticFile("/a", "t", b"1").address != StaticFile("/a", "t", b"2").address
    assert StaticFile("/a", "t", b"1").address.startswith("/a?v=")


def test_the_style_sheet_refers_to_nothing_elsewhere():
    sheet = static_files()["authsvc.css"].content.decode()
    assert "url(" not in sheet
    assert "@import" not in sheet


def _colours(scheme: str) -> dict[str, str]:
    sheet = static_files()["authsvc.css"].content.decode()
    light, dark = re.findall(r":root \{(.*?)\}", sheet, re.DOTALL)
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light if scheme == "light" else dark))


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return sum(weight * v for weight, v in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _contrast(one: str, other: str) -> float:
    dark, light = sorted([_luminance(one), _luminance(other)])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(scheme: str):
    colour = _colours(scheme)
    for text, ground in [
        ("ink", "sheet"),
        ("ink", "ground"),
        ("ink", "tint"),
        ("quiet", "sheet"),
        ("quiet", "ground"),
        ("quiet", "tint"),
        ("accent", "sheet"),
        ("on-accent", "accent"),
        ("on-accent", "accent-strong"),
        ("alarm", "alarm-tint"),
    ]:
        # WCAG 2.2 success criterion 1.4.3, level AA.
        assert _contrast(colour[text], colour[ground]) >= 4.5, (text, ground)
    # Success criterion 1.4.11: the edge of an input.
    assert _contrast(colour["edge"], colour["sheet"]) >= 3
