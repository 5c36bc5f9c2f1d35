"""The back office, as the hall sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from examples.service_hall.errors import OfficeUnavailable

_SECONDS = 5.0


@dataclass(frozen=True)
class BackOffice:
    """Where it is, and the token that it wants."""

    url: str
    token: str

    async def file(
        self, order: str, services: Sequence[str], *, number: str, name: str, city: str | None
    ) -> list[tuple[str, str]]:
        """Files a case for each service, all or none; (service, reference) of each.

        An order that was filed before gets the same answer. OfficeUnavailable.
        """
        asked = {"order": order, "services": list(services), "number": number, "name": name}
        filed = await self._ask("POST", "/cases", json=asked | ({"city": city} if city else {}))
        return list(filed["references"].items())

    async def steps(self, reference: str) -> list[Mapping[str, Any]]:
        """How far a case is; OfficeUnavailable."""
        return list((await self._ask("GET", f"/cases/{reference}"))["steps"])

    async def _ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self.token}"}
        try:
            async with httpx2.AsyncClient(timeout=_SECONDS, trust_env=False) as client:
                response = await client.request(method, self.url + path, headers=headers, **options)
                found: dict[str, Any] = response.raise_for_status().json()
        except (httpx2.HTTPError, ValueError):
            raise OfficeUnavailable from None
        return found
