"""What is measured, installed beside the bench and nowhere else: the peers, and ourselves.

Each installation remembers the digest of what it was made from, so that the next one is quick.
"""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from bench.machine import fastest_python

_BENCH = Path(__file__).parent
_NODE = _BENCH / "peers" / "node"
_VENV = _BENCH / ".venv"
_READY = ".ready"
# What oidc-provider is made for is newer (it says so when it starts); it runs from here on.
_OLDEST_NODE = 20

ROOT = _BENCH.parent
PYTHON = _VENV / "bin" / "python"
"""the interpreter that everything in Python is measured on"""


class NotInstalled(Exception):
    """Something could not be installed; the message says where the log is."""


def python_packages(logs: Path) -> None:
    """Our own packages, Django, Flask and theirs in bench/.venv, as pinned; NotInstalled."""
    wanted = [ROOT / "requirements.txt", _BENCH / "requirements.txt"]
    if _is_ready(_VENV, *wanted):
        return
    log = logs / "python.log"
    _run([str(fastest_python()), "-m", "venv", "--without-pip", "--clear", str(_VENV)], log)
    pip = [sys.executable, "-m", "pip", "--python", str(PYTHON), "--disable-pip-version-check"]
    # The files name everything, as in the Makefile.
    for file in wanted:
        _run([*pip, "install", "--no-deps", "--require-hashes", "-r", str(file)], log)
    _mark_ready(_VENV, *wanted)


def node_modules(logs: Path) -> None:
    """oidc-provider and its own in bench/peers/node/node_modules; NotInstalled."""
    wanted, modules = _NODE / "package.json", _NODE / "node_modules"
    if _is_ready(modules, wanted):
        return
    npm = shutil.which("npm") or "npm"
    # A lock file would record where each package was downloaded from, which differs by machine.
    install = [npm, "install", "--no-package-lock", "--no-audit", "--no-fund"]
    _run([*install, "--prefix", str(_NODE)], logs / "peers-node.log")
    _mark_ready(modules, wanted)


def node() -> Path:
    """Where Node.js is."""
    return Path(shutil.which("node") or "node")


def why_not_node() -> str | None:
    """Why nothing can be run on Node.js here, None if it can."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "node or npm is not on the path"
    told = subprocess.run([node(), "--version"], capture_output=True, text=True, check=False)
    version = told.stdout.strip()
    major = version.removeprefix("v").partition(".")[0]
    if not major.isdigit() or int(major) < _OLDEST_NODE:
        return f"Node.js {_OLDEST_NODE} or newer is needed, this is {version or 'unknown'}"
    return None


def why_not_python() -> str | None:
    """Why no further environment can be made here, None if it can."""
    if sys.platform == "win32":
        return "gunicorn does not run on Windows"
    return None


def _run(command: Sequence[str], log: Path) -> None:
    with log.open("a") as output:
        done = subprocess.run(command, stdout=output, stderr=output, check=False)
    if done.returncode:
        raise NotInstalled(f"{' '.join(command[:4])} ... failed; what it said is in {log}")


def _is_ready(folder: Path, *made_from: Path) -> bool:
    mark = folder / _READY
    return mark.exists() and mark.read_text() == _digest(made_from)


def _mark_ready(folder: Path, *made_from: Path) -> None:
    (folder / _READY).write_text(_digest(made_from))


def _digest(files: Sequence[Path]) -> str:
    return sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()
