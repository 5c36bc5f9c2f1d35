import base64
from urllib.parse import quote, quote_plus

import pytest

from authsvc.clients import Clients
from authsvc.clients.authentication import ClientAuthentication
from authsvc.clients.errors import ClientCredentialsAmbiguous, ClientNotAuthenticated
from authsvc.web.http import Headers, HTTPRequest
from tests.clients.makers import OTHER_SECRET, SECRET, metadata, public_metadata

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
async def authentication(database, now):
    clients = Clients(database)
    await clients.import_clients(
        [
            metadata("default"),
            metadata("basic", token_endpoint_auth_method="client_secret_basic"),
            metadata("post", token_endpoint_auth_method="client_secret_post"),
            metadata(
                "odd id:!", redirect_uris=["https://odd.example/"], client_secret=OTHER_SECRET
            ),
            public_metadata("spa"),
        ],
        now=now,
    )
    return ClientAuthentication(clients)


@pytest.fixture
def authenticate(authentication, now):
    async def attempt(*, authorization=None, **form):
        headers = [] if authorization is None else [(b"authorization", authorization.encode())]
        request = HTTPRequest("POST", "/token", headers=Headers(headers))
        return await authentication.authenticate(request, form, now=now)

    return attempt


def basic(client_id, secret, *, encode=quote_plus):
    pair = f"{encode(client_id)}:{encode(secret)}".encode()
    return "Basic " + base64.b64encode(pair).decode()


def raw(text):
    return text


@pytest.mark.parametrize("encode", [quote_plus, quote, raw])
@pytest.mark.parametrize("client_id", ["default", "basic"])
async def test_basic_is_understood_encoded_and_not(authenticate, encode, client_id):
    header = basic(client_id, SECRET, encode=encode)
    assert (await authenticate(authorization=header)).client_id == client_id


async def test_the_scheme_is_read_in_any_case(authenticate):
    header = basic("basic", SECRET).replace("Basic", "bAsIc")
    assert (await authenticate(authorization=header)).client_id == "basic"


async def test_the_client_id_may_stand_in_the_body_as_well(authenticate):
    header = basic("basic", SECRET)
    found = await authenticate(authorization=header, client_id="basic")
    assert found.client_id == "basic"


async def test_an_odd_client_id_is_found_encoded_and_not(authenticate):
    for encode in (quote_plus, quote):
        header = basic("odd id:!", OTHER_SECRET, encode=encode)
        assert (await authenticate(authorization=header)).client_id == "odd id:!"


@pytest.mark.parametrize("client_id", ["default", "post"])
async def test_the_body_is_for_who_registered_it_or_nothing(authenticate, client_id):
    found = await authenticate(client_id=client_id, client_secret=SECRET)
    assert found.client_id == client_id


async def test_a_public_client_only_names_itself(authenticate):
    assert (await authenticate(client_id="spa")).client_id == "spa"


@pytest.mark.parametrize(
    "attempt",
    [
        pytest.param({}, id="nothing at all"),
        pytest.param({"client_id": "nobody"}, id="an unknown client"),
        pytest.param({"client_id": "basic"}, id="no secret"),
        pytest.param({"client_id": "default"}, id="no secret where no method is registered"),
        pytest.param({"client_id": "basic", "client_secret": SECRET}, id="body for header"),
        pytest.param({"authorization": basic("post", SECRET)}, id="header for body"),
        pytest.param({"client_id": "post", "client_secret": SECRET[:-1]}, id="a wrong secret"),
        pytest.param({"client_id": "post", "client_secret": ""}, id="an empty secret"),
        pytest.param({"client_id": "spa", "client_secret": ""}, id="a public client's secret"),
        pytest.param({"authorization": basic("spa", "")}, id="a public client in the header"),
        pytest.param({"authorization": basic("basic", OTHER_SECRET)}, id="another's secret"),
        pytest.param({"authorization": basic("nobody", SECRET)}, id="unknown in the header"),
        pytest.param(
            {"authorization": basic("basic", SECRET), "client_id": "default"}, id="two clients"
        ),
        pytest.param({"authorization": "Basic"}, id="no credentials"),
        pytest.param({"authorization": "Basic !!!"}, id="no base64"),
        pytest.param({"authorization": "Basic /////w=="}, id="no UTF-8"),
        pytest.param({"authorization": "Basic YmFzaWM="}, id="no colon"),
        pytest.param({"authorization": "Bearer abc"}, id="another scheme"),
        pytest.param({"client_id": "basic", "client_assertion": "x"}, id="an assertion"),
        pytest.param({"client_assertion_type": "x", "client_id": "spa"}, id="an assertion's type"),
    ],
)
async def test_everything_else_is_refused_alike(authenticate, attempt):
    with pytest.raises(ClientNotAuthenticated) as caught:
        await authenticate(**attempt)
    assert SECRET not in str(caught.value)
    assert caught.value.field is None


@pytest.mark.parametrize("second", ["client_secret", "client_assertion"])
async def test_two_methods_at_once_are_refused(authenticate, second):
    with pytest.raises(ClientCredentialsAmbiguous):
        await authenticate(authorization=basic("default", SECRET), **{second: "x"})
