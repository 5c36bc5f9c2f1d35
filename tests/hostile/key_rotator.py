"""A process that makes one signing key after the other, to be killed by a test."""

import sys
from pathlib import Path

from authsvc.keyring import KeyRing, rotation
from tests.makers import NOW


def rotate_for_ever(directory: Path) -> None:
    """Says of each key that it is made."""
    keyring = KeyRing.open(directory)
    while True:
        made = rotation.replace_at_once(keyring, "ES256", revoke=False, now=NOW)
        sys.stdout.write(f"{made.kid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    rotate_for_ever(Path(sys.argv[1]))
