"""Tokens for services: client credentials, token exchange, introspection by resource servers."""

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.authentication.makers import ISSUER
from tests.clients.makers import OTHER_SECRET, SECRET, metadata
from tests.oidc.makers import Platform, request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
ORDERS, STOCK, BILLS = (f"https://{name}.example/" for name in ("orders", "stock", "bills"))


@pytest.fixture
async def chain(provider):
    """A shop that calls the order service, which calls the stock service."""
    documents = [
        metadata(
            "shop",
            grant_types=["authorization_code", "refresh_token", "client_credentials", EXCHANGE],
            resources=[ORDERS],
        ),
        metadata(
            "orders",
            redirect_uris=None,
            client_secret=OTHER_SECRET,
            grant_types=["client_credentials", EXCHANGE],
            protected_resource=ORDERS,
            resources=[STOCK, BILLS],
        ),
        metadata(
            "stock",
            redirect_uris=None,
            client_secret=OTHER_SECRET,
            grant_types=[EXCHANGE],
            protected_resource=STOCK,
            resources=[ORDERS, STOCK],
        ),
    ]
    await provider.clients.import_clients(documents, now=provider.clock.now())


def authenticated(provider, client_id):
    platform = Platform(provider, client_id)
    secret = SECRET if client_id == "shop" else OTHER_SECRET

    async def post(path, **form):
        credentials = {"client_id": client_id, "client_secret": secret}
        return await platform.http.post(path, data=credentials | form)

    platform.post = post  # type: ignore[method-assign]  # its secret is not among the makers
    return platform


@pytest.fixture
def shop(provider, chain):
    return authenticated(provider, "shop")


@pytest.fixture
def orders(provider, chain):
    return authenticated(provider, "orders")


@pytest.fixture
def stock(provider, chain):
    return authenticated(provider, "stock")


@pytest.fixture
async def token(browser, shop):
    """The token with which the shop calls the order service."""
    asked = request("shop", resource=ORDERS)
    tokens = await shop.tokens(browser, asked)
    return tokens["access_token"]


async def exchanged(platform, token, to, **changes):
    return await platform.post(
        "/token",
        **{
            "grant_type": EXCHANGE,
            "subject_token": token,
            "subject_token_type": ACCESS_TOKEN,
            "resource": to,
        }
        | changes,
    )


async def claims_of(platform, token):
    keys = KeySet.import_key_set((await platform.http.get("/jwks")).json())
    return jwt.decode(token, keys, algorithms=["ES256"]).claims


async def test_a_client_asks_for_itself(orders, provider):
    response = await orders.post("/token", grant_type="client_credentials", resource=STOCK)
    assert response.status_code == 200
    told = response.json()
    assert "refresh_token" not in told
    assert "id_token" not in told
    claims = await claims_of(orders, told["access_token"])
    assert claims["sub"] == claims["client_id"] == "orders"
    assert claims["aud"] == STOCK
    assert "scope" not in claims
    assert (await orders.introspect(told["access_token"]))["active"]
    await orders.revoke(told["access_token"])
    assert await orders.introspect(told["access_token"]) == {"active": False}


async def test_a_token_without_a_person_opens_nobody(orders):
    response = await orders.post("/token", grant_type="client_credentials")
    answer = await orders.userinfo(response.json()["access_token"])
    assert answer.status_code in {401, 403}


@pytest.mark.parametrize(
    ("client_id", "changes", "error"),
    [
        ("orders", {"scope": "openid"}, "invalid_scope"),
        ("orders", {"resource": "https://elsewhere.example/"}, "invalid_target"),
        ("orders", {"resource": "not a URI"}, "invalid_target"),
        ("stock", {}, "unauthorized_client"),
    ],
)
async def test_what_a_client_may_not_ask_for_itself(provider, chain, client_id, changes, error):
    platform = authenticated(provider, client_id)
    response = await platform.post("/token", grant_type="client_credentials", **changes)
    assert response.status_code == 400
    assert response.json()["error"] == error


async def test_a_service_calls_the_next_one_for_the_same_person(shop, orders, stock, token):
    first = await claims_of(shop, token)
    assert first["aud"] == ORDERS
    response = await exchanged(orders, token, STOCK)
    assert response.status_code == 200, response.text
    told = response.json()
    assert told["issued_token_type"] == ACCESS_TOKEN
    assert "refresh_token" not in told
    second = await claims_of(shop, told["access_token"])
    assert second["sub"] == first["sub"]
    assert second["aud"] == STOCK
    assert second["client_id"] == "orders"
    assert second["act"] == {"sub": "orders"}
    assert second["exp"] == first["exp"]
    onward = await exchanged(stock, told["access_token"], ORDERS)
    third = await claims_of(shop, onward.json()["access_token"])
    assert third["act"] == {"sub": "stock", "act": {"sub": "orders"}}


