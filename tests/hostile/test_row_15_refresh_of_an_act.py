"""Row 15: an act that a person allowed once (RFC 9396) is asked for again by a refresh."""

import json
from typing import Any

import pytest

from tests.oidc.front_makers import register, signing
from tests.oidc.jwt_makers import unverified
from tests.oidc.makers import Platform, request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)

ACTS: list[dict[str, Any]] = [
    {"type": "identity_check", "purpose": "an artificial purpose", "valid_for": 60},
    {"type": "service_case", "case_id": "2026-0001", "action": "sign"},
]


async def test_a_refresh_weeks_after_an_act_was_allowed(provider, browser, clock):
    """The person allowed one signature and one check; twenty days later the platform refreshes.

    The first token carries both, the refreshed one neither.
    """
    document = signing(
        grant_types=["authorization_code", "refresh_token"],
        authorization_details_types=[act["type"] for act in ACTS],
    )
    await register(provider, document)
    hall = Platform(provider, "signer")
    tokens = await hall.tokens(browser, request("signer", authorization_details=json.dumps(ACTS)))
    assert tokens["authorization_details"] == ACTS
    clock.advance(days=20)
    again = (await hall.refresh(tokens["refresh_token"])).json()
    assert "authorization_details" not in again
    assert "authorization_details" not in unverified(again["access_token"])
