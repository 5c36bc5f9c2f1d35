"""The measurements drawn: bars of one kind of work below each other, the spread as a line (SVG)."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from bench.measure import Measured

_WIDTH, _LABEL, _BAR, _GAP, _HEAD = 980, 330, 16, 5, 30
_OURS, _THEIRS, _LINE = "#1f6f5c", "#b8c4cc", "#33414a"


def draw(measured: Sequence[Measured], file: Path) -> None:
    """One group of bars for each kind of work, longest first."""
    parts: list[str] = []
    y = 10
    for kind in dict.fromkeys(each.kind for each in measured):
        group = [each for each in measured if each.kind == kind]
        parts.append(f'<text x="10" y="{y + 16}" class="head">{escape(kind)}</text>')
        y += _HEAD
        for each in sorted(group, key=lambda one: -one.rate):
            parts += _bar(each, y, most=max(one.spread[1] for one in group))
            y += _BAR + _GAP
        y += 12
    style = (
        "text{font:12px sans-serif;fill:#33414a}.head{font-weight:bold;font-size:14px}"
        ".n{text-anchor:start}.l{text-anchor:end}"
    )
    file.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" width="{_WIDTH}"'
        f' role="img" aria-label="operations a second, ours beside the peers">'
        f'<style>{style}</style><rect width="100%" height="100%" fill="#fff"/>'
        + "".join(parts)
        + "</svg>\n"
    )


def _bar(each: Measured, y: int, *, most: float) -> list[str]:
    scale = (_WIDTH - _LABEL - 120) / most
    length = each.rate * scale
    slowest, fastest = (_LABEL + rate * scale for rate in each.spread)
    colour = _OURS if each.subject.name == "authsvc" else _THEIRS
    middle, base = y + _BAR / 2, y + _BAR - 4
    rate = f"{each.rate:,.0f}".replace(",", " ") if each.rate >= 10 else f"{each.rate:.2g}"
    title = escape(each.subject.title)
    return [
        f'<text class="l" x="{_LABEL - 8}" y="{base}">{title[:58]}</text>',
        f'<rect x="{_LABEL}" y="{y}" width="{length:.1f}" height="{_BAR}" fill="{colour}"/>',
        (
            f'<line x1="{slowest:.1f}" x2="{fastest:.1f}" y1="{middle}" y2="{middle}"'
            f' stroke="{_LINE}" stroke-width="2"/>'
        ),
        f'<text class="n" x="{max(_LABEL + length, fastest) + 6:.1f}" y="{base}">{rate}/s</text>',
    ]
