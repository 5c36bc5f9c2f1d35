"""The bench: ourselves and the peers on the same work, in one run.

    make bench                                  everything, at most an hour
    make bench ARGS="--quick --json FILE"       a look, at most five minutes

Servers listen on loopback alone; every load is bounded in time and connections. The table says for
each goal whether it was met; `bench/results/` keeps the raw samples, the rows and a drawing.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from bench import alone, goals, growth, installing
from bench.deployments import Deployments
from bench.drawing import draw
from bench.goals import AT_LEAST, AT_MOST, Row
from bench.machine import Processors, describe, processors
from bench.measure import Extent, Measured, stay_on, take_turns
from bench.peers import PEERS
from bench.plan import CODE_FLOW, KINDS, Kind
from bench.report import show, write_rows, write_samples
from bench.stores import stores
from bench.subject import PRODUCTION, Subject

# So long after somebody agreed to something SQL is asked about them (`storage.remembered`).
_SETTLE_SECONDS = 125
_WORKER_MEMORY = 120.0
_TWO_WORKERS = 1.8
_APPLICANTS_A_SECOND = 40
# Of the table, where no terminal says how wide it is.
_WIDTH = 150


@dataclass(frozen=True)
class Size:
    """How much is done, and for whom."""

    extent: Extent
    peers: tuple[str, ...]
    everywhere: bool
    """whether two workers, and every peer, do every work; if not, the code flow alone"""
    many: int
    verification_rounds: int
    strangers: int
    known: int
    """of how many the register's feed tells something"""


QUICK = Size(
    extent=Extent(rounds=3, seconds=0.5, warm_up=0.15),
    peers=("node", "flask", "raw"),
    everywhere=False,
    many=50_000,
    verification_rounds=11,
    strangers=10_000,
    known=300,
)
FULL = Size(
    extent=Extent(rounds=5, seconds=2.5, warm_up=0.5),
    peers=tuple(peer.name for peer in PEERS),
    everywhere=True,
    many=10_000_000,
    verification_rounds=41,
    strangers=50_000,
    known=2_000,
)
# Whom the goals speak of.
_ALWAYS = ("authsvc", "node", "raw")


