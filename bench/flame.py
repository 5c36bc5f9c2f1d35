"""What the code flow spends its time on: samples of the running code, drawn as a flame graph.

    python -m bench.flame [--seconds N] [--out FILE]

The flow runs inside this process, so that sockets and the kernel are not in the picture. Widths are
shares of processor time; each box is a function, and stands on the one that called it.
"""

import argparse
import asyncio
import signal
import tempfile
import time
from collections import Counter
from html import escape
from pathlib import Path
from types import FrameType
from typing import Self

from bench.in_process import inside
from bench.works import code_flow

_EVERY_SECONDS = 0.001
_WIDTH, _HEIGHT, _LEAST = 1200, 17, 0.3
_ROOT = Path(__file__).parent.parent
_COLOURS = {"authsvc": "#2f8f78", "bench": "#c9d3d9"}
_LIBRARY = "#d9a441"

Stack = tuple[str, ...]


class Sampler:
    """Notes where the program is, each millisecond of processor time."""

    def __init__(self) -> None:
        self.stacks: Counter[Stack] = Counter()

    def __enter__(self) -> Self:
        signal.signal(signal.SIGPROF, self._note)
        signal.setitimer(signal.ITIMER_PROF, _EVERY_SECONDS, _EVERY_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _note(self, _: int, frame: FrameType | None) -> None:
        stack = []
        while frame is not None:
            name = _name(frame)
            if name == "bench/in_process:Inside.ask":
                break  # What lies further out is the bench.
            stack.append(name)
            frame = frame.f_back
        if frame is not None:
            self.stacks[tuple(reversed(stack))] += 1


def _name(frame: FrameType) -> str:
    file = Path(frame.f_code.co_filename)
    inside = file.is_relative_to(_ROOT) and ".venv" not in file.parts
    place = str(file.relative_to(_ROOT).with_suffix("")) if inside else file.stem
    return f"{place}:{frame.f_code.co_qualname}"


def draw(stacks: Counter[Stack], title: str) -> str:
    """The flame graph (SVG): callers below, callees above, in the order of their names."""
    total = sum(stacks.values())
    boxes: list[str] = []
    deepest = max((len(stack) for stack in stacks), default=0)

    def lay(found: Counter[Stack], depth: int, left: float) -> None:
        groups: dict[str, Counter[Stack]] = {}
        for stack, count in found.items():
            if stack:
                groups.setdefault(stack[0], Counter())[stack[1:]] += count
        for name, inner in sorted(groups.items()):
            count = sum(inner.values())
            width = _WIDTH * count / total
            if width >= _LEAST:
                y = (deepest - depth) * _HEIGHT + 10
                boxes.append(_box(name, left, y, width, 100 * count / total))
                lay(inner, depth + 1, left)
            left += width

    lay(stacks, 1, 0.0)
    height = deepest * _HEIGHT + 40
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img"'
        f' aria-label="{escape(title)}"><style>text{{font:11px sans-serif;fill:#10201c}}</style>'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(boxes)}'
        f'<text x="4" y="{height - 8}">{escape(title)}</text></svg>\n'
    )


def _box(name: str, left: float, y: float, width: float, share: float) -> str:
    room = name.partition("/")[0]
    colour = _COLOURS.get(room, _LIBRARY)
    short = name.rpartition(":")[2]
    text = ""
    if width > 30:
        text = f'<text x="{left + 3:.1f}" y="{y + 12}">{escape(short[: int(width / 6.2)])}</text>'
    return (
        f'<g><title>{escape(name)} {share:.1f} %</title><rect x="{left:.1f}" y="{y}"'
        f' width="{max(width - 0.5, 0.2):.1f}" height="{_HEIGHT - 1}" fill="{colour}"/>{text}</g>'
    )


async def _sample(place: Path, seconds: float) -> tuple[Counter[Stack], int]:
    async with inside(place) as (connection, server, cookies):
        work = code_flow(server, cookies)
        for _ in range(200):
            await work(connection)
        done, ends = 0, time.perf_counter() + seconds
        with Sampler() as sampler:
            while time.perf_counter() < ends:
                await work(connection)
                done += 1
        return sampler.stacks, done


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m bench.flame", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--out", type=Path, default=Path("bench/results/flame.svg"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="authsvc-bench-") as place:
        stacks, done = asyncio.run(_sample(Path(place), arguments.seconds))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    each = 1e6 * arguments.seconds / done
    title = f"the code flow inside the process: {done} flows, {each:.0f} microseconds each"
    arguments.out.write_text(draw(stacks, title))
    print(f"{title}; {arguments.out}")


if __name__ == "__main__":
    main()
