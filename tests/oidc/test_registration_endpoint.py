"""Registration over the network (RFC 7591, RFC 7592), as a platform's developer meets it."""

from functools import partial

import pytest

from tests.clients.makers import SECRET
from tests.clients.signer import Signer
from tests.oidc.makers import SECRETS, Platform, request
from tests.oidc.registrars import HOME, LEAST, Registrar, issued, update


@pytest.fixture
def issue(provider):
    return partial(issued, provider)


@pytest.fixture
async def registrar(provider):
    return await Registrar.of(provider)


async def test_a_registration_is_answered_with_everything_that_is_registered(registrar, clock):
    response = await registrar.register(LEAST | {"client_name": "店铺", "unknown": 1})
    assert response.status_code == 201
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    found = response.json()
    assert found["redirect_uris"] == [HOME + "/callback"]
    assert found["client_name"] == "店铺"
    assert found["token_endpoint_auth_method"] == "client_secret_basic"
    assert found["grant_types"] == ["authorization_code"]
    assert found["response_types"] == ["code"]
    assert found["id_token_signed_response_alg"] == "RS256"
    assert found["subject_type"] == "pairwise"
    assert found["client_id_issued_at"] == int(clock.now().timestamp())
    assert found["client_secret_expires_at"] == 0
    assert len(found["client_secret"]) >= 43
    assert found["registration_client_uri"] == (
        f"{registrar.provider.issuer}/register/{found['client_id']}"
    )
    assert "unknown" not in found


async def test_a_registered_client_carries_somebody_to_their_tokens(
    registrar, browser, provider, monkeypatch
):
    found = await registrar.registered(client_id="platform-a", client_secret=SECRET)
    assert found["client_id"] != "platform-a"
    assert found["client_secret"] != SECRET
    monkeypatch.setitem(SECRETS, found["client_id"], found["client_secret"])
    asked = request(found["client_id"], redirect_uri=HOME + "/callback")
    platform = Platform(provider, found["client_id"])
    assert (await platform.tokens(browser, asked))["id_token"]


async def test_two_registrations_are_two_clients(registrar):
    one, two = [await registrar.registered() for _ in range(2)]
    for member in ("client_id", "client_secret", "registration_access_token"):
        assert one[member] != two[member]


WITHOUT_SECRET = {
    "public": {"token_endpoint_auth_method": "none"},
    "its own key": {"token_endpoint_auth_method": "private_key_jwt", "jwks": Signer().jwks},
    "a certificate": {
        "token_endpoint_auth_method": "tls_client_auth",
        "tls_client_auth_san_dns": "shop.example",
    },
    "strict": {
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": Signer().jwks,
        "profile": "fapi2",
    },
}


@pytest.mark.parametrize("members", WITHOUT_SECRET.values(), ids=[*WITHOUT_SECRET])
async def test_a_secret_is_made_only_for_who_uses_one(registrar, members):
    found = await registrar.registered(**members)
    assert "client_secret" not in found
    assert "client_secret_expires_at" not in found


async def test_the_names_of_logout_and_of_third_party_sign_in_are_answered(registrar):
    members = {
        "initiate_login_uri": HOME + "/begin",
        "post_logout_redirect_uris": [HOME + "/bye"],
        "backchannel_logout_uri": HOME + "/back",
        "frontchannel_logout_uri": HOME + "/front",
    }
    found = await registrar.registered(**members)
    assert found | members == found


REDIRECT, METADATA = "invalid_redirect_uri", "invalid_client_metadata"
WRONG = {
    "no redirect URI": (REDIRECT, {"redirect_uris": []}),
    "a fragment": (REDIRECT, {"redirect_uris": [HOME + "/callback#fragment"]}),
    "http": (REDIRECT, {"redirect_uris": ["http://shop.example/"]}),
    "a number for a list": (REDIRECT, {"redirect_uris": 7}),
    "http to begin with": (METADATA, {"initiate_login_uri": "http://shop.example/begin"}),
    "http after all": (METADATA, {"post_logout_redirect_uris": ["http://shop.example/"]}),
    "a private key": (METADATA, {"jwks": {"keys": [Signer().private_jwk]}}),
    "a strict public client": (
        METADATA,
        {"token_endpoint_auth_method": "none", "profile": "fapi2"},
    ),
    "a number for resources": (METADATA, {"resources": 7}),
    "no signature": (METADATA, {"id_token_signed_response_alg": "none"}),
    "a statement": ("invalid_software_statement", {"software_statement": "e30.e30."}),
}


@pytest.mark.parametrize(("error", "members"), WRONG.values(), ids=[*WRONG])
async def test_what_is_wrong_has_the_word_of_the_specification(registrar, error, members):
    response = await registrar.register(LEAST | members)
    assert response.status_code == 400
    found = response.json()
    assert found["error"] == error
    assert next(iter(members)) in found["error_description"]
    assert not {'"', "\\"} & set(found["error_description"])


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'"text"', "application/json"),
        (b'{"a": 1, "a": 2}', "application/json"),
        (b"{}", "application/x-www-form-urlencoded"),
        (b"\xff", "application/json"),
    ],
)
async def test_a_body_that_is_no_document_is_refused(registrar, body, content_type):
    headers = {"authorization": f"Bearer {registrar.token}", "content-type": content_type}
    response = await registrar.http.post("/register", content=body, headers=headers)
    assert response.status_code == 400
    assert response.json()["error"] in ("invalid_request", "invalid_client_metadata")


