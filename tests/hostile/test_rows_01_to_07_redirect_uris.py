"""Rows 1 to 7: nobody is sent anywhere but to the bytes that a platform registered."""

import pytest

from authsvc.clients.errors import ClientMetadataInvalid
from tests.clients.makers import metadata
from tests.oidc.makers import Page, request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)

GOOD = "https://platform-a.example/callback"
HOST = "platform-a.example"

TRICKS = {
    "row 1: two at signs": f"https://a@b@{HOST}/callback",
    "row 1: a user name": f"https://evil@{HOST}/callback",
    "row 1: a user name that looks like the host": f"https://{HOST}@evil.example/callback",
    "row 1: a password": f"https://a:b@{HOST}/callback",
    "row 2: dots": f"https://{HOST}/x/../callback",
    "row 2: dots and a semicolon": f"https://{HOST}/x/..;/callback",
    "row 2: encoded dots": f"https://{HOST}/x/%2e%2e/callback",
    "row 2: doubly encoded": f"https://{HOST}/x/%252e%252e/callback",
    "row 2: a path parameter": GOOD + ";p=1",
    "row 2: a backslash": f"https://{HOST}\\callback",
    "row 2: a backslash and an at sign": f"https://evil.example\\@{HOST}/callback",
    "row 2: a tab": f"https://{HOST}/call\tback",
    "row 2: a line feed": GOOD + "\n",
    "row 2: a space": GOOD + " ",
    "row 2: an encoded letter": f"https://{HOST}/%63allback",
    "row 2: a slash more": f"https://{HOST}//callback",
    "row 3: an added query": GOOD + "?x=1",
    "row 3: an empty query": GOOD + "?",
    "row 3: a fragment": GOOD + "#x",
    "row 3: a bare hash": GOOD + "#",
    "row 4: the host as a prefix": f"https://{HOST}.evil.example/callback",
    "row 4: the address as a prefix": GOOD + ".evil.example",
    "row 4: another letter for the dot": "https://platform-aXexample/callback",
    "row 4: a host beneath": f"https://sub.{HOST}/callback",
    "row 5: capitals in the host": GOOD.upper(),
    "row 5: capitals in the scheme": GOOD.replace("https", "HTTPS"),
    "row 5: another scheme": GOOD.replace("https", "http"),
    "row 5: a port": f"https://{HOST}:443/callback",
    "row 6: a script": "javascript:alert(1)",
    "row 6: a script in odd case": "JaVaScRiPt:alert(1)",
    "row 6: data": "data:text/html,<script>alert(1)</script>",
    "nothing": "",
    "no scheme": f"//{HOST}/callback",
}

# Requests that are wrong in some other way too, and would be answered by a redirect if the client
# and the address were right.
OTHER_FAULTS = {
    "nothing else": {},
    "a bad scope": {"scope": "nothing"},
    "a bad response type": {"response_type": "token"},
    "a bad prompt": {"prompt": "none login"},
    "silence": {"prompt": "none"},
    "no PKCE": {"code_challenge": ""},
    "a request object": {"request": "eyJ"},
    "a bad response mode": {"response_mode": "web_message"},
}


def shown(response):
    assert response.status_code == 400
    assert "location" not in response.headers
    assert "refresh" not in response.headers
    assert response.headers["content-type"].startswith("text/html")
    assert "<script" not in response.text
    assert "evil" not in Page(response.text).text


@pytest.mark.parametrize("trick", TRICKS)
async def test_rows_01_to_06_a_trick_in_the_redirect_uri_leads_nowhere(browser, trick):
    """An authorization request with the trick as redirect_uri: an error page, for everybody."""
    asked = request(redirect_uri=TRICKS[trick])
    shown(await browser.get("/authorize", **asked.parameters))
    shown(await browser.http.post("/authorize", data=asked.parameters))
    await browser.authorize(request())
    shown(await browser.get("/authorize", **asked.parameters))


@pytest.mark.parametrize("trick", [name for name in TRICKS if name.startswith(("row 1", "row 6"))])
async def test_a_trick_cannot_be_registered(provider, now, trick):
    """The same as metadata: refused, for web and native clients, and for links as well."""
    for application_type in ("web", "native"):
        document = metadata(redirect_uris=[TRICKS[trick]], application_type=application_type)
        with pytest.raises(ClientMetadataInvalid):
            await provider.clients.import_clients([document], now=now)
    for member in ("logo_uri", "policy_uri", "tos_uri", "client_uri"):
        with pytest.raises(ClientMetadataInvalid):
            await provider.clients.import_clients([metadata(**{member: TRICKS[trick]})], now=now)


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1.evil.example:1/cb",
        "http://127.0.0.1:1@evil.example/cb",
        "http://127.0.0.2:1/cb",
        "http://localhost:1/cb",
        "http://127.1:1/cb",
        "http://2130706433/cb",
        "http://[::ffff:127.0.0.1]:1/cb",
        "http://127.0.0.1:1/CB",
        "http://127.0.0.1:1/cb/",
        "org.example.native:/cb2",
        "ORG.example.native:/cb",
    ],
)
async def test_row_05_loopback_is_two_addresses_and_only_their_port_is_free(browser, uri):
    """Row 5: a native client registered http://127.0.0.1/cb; everything but the port counts."""
    shown(await browser.get("/authorize", **request("native", redirect_uri=uri).parameters))


@pytest.mark.parametrize("fault", OTHER_FAULTS)
@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody"},
        {"client_id": ""},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": ""},
    ],
    ids=str,
)
async def test_row_07_no_redirect_before_client_and_address_are_known(browser, changes, fault):
    """Row 7: an unknown client or address, and any other fault beside it: never a redirect."""
    asked = request().but(**OTHER_FAULTS[fault]).but(**changes)
    shown(await browser.get("/authorize", **asked.parameters))


async def test_a_deny_and_an_error_go_where_the_code_would_have_gone(browser):
    """The address is fixed when the request is validated; the pages cannot change it."""
    response = await browser.get("/authorize", **request().parameters)
    url = response.headers["location"]
    form = {"decision": "deny", "redirect_uri": "https://evil.example/", "state": "forged"}
    response = await browser.http.post(
        f"{url}?redirect_uri=https%3A%2F%2Fevil.example%2F", data=form
    )
    assert response.headers["location"].startswith(GOOD + "?")
    assert "forged" not in response.headers["location"]
