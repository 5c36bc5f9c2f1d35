"""Row 25: a proof is replayed after the memory of proofs was flooded."""

from datetime import timedelta

import pytest

from tests.oidc.makers import request

_AS_LONG_AS_A_PROOF = timedelta(seconds=100)


@pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
async def test_ten_thousand_proofs_do_not_wash_an_old_one_back_in(strict, browser, provider):
    """A genuine proof, then 10 000 others of the same key, then the first again: refused."""
    token = (await strict.tokens(browser))["access_token"]
    made = strict.proof("GET", "/userinfo", access_token=token)
    assert (await strict.userinfo(token, dpop=made)).status_code == 200
    for number in range(10_000):
        await provider.house.ephemeral.claim(
            "dpop-proof", f"{strict.dpop_key.thumbprint()}.{number}", lifetime=_AS_LONG_AS_A_PROOF
        )
    assert (await strict.userinfo(token, dpop=made)).status_code == 401


async def test_a_flood_of_requests_does_not_either(strict, browser):
    """The same through the endpoint, 300 proofs: every one counts once, the first is refused."""
    token = (await strict.tokens(browser))["access_token"]
    first = strict.proof("GET", "/userinfo", access_token=token)
    assert (await strict.userinfo(token, dpop=first)).status_code == 200
    for _ in range(300):
        assert (await strict.userinfo(token)).status_code == 200
    assert (await strict.userinfo(token, dpop=first)).status_code == 401


async def test_what_is_remembered_passes_away(strict, browser, time_passes):
    """A proof is remembered for as long as it could be used, and not for ever; then it is stale."""
    token = (await strict.tokens(browser))["access_token"]
    first = strict.proof("GET", "/userinfo", access_token=token)
    assert (await strict.userinfo(token, dpop=first)).status_code == 200
    for seconds in (30, 29, 2, 60):
        await time_passes(seconds=seconds)
        assert (await strict.userinfo(token, dpop=first)).status_code == 401
    assert (await strict.push(request("fapi"))).status_code == 201
