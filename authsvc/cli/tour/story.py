"""How the tour speaks: numbered steps, what happened, and what it means."""

import json
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.table import Table


class Story:
    """Prints the tour. Wide enough for a token, plain when it is no terminal."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, width=None)
        self._step = 0

    def title(self, text: str) -> None:
        """The head of the tour."""
        self._console.print(Panel(text, expand=False))

    def step(self, text: str) -> None:
        """A new step."""
        self._step += 1
        self._console.print(f"\n[bold cyan]{self._step}.[/] [bold]{text}[/]")

    def says(self, text: str) -> None:
        """What happened."""
        self._console.print(f"   {text}", markup=False)

    def good(self, text: str) -> None:
        """What was proved."""
        self._console.print(f"   [green]✓[/] {text}")

    def beside(self, seen: dict[str, Any], unseen: dict[str, str]) -> None:
        """What the platform sees, beside what it does not."""
        table = Table(show_lines=False, expand=False)
        table.add_column("the platform sees (decoded ID token)", overflow="fold")
        table.add_column("the platform does not see", overflow="fold")
        left = json.dumps(seen, indent=1, ensure_ascii=False)
        right = "\n".join(f"{what}: {value}" for what, value in unseen.items())
        table.add_row(left, right)
        self._console.print(table)
