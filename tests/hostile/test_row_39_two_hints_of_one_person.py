"""Row 39: a platform knows somebody by a pseudonym and would like to know their sign-in name."""

import pytest

from tests.oidc.backchannel_makers import approvals, call, handles, register_all
from tests.oidc.makers import Platform, request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


@pytest.fixture
async def bank(provider):
    await register_all(provider)
    return Platform(provider, "bank")


async def test_a_share_that_was_used_up_by_id_token_says_nothing_of_a_name(bank, browser):
    """Five requests by the person's ID token, so that the bank has had its share; then two names.

    The person's own name and one that nobody has are answered alike.
    """
    hint = (await bank.tokens(browser, request("bank")))["id_token"]
    for _ in range(5):
        assert (await call(bank, login_hint="", id_token_hint=hint)).status_code == 200
    answers = [await call(bank, login_hint=name) for name in ("zhang", "nobody-at-all")]
    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].json().keys() == answers[1].json().keys()


async def test_two_hints_do_not_give_a_platform_two_shares_of_a_persons_list(bank, browser):
    """Five by name and five by ID token: all are taken, and the person is shown five."""
    hint = (await bank.tokens(browser, request("bank")))["id_token"]
    for _ in range(5):
        assert (await call(bank)).status_code == 200
        assert (await call(bank, login_hint="", id_token_hint=hint)).status_code == 200
    response, _ = await approvals(browser)
    assert len(handles(response)) == 5
