"""Becomes gunicorn, which serves the application."""

import os
import sys

# Python runs on one processor at a time, and nothing here waits for anything: one worker, and with
# it one memory, and one thread, which is as fast as four.
_THREADS = "1"


def main() -> None:
    """Serves until a signal comes."""
    command = [
        sys.executable,
        *("-m", "gunicorn", "bench.peers.flask.app:create()"),
        *("--bind", f"127.0.0.1:{os.environ['BENCH_PORT']}"),
        *(
            "--workers",
            "1",
            "--worker-class",
            "gthread",
            "--threads",
            os.environ.get("BENCH_THREADS", _THREADS),
        ),
        # A client under load keeps its connections, also over a pause.
        *("--keep-alive", "75", "--log-level", "warning", "--no-control-socket"),
    ]
    os.execv(sys.executable, command)  # noqa: S606  no shell is meant


if __name__ == "__main__":
    main()
