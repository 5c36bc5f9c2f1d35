"""`python -m examples.social_platform.duty`: what an auditor is handed, a line for each account.

No handle, no pseudonym, no salt: `examples.auditor` reads it.
"""

import json
from contextlib import closing
from pathlib import Path

import click

from examples.social_platform.database import open_database
from examples.social_platform.receipts import Receipts


@click.command()
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="The SQLite file of the platform.",
)
def main(*, data: Path) -> None:
    """Prints reference and receipt of every verified account, as JSON lines."""
    with closing(open_database(data)) as connection:
        for each in Receipts(connection).for_auditor():
            click.echo(json.dumps(each))


if __name__ == "__main__":
    main()
