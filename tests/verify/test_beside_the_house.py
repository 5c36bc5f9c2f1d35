"""The verifier is for platforms: it brings nothing of the service with it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = (
    "litestar sqlalchemy redis structlog joserfc aiosqlite asyncpg alembic granian jinja2 argon2"
    " httpx2 click rich asyncio"
)
PROGRAM = f"""
import sys
import authsvc.verify
print(*sorted(name for name in {HEAVY.split()!r} if name in sys.modules))
print(*sorted(name for name in sys.modules if name.startswith("authsvc")))
"""


def test_importing_it_imports_nothing_of_the_service():
    command = [sys.executable, "-I", "-c", f"import sys; sys.path[0:0] = [{str(ROOT)!r}]{PROGRAM}"]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    heavy, ours = ran.stdout.splitlines()
    assert heavy == ""
    rooms = {name.split(".")[1] for name in ours.split() if "." in name}
    assert rooms == {"verify", "algorithms", "errors", "identifiers"}