class Bench:
    """One run."""

    def __init__(self, size: Size, only: list[str], out: Path) -> None:
        self._size = size
        self._kinds = [kind for kind in KINDS if not only or kind.name in only]
        self._out = out
        self._began = time.monotonic()
        self._console = Console(stderr=True)
        self._processors: Processors = processors()
        self._rows: list[Row] = []
        self._measured: list[Measured] = []

    def run(self) -> list[Row]:
        """Everything; the rows, which are also shown and kept."""
        self._out.mkdir(parents=True, exist_ok=True)
        installing.python_packages(self._out)
        machine = describe(installing.PYTHON)
        self.say(", ".join(f"{name} {value}" for name, value in machine.items()))
        stay_on(self._processors.load)
        with ExitStack() as until:
            place = Path(until.enter_context(tempfile.TemporaryDirectory(prefix="authsvc-bench-")))
            servers = until.enter_context(stores(self._processors.stores))
            deployments = Deployments(place, self._processors, servers, until, self.say)
            try:
                self._measure(deployments)
            finally:
                # What was measured in most of an hour is not lost with what fails after it.
                write_samples(self._measured, machine, self._out / "samples.json")
                write_rows(self._rows, self._out / "rows.json")
        draw(self._measured, self._out / "rates.svg")
        show(self._rows, Console(width=_WIDTH if not sys.stdout.isatty() else None))
        return self._rows

    def _measure(self, deployments: Deployments) -> None:
        with ExitStack() as until:
            # First, as filling takes long; it comes of age while others are looked at.
            among = self._populated(deployments, until)
            of_age = time.monotonic() + growth.OF_AGE_SECONDS
            subjects = [
                *deployments.ours(self._applicants()),
                *deployments.peers(self._size.peers),
            ]
            for subject in subjects:
                self.say(f"{subject.title}: people sign in and agree")
                subject.settle()
            settled = time.monotonic()
            loads = self._measure_loads(subjects, at_rest=False)
            self._compare_growth(among, of_age=of_age)
        if any(kind.at_rest for kind in self._kinds):
            self._wait_until(settled + _SETTLE_SECONDS)
        loads += self._measure_loads(subjects, at_rest=True)
        self._tell_workers(loads)
        self._measure_alone()

    def say(self, text: str) -> None:
        """One line of progress, with the time that has passed."""
        self._console.print(f"{time.monotonic() - self._began:6.0f} s  {text}", highlight=False)

    def _measure_loads(self, subjects: list[Subject], *, at_rest: bool) -> list[Measured]:
        """The works for which nothing may have changed lately, or the others."""
        loads: list[Measured] = []
        for kind in (kind for kind in self._kinds if kind.at_rest is at_rest):
            asked = [subject for subject in subjects if self._does(subject, kind)]
            measured = take_turns(kind, asked, self._size.extent, say=self.say)
            loads += measured
            self._measured += measured
            self._rows += goals.compared(measured)
        return loads

    def _does(self, subject: Subject, kind: Kind) -> bool:
        """Whether somebody takes part in a kind of work."""
        if kind.ours_alone and subject.name != "authsvc":
            return False
        always = subject.name in _ALWAYS and subject.workers == 1
        return self._size.everywhere or always or kind.name == CODE_FLOW

    def _applicants(self) -> int:
        """As many as could opt in while it is looked at."""
        extent = self._size.extent
        if not any(kind.name == "enrollment" for kind in self._kinds):
            return 0
        a_round = extent.seconds * extent.slow + extent.warm_up
        return int(extent.rounds * a_round * _APPLICANTS_A_SECOND)

    def _wait_until(self, moment: float) -> None:
        if (seconds := moment - time.monotonic()) > 0:
            self.say(f"waiting {seconds:.0f} s until nothing has changed for a while")
            time.sleep(seconds)

    def _tell_workers(self, loads: Sequence[Measured]) -> None:
        """What one worker takes, and what a second one brings."""
        flows = [
            each for each in loads if each.kind == CODE_FLOW and each.subject.name == "authsvc"
        ]
        for each in flows:
            worker = max(sample.resident for sample in each.samples) / alone.MEGABYTE
            self._rows.append(
                Row(
                    "memory of a worker after the code flow",
                    each.subject.storage,
                    each.subject.workers,
                    worker,
                    "MB",
                    goal=f"{AT_MOST} {_WORKER_MEMORY:g}",
                    met=worker <= _WORKER_MEMORY,
                )
            )
        flows = [each for each in flows if each.subject.storage == PRODUCTION]
        if len(flows) == 2:
            self._rows.append(self._two_workers(*flows))

    def _two_workers(self, one: Measured, two: Measured) -> Row:
        """By the clock where both have cores for themselves, else by the processor time they take.

        On two cores the second worker shares its core with the load and the stores: then what two
        cores could do is told by what an operation costs, with one worker and with two.
        """
        if self._processors.apart:
            return goals.row_of(
                "two workers beside one",
                value=two.rate,
                unit="1/s",
                peer="one worker",
                peer_value=one.rate,
                way=AT_LEAST,
                goal=_TWO_WORKERS,
                storage=PRODUCTION,
                workers=2,
            )
        return goals.row_of(
            "two workers beside one, by processor time",
            value=2e6 / two.cpu,
            unit="1/s",
            peer="one worker",
            peer_value=1e6 / one.cpu,
            way=AT_LEAST,
            goal=_TWO_WORKERS,
            storage=PRODUCTION,
            workers=2,
        )

    def _measure_alone(self) -> None:
        self.say("the offline verifier, the password hash, a long status list, the register's feed")
        self._rows.append(alone.offline_verification(self._size.verification_rounds))
        sign_ins = [each for each in self._measured if each.kind == "password sign-in"]
        if sign_ins:
            self._rows.append(alone.password_hash(sign_ins[0].rate))
        self._rows.append(alone.status_list())
        self._rows += alone.register_feed(strangers=self._size.strangers, known=self._size.known)

    def _populated(self, deployments: Deployments, until: ExitStack) -> list[growth.Grown]:
        """Few people and many, each in a deployment of their own; none without the code flow."""
        if not any(kind.name == CODE_FLOW for kind in self._kinds):
            return []
        return growth.populated(deployments, self._processors, self._size.many, until, self.say)

    def _compare_growth(self, among: list[growth.Grown], *, of_age: float) -> None:
        """The code flow among few people and among many."""
        if among:
            self._wait_until(of_age)
            measured, row = growth.compared(among, self._size.extent, self.say)
            self._measured += measured
            self._rows.append(row)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="at most five minutes")
    parser.add_argument("--json", type=Path, help="where the rows go as well")
    parser.add_argument("--many", type=int, help="subscribers of the large deployment")
    parser.add_argument("--out", type=Path, default=Path("bench/results"))
    names = [kind.name for kind in KINDS]
    parser.add_argument("--only", action="append", default=[], choices=names, metavar="WORK")
    arguments = parser.parse_args()
    size = QUICK if arguments.quick else FULL
    if arguments.many is not None:
        size = replace(size, many=arguments.many)
    bench = Bench(size, arguments.only, arguments.out)
    rows = bench.run()
    if arguments.json is not None:
        write_rows(rows, arguments.json)
    missed = [row for row in rows if row.met is False]
    print(f"{sum(row.met is True for row in rows)} goals met, {len(missed)} missed")


if __name__ == "__main__":
    main()