async def test_a_registration_is_read_as_it_stands(registrar):
    found = await registrar.registered(client_name="店铺")
    response = await registrar.manage(found)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    told = dict(found)
    for member in ("client_secret", "client_secret_expires_at"):
        del told[member]
    assert response.json() == told


async def test_an_update_replaces_everything_and_keeps_id_and_secret(registrar, provider):
    found = await registrar.registered(client_name="店铺", logo_uri=HOME + "/logo.png")
    before = await provider.client(found["client_id"])
    response = await registrar.manage(
        found, "PUT", update(found, client_name="商店", logo_uri=None, scope="openid")
    )
    assert response.status_code == 200
    told = response.json()
    assert told["client_name"] == "商店"
    assert told["scope"] == "openid"
    assert "logo_uri" not in told
    assert "client_secret" not in told
    after = await provider.client(found["client_id"])
    assert after.name == "商店"
    assert after.secret_digest == before.secret_digest
    assert (await registrar.manage(found)).json() == told


async def test_an_update_to_a_method_with_a_secret_brings_one(registrar):
    found = await registrar.registered(token_endpoint_auth_method="none")
    method = {"token_endpoint_auth_method": "client_secret_basic"}
    told = (await registrar.manage(found, "PUT", update(found, **method))).json()
    assert len(told["client_secret"]) >= 43
    assert told["client_secret_expires_at"] == 0
    away = update(told, token_endpoint_auth_method="none")
    assert "client_secret" not in (await registrar.manage(found, "PUT", away)).json()
    back = update(told, client_secret=None, **method)
    anew = (await registrar.manage(found, "PUT", back)).json()
    assert anew["client_secret"] != told["client_secret"]


@pytest.mark.parametrize(
    "members",
    [
        {"client_id": "platform-a"},
        {"client_id": None},
        {"client_secret": "another secret than the client's own"},
        {"client_secret": 7},
        {"registration_access_token": "x"},
        {"registration_client_uri": "https://id.example/register/x"},
        {"client_secret_expires_at": 0},
        {"client_id_issued_at": 0},
        {"redirect_uris": ["javascript:alert(1)"]},
    ],
    ids=str,
)
async def test_an_update_that_is_not_right_changes_nothing(registrar, provider, members):
    found = await registrar.registered()
    before = await provider.client(found["client_id"])
    response = await registrar.manage(found, "PUT", update(found, **members))
    assert response.status_code == 400
    assert response.json()["error"] in ("invalid_client_metadata", "invalid_redirect_uri")
    provider.clients.forget()
    assert await provider.client(found["client_id"]) == before


async def test_an_update_must_be_an_object(registrar):
    found = await registrar.registered()
    assert (await registrar.manage(found, "PUT", [])).status_code == 400


async def test_a_client_that_is_deleted_is_gone_and_its_token_with_it(registrar, provider, now):
    found = await registrar.registered()
    assert await provider.client(found["client_id"])
    response = await registrar.manage(found, "DELETE")
    assert response.status_code == 204
    assert response.content == b""
    assert await provider.clients.find(found["client_id"], now=now) is None
    for method in ("GET", "PUT", "DELETE"):
        document = update(found) if method == "PUT" else None
        assert (await registrar.manage(found, method, document)).status_code == 401


async def test_a_client_that_an_operator_disables_manages_nothing(registrar, provider, now):
    found = await registrar.registered()
    await provider.clients.disable(found["client_id"], now=now)
    assert (await registrar.manage(found)).status_code == 401


async def test_a_client_that_an_operator_imports_is_the_operators(registrar, provider, now):
    found = await registrar.registered()
    document = update(found, client_secret=found["client_secret"], legal_basis="an artificial law")
    await provider.clients.import_clients([document], now=now)
    assert (await registrar.manage(found)).status_code == 401
    assert (await provider.client(found["client_id"])).legal_basis is not None


async def test_resources_are_those_that_the_operator_allowed(provider, issue):
    token, _ = await issue(resources=("https://api.example", "https://other.example"))
    registrar = Registrar(provider, token)
    asked = ["https://api.example", "https://elsewhere.example"]
    found = await registrar.registered(resources=asked)
    assert found["resources"] == ["https://api.example"]
    asked = ["https://other.example", "https://elsewhere.example"]
    told = (await registrar.manage(found, "PUT", update(found, resources=asked))).json()
    assert told["resources"] == ["https://other.example"]


async def test_an_operator_may_let_clients_in_that_know_no_pkce(provider, issue):
    registrar = Registrar(provider, (await issue(require_pkce=False))[0])
    usual = await registrar.registered()
    assert usual["require_pkce"] is False
    for members in (
        {"require_pkce": True},
        {"token_endpoint_auth_method": "none"},
        {
            "profile": "fapi2",
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": Signer().jwks,
        },
    ):
        assert (await registrar.registered(**members))["require_pkce"] is True
    by_default = Registrar(provider, (await issue())[0])
    assert (await by_default.registered())["require_pkce"] is True


async def test_the_endpoint_is_in_the_metadata(registrar):
    found = (await registrar.http.get("/.well-known/openid-configuration")).json()
    assert found["registration_endpoint"] == registrar.provider.issuer + "/register"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_only_post_registers(registrar, method):
    response = await registrar.http.request(method, "/register")
    assert response.status_code == 405
    assert response.headers["allow"] == "OPTIONS, POST"
