"""How the hall and its back office are served: on loopback, until they are told to end."""

import asyncio
import signal
import time
from collections.abc import Callable

from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar


def present() -> int:
    """The machine's time in seconds; everywhere else time is an argument."""
    return int(time.time())  # noqa: TID251 - the one place that asks the machine


async def serve(site: Litestar, *, port: int, ready: Callable[[], None]) -> None:
    """Serves on loopback until SIGTERM or SIGINT."""
    server = Server(
        site, address="127.0.0.1", port=port, interface=Interfaces.ASGI, log_enabled=False
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    loop.call_soon(ready)
    await server.serve()
