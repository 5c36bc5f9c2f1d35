"""Which platforms share a bucket: for wallets that fetch, and for everybody who wants to see.

Platforms are registered in public; that one of them is somebody's is nowhere to be seen. A wallet
looks up its platform here by itself, so that nobody learns which one it is about to use.
"""

from datetime import datetime

from authsvc.issuance.datasets import Datasets
from authsvc.web.http import HTTPRequest, HTTPResponse, json_response

_CACHEABLE = (("cache-control", "public, max-age=60"),)


class PlatformsEndpoint:
    """`GET /credentials/platforms`."""

    def __init__(self, datasets: Datasets) -> None:
        self._datasets = datasets

    async def answer(self, _: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """Every bucket; the platforms in the order in which their keys are proved."""
        buckets = await self._datasets.buckets(now=now)
        listed = [
            {"credential_identifier": identifier, "platforms": platforms}
            for identifier, platforms in buckets.items()
        ]
        return json_response(200, {"buckets": listed}, _CACHEABLE)
