"""Row 53: a maker of signing keys is killed (SIGKILL) again and again; the ring opens each time."""

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

from authsvc.keyring import KeyRing
from authsvc.keyring.signing_keys import PURPOSE
from tests.makers import NOW

ROTATIONS = 6


def test_keys_that_were_made_are_there_and_nothing_of_one_that_was_not(
    key_directory: Path, tmp_path: Path
) -> None:
    """Whoever makes signing keys is killed again and again; the service opens each time."""
    directory = tmp_path / "keys"
    shutil.copytree(key_directory, directory)
    rng = random.Random(53)  # noqa: S311 - an order that can be repeated
    made: set[str] = set()
    there: set[str] = set()
    for _ in range(ROTATIONS):
        made |= killed_after(rng.randrange(1, 12), rng.random() / 100, directory)
        signers = KeyRing.open(directory).signers(PURPOSE)
        there = {key.kid for key in signers.stages(now=NOW) if key.alg == "ES256"}
        assert made <= there
    # One for each that was killed before it could say so, and the one of the beginning.
    assert len(there) <= len(made) + ROTATIONS + 1


def killed_after(keys: int, seconds: float, directory: Path) -> set[str]:
    """The names of those of which it was said that they are made."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.hostile.key_rotator", str(directory)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(keys)]
    time.sleep(seconds)
    process.kill()
    rest, _ = process.communicate(timeout=30)
    said += [line for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    assert process.returncode < 0
    return {line.strip() for line in said}
