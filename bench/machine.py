"""The machine under the measurement: which processors do what, and which Python is measured."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_VERSIONS = ("3.11", "3.12", "3.13", "3.14")
# Another interpreter is taken only if it is clearly quicker than the one we run on.
_CLEARLY = 0.9
_TRIALS = 3
_TRIAL = """
import time
def work():
    seen = {}
    for number in range(20000):
        seen[number % 100] = str(number) + "x"
        (lambda a, b=2: a + b)(number)
best = 9.0
for _ in range(15):
    began = time.perf_counter()
    work()
    best = min(best, time.perf_counter() - began)
print(best)
"""


@dataclass(frozen=True)
class Processors:
    """Who runs where: a server on one core, or two workers on two; the load and the stores apart.

    `apart` is false on a machine so small that the second worker shares its core with the load.
    """

    server: frozenset[int]
    two_workers: frozenset[int]
    load: frozenset[int]
    stores: frozenset[int]

    @property
    def apart(self) -> bool:
        """Whether two workers have two cores for themselves."""
        return self.two_workers.isdisjoint(self.load | self.stores)


def processors() -> Processors:
    """The division of the processors that this process may use; two are the least."""
    mine = sorted(os.sched_getaffinity(0))
    if len(mine) < 2:
        raise SystemExit("the bench needs two processors: one for the server, one for the load")
    first, second = mine[:2]
    load = mine[2] if len(mine) > 2 else second
    stores = mine[3] if len(mine) > 3 else load
    return Processors(
        server=frozenset({first}),
        two_workers=frozenset({first, second}),
        load=frozenset({load}),
        stores=frozenset({stores}),
    )


def fastest_python() -> Path:
    """The interpreter that everything in Python is measured on, ourselves and the peers alike.

    One that was built without optimisation is up to half as slow again, and nobody deploys it. All
    are tried in turns, several times: a moment in which the machine is busy decides nothing.
    """
    here = Path(sys.executable)
    seconds = dict.fromkeys([here, *_further_pythons(here)], float("inf"))
    for _ in range(_TRIALS):
        for python in seconds:
            seconds[python] = min(seconds[python], _seconds(python))
    best = min(seconds, key=lambda python: seconds[python])
    return best if seconds[best] < seconds[here] * _CLEARLY else here


def _further_pythons(here: Path) -> Iterator[Path]:
    """Each once, whatever names it has, and only what runs."""
    known = {here.resolve()}
    for version in _VERSIONS:
        for folder in os.environ.get("PATH", "").split(os.pathsep):
            found = shutil.which(f"python{version}", path=folder)
            if found is None or Path(found).resolve() in known:
                continue
            known.add(Path(found).resolve())
            if _seconds(Path(found)) < float("inf"):
                yield Path(found)


def describe(python: Path) -> dict[str, Any]:
    """What a reader of the numbers must know of the machine."""
    model = ""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    version = subprocess.run([python, "--version"], capture_output=True, text=True, check=True)
    node = shutil.which("node")
    return {
        "processor": model,
        "processors": len(os.sched_getaffinity(0)),
        "system": platform.platform(),
        "python": version.stdout.strip(),
        "node": _told([node, "--version"]) if node else None,
    }


def _seconds(python: Path) -> float:
    """How long a little work takes; endless for an interpreter that does not run."""
    told = _told([str(python), "-I", "-c", _TRIAL])
    return float(told) if told else float("inf")


def _told(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.stdout.strip() if done.returncode == 0 else ""
