"""What the peers are made of, installed beside them and nowhere else.

Each installation remembers the digest of what it was made from, so that the next one is quick.
"""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

_HERE = Path(__file__).parent
_BENCH = _HERE.parent
_NODE = _HERE / "node"
_VENV = _BENCH / ".venv"
_READY = ".ready"
# What oidc-provider is made for is newer (it says so when it starts); it runs from here on.
_OLDEST_NODE = 20

PEER_PYTHON = _VENV / "bin" / "python"


class NotInstalled(Exception):
    """Something could not be installed; the message says where the log is."""


def python_packages(logs: Path) -> None:
    """Django, Flask and theirs in bench/.venv, as pinned with their hashes; NotInstalled."""
    wanted = _BENCH / "requirements.txt"
    if _is_ready(_VENV, wanted):
        return
    log = logs / "peers-python.log"
    _run([sys.executable, "-m", "venv", "--clear", str(_VENV)], log)
    pip = [str(PEER_PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # The file names everything, as in the Makefile.
    _run([*pip, "--no-deps", "--require-hashes", "-r", str(wanted)], log)
    _mark_ready(_VENV, wanted)


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


def _is_ready(folder: Path, made_from: Path) -> bool:
    mark = folder / _READY
    return mark.exists() and mark.read_text() == _digest(made_from)


def _mark_ready(folder: Path, made_from: Path) -> None:
    (folder / _READY).write_text(_digest(made_from))


def _digest(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()
