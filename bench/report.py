"""What was measured, told: a table to read, JSON to keep, and the raw samples."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.goals import Row
from bench.measure import Measured

_COLUMNS = ("work", "storage", "workers", "ours", "peer", "theirs", "ratio", "goal", "")


def show(rows: Sequence[Row], console: Console) -> None:
    """The table: every comparison, and whether its goal was met."""
    table = Table(*_COLUMNS, title="ours beside the peers, in one run")
    for row in rows:
        table.add_row(
            row.work,
            row.storage,
            str(row.workers),
            f"{_number(row.value)} {row.unit}",
            row.peer or "",
            _number(row.peer_value),
            "" if row.ratio is None else f"{row.ratio:.2f}",
            row.goal or "",
            {None: "", True: "[green]met[/]", False: "[red]missed[/]"}[row.met],
        )
    console.print(table)


def write_rows(rows: Sequence[Row], file: Path) -> None:
    """The comparisons as a JSON array."""
    file.write_text(json.dumps([_rounded(row) for row in rows], indent=1) + "\n")


def write_samples(measured: Sequence[Measured], machine: Mapping[str, Any], file: Path) -> None:
    """Every load of every round, and on what machine."""
    samples = [
        {
            "work": each.kind,
            "subject": each.subject.title,
            "samples": [asdict(sample) for sample in each.samples],
        }
        for each in measured
    ]
    file.write_text(json.dumps({"machine": machine, "measured": samples}, indent=1) + "\n")


def _rounded(row: Row) -> dict[str, Any]:
    return {
        name: float(f"{value:.4g}") if isinstance(value, float) else value
        for name, value in asdict(row).items()
    }


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}".replace(",", " ") if value >= 100 else f"{value:.3g}"
