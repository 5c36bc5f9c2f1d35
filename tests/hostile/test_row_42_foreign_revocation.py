"""Row 42: revoking somebody else's token is answered 200, and the token is untouched."""

import pytest

from tests.oidc.makers import Platform


@pytest.mark.parametrize("thief_id", ["platform-b", "plain", "spa"])
@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "nonsense"])
async def test_a_foreign_token_is_untouched(provider, browser, platform, thief_id, hint):
    """Both tokens of platform-a, sent to be revoked by another client, with any hint."""
    tokens, thief = await platform.tokens(browser), Platform(provider, thief_id)
    form = {} if hint is None else {"token_type_hint": hint}
    unknown = await thief.revoke("unknown", **form)
    for name in ("access_token", "refresh_token"):
        response = await thief.revoke(tokens[name], **form)
        assert response.status_code == 200
        assert (response.content, response.headers) == (unknown.content, unknown.headers)
    assert (await platform.userinfo(tokens["access_token"])).status_code == 200
    assert (await platform.refresh(tokens["refresh_token"])).status_code == 200


async def test_a_stranger_revokes_nothing(browser, platform):
    """Without a client: 401, and the token lives."""
    tokens = await platform.tokens(browser)
    response = await platform.http.post("/revoke", data={"token": tokens["refresh_token"]})
    assert response.status_code == 401
    assert (await platform.refresh(tokens["refresh_token"])).status_code == 200
