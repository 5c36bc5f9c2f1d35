"""The embedded form of a department: the simulated one in the same process."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from authsvc.attributes.errors import DepartmentUnavailable
from authsvc.attributes.simulated.department import SimulatedDepartment
from authsvc.errors import AuthsvcError, NotFound


class EmbeddedTransport:
    """Hands messages over as they are, signed and all."""

    def __init__(self, department: SimulatedDepartment) -> None:
        self.department = department

    async def send(self, path: str, message: str) -> bytes | None:
        """What it answers to a signed message; None for 404. DepartmentUnavailable."""
        try:
            match path:
                case "/queries":
                    return (await self.department.answer(message)).encode("ascii")
                case "/links/opening":
                    return msgspec.json.encode(await self.department.open_link(message))
                case "/links":
                    await self.department.link(message)
                case _:
                    await self.department.end_link(message)
        except NotFound:
            return None
        except (AuthsvcError, OSError) as error:
            raise DepartmentUnavailable(log=type(error).__name__) from None
        return b""

    async def jwks(self, *, now: datetime) -> Mapping[str, Any]:
        """Its keys."""
        return self.department.jwks()