async def test_a_receipt_is_of_whom_the_person_allowed_it(browser, shop, orders, stock, token):
    """Not for a service further along the chain, nor by a token that is meant for one."""

    async def asks(client, shown):
        headers = {"authorization": f"Bearer {shown}"}
        form = {"reference": "A" * 43}
        return await client.http.post("/receipt", data=form, headers=headers)

    assert (await asks(shop, token)).status_code == 401
    for_itself = await orders.post("/token", grant_type="client_credentials")
    assert (await asks(orders, for_itself.json()["access_token"])).status_code == 401
    onward = await exchanged(orders, token, ISSUER)
    assert onward.status_code == 200, onward.text
    refused = await asks(orders, onward.json()["access_token"])
    assert refused.status_code == 401
    assert "another client" in refused.json()["error_description"]
    # None of it used up what the shop may have.
    own = await exchanged(shop, token, ISSUER)
    assert (await asks(shop, own.json()["access_token"])).status_code == 200


async def test_a_client_narrows_its_own_token(browser, shop):
    wide = (await shop.tokens(browser, request("shop")))["access_token"]
    response = await exchanged(shop, wide, ORDERS, scope="openid")
    claims = await claims_of(shop, response.json()["access_token"])
    assert claims["scope"] == "openid"
    assert claims["aud"] == ORDERS
    assert "act" not in claims


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"subject_token": "x"}, "invalid_request"),
        ({"subject_token": ""}, "invalid_request"),
        ({"subject_token_type": "urn:ietf:params:oauth:token-type:jwt"}, "invalid_request"),
        ({"requested_token_type": "urn:ietf:params:oauth:token-type:saml2"}, "invalid_request"),
        ({"actor_token": "x", "actor_token_type": ACCESS_TOKEN}, "invalid_request"),
        ({"resource": ""}, "invalid_target"),
        ({"resource": "https://elsewhere.example/"}, "invalid_target"),
        ({"audience": "https://elsewhere.example/"}, "invalid_target"),
        ({"scope": "openid age offline_access"}, "invalid_scope"),
    ],
    ids=str,
)
async def test_what_is_not_exchanged(orders, token, changes, error):
    response = await exchanged(orders, token, STOCK, **changes)
    assert response.status_code == 400, response.text
    assert response.json()["error"] == error


async def test_a_stranger_cannot_exchange(stock, token):
    assert (await exchanged(stock, token, ORDERS)).json()["error"] == "invalid_request"


async def test_a_chain_does_not_go_round_for_ever(orders, stock, token):
    seen = []
    for _ in range(4):
        for platform, resource in ((orders, STOCK), (stock, ORDERS)):
            response = await exchanged(platform, token, resource)
            seen.append(response.status_code)
            token = response.json().get("access_token", token)
    assert seen.index(400) == 5


async def test_the_word_of_the_person_holds_along_the_chain(
    provider, browser, shop, orders, stock, token
):
    second = (await exchanged(orders, token, STOCK)).json()["access_token"]
    assert (await stock.introspect(second))["active"]
    async with provider.database.transaction() as tx:
        [row] = (await tx.execute(_people())).all()
        person = await provider.house.subscribers.find(tx, row.id)
        await provider.provider.grants.withdraw(tx, person, "shop")
    assert await stock.introspect(second) == {"active": False}
    assert (await exchanged(orders, token, STOCK)).json()["error"] == "invalid_request"


async def test_the_resource_server_may_ask_about_its_tokens_and_no_others(
    browser, shop, orders, stock, token
):
    told = await orders.introspect(token)
    assert told["active"]
    assert told["aud"] == ORDERS
    assert await stock.introspect(token) == {"active": False}
    elsewhere = (await shop.tokens(browser, request("shop")))["access_token"]
    assert await orders.introspect(elsewhere) == {"active": False}


async def test_introspection_can_be_signed(orders, token, provider):
    response = await orders.http.post(
        "/introspect",
        data={"client_id": "orders", "client_secret": OTHER_SECRET, "token": token},
        headers={"accept": "application/token-introspection+jwt"},
    )
    assert response.headers["content-type"] == "application/token-introspection+jwt"
    keys = KeySet.import_key_set((await orders.http.get("/jwks")).json())
    signed = jwt.decode(response.text, keys, algorithms=["RS256"])
    assert signed.header["typ"] == "token-introspection+jwt"
    assert signed.claims["iss"] == provider.issuer
    assert signed.claims["aud"] == "orders"
    assert signed.claims["token_introspection"]["active"] is True
    assert "sub" not in signed.claims
    assert "exp" not in signed.claims


async def test_a_token_for_a_resource_server_does_not_open_userinfo(shop, token):
    assert (await shop.userinfo(token)).status_code == 401


async def test_a_code_asks_for_fewer_resources_than_were_granted(browser, shop):
    asked = request("shop", resource=ORDERS)
    answer = await browser.authorize(asked)
    code = answer.parameters["code"]
    response = await shop.redeem(asked, code, resource="https://elsewhere.example/")
    assert response.json()["error"] == "invalid_target"


def _people():
    from authsvc.subscribers import store

    return store.subscriber.select()
