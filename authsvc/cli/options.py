"""Options that several commands share."""

from pathlib import Path

import rich_click as click

config_option = click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="AUTHSVC_CONFIG",
    help="Settings in TOML; AUTHSVC_* variables go before it.",
)
