"""The processes of the tour: started on loopback, waited for, ended by their own id."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx2

from authsvc.errors import AuthsvcError, Text

_START_SECONDS = 30.0
_STOP_SECONDS = 15.0
_LOOPBACK = "127.0.0.1"


class ServerDidNotStart(AuthsvcError):
    """A process of the tour ended, or did not answer in time."""

    code = "demo.server_did_not_start"
    title = Text("演示所需的进程未能启动", "A process of the demo did not start")
    next_step = Text("请查看日志文件", "Look into the log file")


class Server:
    """One process that serves HTTP on loopback; its output goes to a file."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        url: str,
        ready: str,
        log: Path,
        root: Path,
        environment: Mapping[str, str],
    ) -> None:
        self.name = name
        self.url = url
        self._command = [sys.executable, "-m", *command]
        self._ready = url + ready
        self._log = log
        self._root = root
        self._environment = {**_without_settings(), **environment, "PYTHONUNBUFFERED": "1"}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and returns when it answers; ServerDidNotStart if it does not."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own modules, no shell
                self._command,
                cwd=self._root,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ServerDidNotStart(field=self.name, log=str(self._log))
            time.sleep(0.1)

    def stop(self) -> None:
        """Ends it, with its children, and returns when it is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        for way in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, way)
                process.wait(_STOP_SECONDS)
            except ProcessLookupError:
                process.wait()
            except subprocess.TimeoutExpired:
                continue
            return

    def _answers(self) -> bool:
        try:
            return httpx2.get(self._ready, timeout=2, trust_env=False).is_success
        except httpx2.HTTPError:
            return False


def choose_port(preferred: int) -> int:
    """The preferred port if it is free, else one that is."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_LOOPBACK, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServerDidNotStart(log="no port is free")


def _without_settings() -> dict[str, str]:
    """The environment, less settings meant for another service on this machine."""
    return {key: value for key, value in os.environ.items() if not key.startswith("AUTHSVC_")}
