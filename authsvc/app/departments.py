"""The departments that the settings name, or, in a sandbox that names none, simulated ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import httpx2

from authsvc.attributes import DEPARTMENTS, Department, Departments, Kind
from authsvc.attributes.http_transport import HTTPTransport
from authsvc.attributes.simulated.department import SimulatedDepartment
from authsvc.attributes.simulated.transport import EmbeddedTransport
from authsvc.clock import Clock
from authsvc.keyring import KeyRing
from authsvc.settings import Settings, SettingsInvalid

BELOW = "/departments"
"""Where a sandbox publishes the keys of its own departments."""


@dataclass(frozen=True)
class OpenDepartments:
    """All of them; `simulated` are those that live under this roof."""

    departments: Departments
    simulated: Mapping[str, SimulatedDepartment]

    @classmethod
    def open(
        cls, settings: Settings, client: httpx2.AsyncClient, keyring: KeyRing, clock: Clock
    ) -> Self:
        """SettingsInvalid for a department that there is not."""
        named: dict[str, Any] = {"service": settings.issuer, "keys": keyring.signing}
        if unknown := settings.departments.keys() - DEPARTMENTS.keys():
            raise SettingsInvalid(field=f"departments.{min(unknown)}", log="no such department")
        if settings.departments or not settings.sandbox:
            outside = [
                Department(
                    DEPARTMENTS[each], url=at.url, transport=HTTPTransport(at.url, client), **named
                )
                for each, at in settings.departments.items()
            ]
            return cls(Departments(outside), {})
        simulated = {
            each.id: _simulated(each, settings, keyring, clock) for each in DEPARTMENTS.values()
        }
        inside = [
            Department(each.kind, url=each.url, transport=EmbeddedTransport(each), **named)
            for each in simulated.values()
        ]
        return cls(Departments(inside), simulated)


def _simulated(
    kind: Kind, settings: Settings, keyring: KeyRing, clock: Clock
) -> SimulatedDepartment:
    async def service_keys() -> dict[str, list[dict[str, str]]]:
        return keyring.signing.public_jwks(now=clock.now())

    return SimulatedDepartment(
        kind,
        settings.data_directory / "departments" / kind.id,
        url=f"{settings.issuer}{BELOW}/{kind.id}",
        service=settings.issuer,
        service_keys=service_keys,
        clock=clock,
    )
