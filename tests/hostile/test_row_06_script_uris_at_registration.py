"""Row 6: an address that runs where it should lead, sent to the registration endpoint."""

import pytest

from tests.oidc.makers import Page, request
from tests.oidc.registrars import HOME, LEAST, Registrar

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)

SCRIPTS = [
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "JAVASCRIPT:alert(1)//https://shop.example/callback",
    "java\tscript:alert(1)",
    " javascript:alert(1)",
    "\x01javascript:alert(1)",
    "javascript://shop.example/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "DaTa:text/html;base64,PHNjcmlwdD4=",
    "vbscript:msgbox(1)",
    "blob:https://shop.example/1",
    "file:///etc/hosts",
    "view-source:javascript:alert(1)",
]
ONE = (
    "logo_uri",
    "policy_uri",
    "tos_uri",
    "client_uri",
    "initiate_login_uri",
    "jwks_uri",
    "backchannel_logout_uri",
    "frontchannel_logout_uri",
    "sector_identifier_uri",
)
MANY = ("redirect_uris", "post_logout_redirect_uris", "request_uris")


@pytest.fixture
async def registrar(provider, now):
    return await Registrar.of(provider, registrations=1000)


@pytest.mark.parametrize("script", SCRIPTS)
async def test_a_script_for_a_link_is_not_registered(registrar, script):
    """Each address of a client replaced by a script: 400, the member named, nothing repeated."""
    for member in ONE:
        response = await registrar.register(LEAST | {member: script})
        assert response.status_code == 400
        assert response.json()["error"] == "invalid_client_metadata"
        assert response.json()["error_description"].startswith(member)
        assert "alert" not in response.text


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("application_type", ["web", "native"])
async def test_a_script_among_addresses_is_not_registered(registrar, script, application_type):
    """A list whose second address is a script, for web and native clients: 400."""
    for member in MANY:
        document = LEAST | {member: [HOME + "/callback", script]}
        response = await registrar.register(document | {"application_type": application_type})
        assert response.status_code == 400
        assert f"{member}[1]" in response.json()["error_description"]
        assert "alert" not in response.text


@pytest.mark.parametrize("script", SCRIPTS[:2])
async def test_a_script_does_not_come_by_an_update(registrar, script):
    """A registered client sends the script with PUT: 400, and nothing changes."""
    found = await registrar.registered()
    for member in ("redirect_uris", "logo_uri"):
        value = [script] if member in MANY else script
        document = LEAST | {"client_id": found["client_id"], member: value}
        assert (await registrar.manage(found, "PUT", document)).status_code == 400
    assert (await registrar.manage(found)).json()["redirect_uris"] == LEAST["redirect_uris"]


async def test_a_name_that_is_markup_stays_text(registrar, browser):
    """A client called `</title><script>…`: the pages show it, and no element comes of it."""
    name = "</title><script>alert(1)</script><img src=x onerror=alert(1)>"
    found = await registrar.registered(client_name=name)
    asked = request(found["client_id"], redirect_uri=HOME + "/callback")
    response, page = await browser.follow(await browser.get("/authorize", **asked.parameters))
    assert page is not None
    assert "<script>alert" not in response.text
    assert "<img src=x" not in response.text
    assert name in Page(response.text).text
