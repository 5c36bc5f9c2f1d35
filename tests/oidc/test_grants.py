import asyncio

from authsvc.oidc import store
from tests.oidc.makers import Browser, request


async def rows(provider, table):
    async with provider.database.reading() as tx:
        return (await tx.execute(table.select())).all()


async def test_a_grant_is_one_row_however_often_it_is_given(provider, browser):
    for scope in ("openid", "openid age", "openid"):
        await browser.authorize(request(scope=scope, prompt="consent"))
    assert len(await rows(provider, store.consent)) == 1
    response = await browser.get("/authorize", **request(scope="openid age").parameters)
    assert response.headers["location"].startswith("https://platform-a.example/")


async def test_two_approvals_at_once_are_one_grant(provider):
    browsers = [Browser(provider) for _ in range(4)]
    await asyncio.gather(*(each.authorize(request()) for each in browsers))
    assert len(await rows(provider, store.consent)) == 1


async def test_neither_grants_nor_families_name_the_platform(provider, browser, platform):
    await platform.tokens(browser)
    for table in (store.consent, store.refresh_family):
        (row,) = await rows(provider, table)
        for value in row:
            assert b"platform" not in (value if isinstance(value, bytes) else str(value).encode())


async def test_a_familys_row_cannot_be_laid_beside_its_token(provider, browser, platform):
    token = (await platform.tokens(browser))["refresh_token"]
    family, _, secret = token.partition(".")
    (row,) = await rows(provider, store.refresh_family)
    assert family not in repr(row)
    assert bytes.fromhex(family) not in (row.id, row.secret_digest)
    assert secret not in repr(row)


async def test_a_withdrawn_grant_is_asked_for_again(provider, browser):
    subscriber = await provider.person("wang")
    await browser.authorize(request(), username="wang")
    async with provider.database.transaction() as tx:
        await provider.provider.grants.withdraw(tx, subscriber, "platform-a")
    assert await rows(provider, store.consent) == []
    _, page = await browser.follow(await browser.get("/authorize", **request().parameters))
    assert "approve" in page.buttons


async def test_leaving_takes_grants_and_families_along(provider, browser, platform):
    subscriber = await provider.person("wang")
    await platform.tokens(browser, username="wang")
    async with provider.database.transaction() as tx:
        await provider.house.subscribers.erase(tx, subscriber.id)
    assert await rows(provider, store.consent) == []
    assert await rows(provider, store.refresh_family) == []


async def test_a_grant_that_covers_less_than_was_authorized_is_not_enough(
    provider, browser, platform, now
):
    subscriber = await provider.person("wang")
    tokens = await platform.tokens(browser, username="wang")
    grants = provider.provider.grants
    async with provider.database.transaction() as tx:
        await grants.withdraw(tx, subscriber, "platform-a")
        await grants.remember(tx, subscriber, client_id="platform-a", scopes=("openid",), now=now)
    assert (await platform.userinfo(tokens["access_token"])).status_code == 401
    assert (await platform.refresh(tokens["refresh_token"])).status_code == 400
