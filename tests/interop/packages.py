"""What other people wrote in JavaScript, installed by npm beside the tests that run it."""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

from tests.services import missing

FOLDER = Path(__file__).parent


def installed_packages() -> Path:
    """The folder with the packages, installed; skips loudly without Node."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        missing("no Node: node and npm are not on the path")
    # Several workers may come here at once; one of them installs.
    with (FOLDER / "package.json").open() as manifest:
        fcntl.flock(manifest, fcntl.LOCK_EX)
        if not _installed_since(manifest.fileno()):
            subprocess.run(
                ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund"],
                cwd=FOLDER,
                check=True,
                capture_output=True,
                timeout=300,
            )
    return FOLDER


def _installed_since(manifest: int) -> bool:
    # npm writes this file last.
    installed = FOLDER / "node_modules" / ".package-lock.json"
    return installed.exists() and installed.stat().st_mtime >= os.fstat(manifest).st_mtime
