"""Flows of clients that are written in JavaScript: one process each, which asks for what it needs.

It writes a line of JSON for everything that somebody else has to do, and is answered with a line:

    {"act": "visits", "with": [...]}   the person, the platform's server
    {"seen": ...}                      the end: what the flow found out
    {"failed": "..."}                  the end: why it did not get there
"""

import json
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

Acts = Mapping[str, Callable[..., Any]]

_SECONDS = 40


def run_flow(directory: Path, script: str, flow: str, about: object, acts: Acts) -> Any:
    """What a flow saw; the test fails with the client's own words if the client is not content."""
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            ["node", "conversation.mjs", script, flow],
            cwd=directory,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        patience = threading.Timer(_SECONDS, process.kill)
        patience.start()
        with process:
            try:
                return _converse(process, about, acts, errors)
            finally:
                patience.cancel()
                process.kill()


def _converse(process: subprocess.Popen[str], about: object, acts: Acts, errors: Any) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None

    def tell(message: object) -> None:
        assert process.stdin is not None
        process.stdin.write(json.dumps(message) + "\n")
        process.stdin.flush()

    tell(about)
    for line in process.stdout:
        said = json.loads(line)
        if "seen" in said:
            return said["seen"]
        if "failed" in said:
            pytest.fail(said["failed"], pytrace=False)
        tell(acts[said["act"]](*said["with"]))
    errors.seek(0)
    pytest.fail(f"no answer in {_SECONDS} s: {errors.read()}", pytrace=False)
