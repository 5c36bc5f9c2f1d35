"""Other people's clients, run beside the service."""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.services import missing

INTEROP = Path(__file__).parent


@pytest.fixture(scope="session")
def node_directory() -> Path:
    """The folder whose scripts Node runs, its packages installed; skips loudly without Node."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        missing("no Node: node and npm are not on the path")
    # Several workers may come here at once; one of them installs.
    with (INTEROP / "package.json").open() as manifest:
        fcntl.flock(manifest, fcntl.LOCK_EX)
        if not _installed_since(manifest.fileno()):
            subprocess.run(
                ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund"],
                cwd=INTEROP,
                check=True,
                capture_output=True,
                timeout=300,
            )
    return INTEROP


def _installed_since(manifest: int) -> bool:
    # npm writes this file last.
    installed = INTEROP / "node_modules" / ".package-lock.json"
    return installed.exists() and installed.stat().st_mtime >= os.fstat(manifest).st_mtime
