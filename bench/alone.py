"""What needs no server: the verifier, the password hash, a status list, the register's feed."""

import json
import subprocess
import time

import argon2

from authsvc.authentication.password import OWASP
from bench import verification
from bench.feed import A_SECOND
from bench.goals import AT_LEAST, AT_MOST, Row, row_of
from bench.installing import PYTHON, ROOT
from bench.subject import PASSWORD

MEGABYTE = 1_000_000
_ENTRIES = 100_000_000
_WITHDRAWN = 0.001
# Read in a process of its own, whose whole memory counts.
_STATUS_LIST = f"""
import json, random, time
from datetime import UTC, datetime
from authsvc.certificates.status_list import StatusList, TokenStatus
from authsvc.certificates.status_token import signed_token
from authsvc.keyring.signing import SigningKey, new_private_key
began = time.perf_counter()
found = StatusList({_ENTRIES})
draw = random.Random(1).randrange
withdrawn = range(int({_ENTRIES} * {_WITHDRAWN}))
found.mark((draw({_ENTRIES}) for _ in withdrawn), TokenStatus.INVALID)
key = SigningKey(new_private_key("ES256"), alg="ES256")
now = datetime.now(UTC)
length = len(signed_token(found, uri="https://id.example/status-lists/0", key=key, now=now))
seconds = time.perf_counter() - began
status = open("/proc/self/status").read()
peak = int(status.partition("VmHWM:")[2].split()[0]) * 1024
print(json.dumps([seconds, length, peak]))
"""
_MOST_MEMORY = 120 * MEGABYTE
# Ten times a year's average, all of them of people who are known.
_BAD_DAY = 10


def offline_verification(rounds: int) -> Row:
    """An ID token checked by our verifier, beside its bare signature."""
    cost = verification.measure(rounds)
    return row_of(
        "offline verification of an ID token",
        value=cost.whole,
        unit="us",
        peer="the bare ECDSA verification",
        peer_value=cost.bare,
        way=AT_MOST,
        goal=verification.GOAL,
    )


def password_hash(sign_ins: float) -> Row:
    """How many passwords one core can hash, beside how many people it signs in."""
    hasher = argon2.PasswordHasher(
        time_cost=OWASP.iterations, memory_cost=OWASP.memory_kib, parallelism=OWASP.lanes
    )
    began, count = time.perf_counter(), 20
    for _ in range(count):
        hasher.hash(PASSWORD)
    rate = count / (time.perf_counter() - began)
    return Row(
        "password sign-in, of which Argon2id (19 MiB, t=2, p=1)",
        "none",
        1,
        sign_ins,
        "1/s",
        "the hash alone",
        rate,
        sign_ins / rate,
    )


def status_list() -> Row:
    """A list of 10^8 entries, one in a thousand withdrawn: packed, compressed, within a worker."""
    told = subprocess.run(
        [PYTHON, "-c", _STATUS_LIST], capture_output=True, text=True, check=True, cwd=ROOT
    )
    _, _, peak = json.loads(told.stdout)
    return Row(
        "status list of 10^8 entries: memory of its process",
        "none",
        1,
        peak / MEGABYTE,
        "MB",
        goal=f"{AT_MOST} {_MOST_MEMORY / MEGABYTE:g}",
        met=peak <= _MOST_MEMORY,
    )


def register_feed(*, strangers: int, known: int) -> list[Row]:
    """The feed followed by one process, beside what happens to all cards of the nation."""
    counts = ["--strangers", str(strangers), "--known", str(known)]
    told = subprocess.run(
        [PYTHON, "-m", "bench.feed", "--json", *counts],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return [
        row_of(
            f"register's feed, events of {whom}",
            value=rate,
            unit="1/s",
            peer="all cards of the nation",
            peer_value=A_SECOND,
            way=AT_LEAST,
            goal=_BAD_DAY,
            storage=storage,
        )
        for storage, *rates in json.loads(told.stdout.splitlines()[-1])
        for whom, rate in zip(("strangers", "people known"), rates, strict=True)
    ]
