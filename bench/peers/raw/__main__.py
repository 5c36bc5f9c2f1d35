"""Serves the application as `authsvc serve` would."""

import os

from authsvc.cli.serve import run_server


def main() -> None:
    """Serves until a signal comes."""
    port = int(os.environ["BENCH_PORT"])
    run_server("bench.peers.raw.app:create", host="127.0.0.1", port=port)


if __name__ == "__main__":
    main()
