"""`authsvc serve`: the service, on Granian. `app.from_environment` is plain ASGI for any server."""

import os
from pathlib import Path

import rich_click as click

from authsvc.cli.options import config_option
from authsvc.settings import SettingsInvalid, load_settings

# A request in flight at shutdown gets this long to end.
_GRACE_SECONDS = 10


@click.command()
@config_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
def serve(config: Path | None, host: str, port: int, workers: int) -> None:
    """Serve the service. Needs keys (`authsvc keys init`) and a schema (`authsvc db upgrade`)."""
    settings = load_settings(config)
    if workers > 1 and not settings.redis_url:
        raise SettingsInvalid(field="redis_url", log="several workers share sessions in Redis")
    if config is not None:
        os.environ["AUTHSVC_CONFIG"] = str(config.absolute())
    run_server("authsvc.app:from_environment", host=host, port=port, workers=workers)


def run_server(target: str, *, host: str, port: int, workers: int = 1) -> None:
    """Serves an ASGI factory until a signal ends it."""
    from granian import Granian
    from granian.constants import Interfaces, Loops

    Granian(
        target,
        factory=True,
        address=host,
        port=port,
        workers=workers,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        log_access=False,
        websockets=False,
        workers_kill_timeout=_GRACE_SECONDS,
    ).serve()
