"""A server under measurement: a process (with children) on processors of its own.

What it used is read from /proc: the operating system's own account, for the whole family.
"""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_START_SECONDS = 90
_STOP_SECONDS = 10
_TICKS = os.sysconf("SC_CLK_TCK")
_OURS = ("AUTHSVC_", "BENCH_")


class ServerFailed(Exception):
    """A server did not start; the message ends with what it said."""


@dataclass(frozen=True)
class Used:
    """What a family of processes has used: processor seconds, and memory now and at its peak."""

    cpu_seconds: float
    resident: tuple[int, ...]
    """octets, one number for each process, the largest first"""


class Process:
    """One server. `ready` is a URL that answers 200 when it serves."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        ready: str,
        log: Path,
        processors: frozenset[int],
        directory: Path | None = None,
    ) -> None:
        self._command = list(command)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        self._environment = {**kept, **environment}
        self._ready = ready
        self._log = log
        self._processors = processors
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and returns when it answers; ServerFailed."""
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                cwd=self._directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        # Its threads and children inherit this; nothing has been started that early.
        os.sched_setaffinity(self._process.pid, self._processors)
        until = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise ServerFailed(f"{self._command}: {self._log.read_text()[-2000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Ends it, with its children, and returns when it is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        for way in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, way)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_STOP_SECONDS)
                return

    @property
    def used(self) -> Used:
        """What it has used until now."""
        assert self._process is not None
        family = _family(self._process.pid)
        return Used(
            cpu_seconds=sum(_cpu_seconds(pid) for pid in family),
            resident=tuple(sorted((_resident(pid) for pid in family), reverse=True)),
        )

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self._ready, timeout=2) as answer:  # noqa: S310 - loopback
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def _family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found, asked = [pid], [pid]
    while asked:
        parent = asked.pop()
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            with suppress(OSError):
                born = [int(each) for each in task.read_text().split()]
                found += born
                asked += born
    return found


def _cpu_seconds(pid: int) -> float:
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        # utime, stime, and those of children that have ended (proc(5), fields 14 to 17).
        return sum(int(each) for each in fields[11:15]) / _TICKS
    return 0.0


def _resident(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return 0
