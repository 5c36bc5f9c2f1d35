"""`authsvc serve` as processes: what is left when it ends."""

from pathlib import Path

import httpx2
import pytest

from tests.hostile.running import running


@pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
async def test_every_request_has_its_line_when_the_service_ends(
    storage_urls: tuple[str, str], tmp_path: Path
) -> None:
    """The last of them are asked just before the end, so that their lines still wait."""
    async with running(*storage_urls, tmp_path) as service:
        with httpx2.Client(base_url=service.url, trust_env=False) as client:
            for _ in range(100):
                assert client.get("/jwks").status_code == 200
    assert (tmp_path / "service.log").read_text().count('"route":"/jwks"') == 100
