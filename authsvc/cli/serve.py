"""`authsvc serve`: the service, on Granian. `app.from_environment` is plain ASGI for any server."""

import asyncio
import os
import socket
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import rich_click as click

from authsvc.cli.options import config_option
from authsvc.errors import Conflict, Text
from authsvc.settings import Settings, SettingsInvalid, load_settings

# A request in flight at shutdown gets this long to end.
_GRACE_SECONDS = 10


class PortTaken(Conflict):
    """Another program listens at this address."""

    code = "serve.port_taken"
    title = Text("端口已被占用", "The address cannot be used")
    next_step = Text(
        "请结束占用该端口的程序，或使用 --port 指定其他端口",
        "End the program that listens there, or choose another with --port",
    )


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
    rehearse(settings)
    if config is not None:
        os.environ["AUTHSVC_CONFIG"] = str(config.absolute())
    run_server("authsvc.app:from_environment", host=host, port=port, workers=workers)


def rehearse(settings: Settings) -> None:
    """Opens everything once, so that a mistake is said here in words and not by each worker.

    In a process of its own: what stays here for as long as there are workers, to look after them,
    needs nothing of the service, and so holds a fifth of the memory.
    """
    with ProcessPoolExecutor(max_workers=1) as apart:
        apart.submit(_open_and_close, settings).result()


def _open_and_close(settings: Settings) -> None:
    asyncio.run(_try_everything(settings))


async def _try_everything(settings: Settings) -> None:
    from authsvc.app import open_house
    from authsvc.storage.migrations import require_current

    house = open_house(settings)
    try:
        await require_current(house.database)
        await house.ephemeral.ping()
    finally:
        await house.close()


def require_free_port(host: str, port: int) -> None:
    """PortTaken if somebody listens there; the server itself would share the port with them."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(field="port", log=f"{host}:{port}: {error.strerror}") from None


def run_server(target: str, *, host: str, port: int, workers: int = 1) -> None:
    """Serves an ASGI factory until a signal ends it; PortTaken."""
    require_free_port(host, port)
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
