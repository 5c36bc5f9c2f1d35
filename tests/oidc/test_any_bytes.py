"""Any bytes at any parameter of any endpoint are no fault of ours.

The endpoints are read from the application, so that whatever is mounted later is tried as well.
"""

import base64
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, quote_from_bytes, quote_plus, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar

from tests.bad_input import FORM, ODD_HEADERS, ODD_TEXTS, addresses, concrete
from tests.oidc.makers import SECRETS, Browser, request

NAMES = (
    "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "prompt", "max_age",
    "code_challenge", "code_challenge_method", "id_token_hint", "login_hint", "acr_values",
    "claims", "ui_locales", "claims_locales", "request", "request_uri", "registration",
    "response_mode",
    "display", "authorization_details", "resource", "audience", "dpop_jkt", "grant_type", "code",
    "code_verifier", "refresh_token", "device_code", "user_code", "auth_req_id", "subject_token",
    "subject_token_type", "actor_token", "requested_token_type", "assertion", "client_secret",
    "client_assertion", "client_assertion_type", "token", "token_type_hint", "access_token",
    "post_logout_redirect_uri", "logout_hint", "confirmation", "username", "password", "otp",
    "decision", "login_hint_token", "binding_message", "requested_expiry",
    "client_notification_token", "sid", "iss", "target_link_uri",
)  # fmt: skip


# What each endpoint is asked; one that is not named here is asked all of it.
AUTHORIZATION = (
    "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge",
    "code_challenge_method",
)  # fmt: skip
REQUESTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "/authorize": (AUTHORIZATION,),
    "/interaction/{}": (("username", "password"), ("otp",), ("decision",)),
    "/token": (
        ("grant_type", "code", "redirect_uri", "code_verifier"),
        ("grant_type", "refresh_token"),
    ),
    "/userinfo": (("access_token",), ()),
    "/introspect": (("token",),),
    "/revoke": (("token",),),
    "/end-session": (("id_token_hint", "client_id", "state"), ("confirmation",)),
}
ALL_REQUESTS = tuple(sorted({names for kinds in REQUESTS.values() for names in kinds}))


@dataclass(frozen=True)
class Known:
    """A browser that is signed in, and things that were right a moment ago."""

    browser: Browser
    values: dict[str, str]
    app: Litestar


@pytest.fixture
async def known(provider, browser, platform):
    """Somebody signed in, tokens issued, a page open, a code out."""
    tokens = await platform.tokens(browser)
    asked = request()
    answer = await browser.authorize(asked)
    open_page = await browser.get("/authorize", **request(prompt="login").parameters)
    values = {
        **asked.parameters,
        "grant_type": "authorization_code",
        "code": answer.parameters["code"],
        "code_verifier": asked.verifier,
        "refresh_token": tokens["refresh_token"],
        "access_token": tokens["access_token"],
        "token": tokens["access_token"],
        "subject_token": tokens["access_token"],
        "id_token_hint": tokens["id_token"],
        "client_assertion": tokens["id_token"],
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "request": tokens["id_token"],
        "claims": '{"userinfo":{"age_over_18":{"essential":true}}}',
        "authorization_details": '[{"type":"x"}]',
        "username": "zhang",
        "decision": "approve",
        "interaction": open_page.headers["location"].rpartition("/")[2],
    }
    app = provider.app
    while not isinstance(app, Litestar):
        app = app._app
    return Known(browser, values, app)


@st.composite
def anything(draw, right):
    """Any bytes, odd ones, or what was right with a few bytes or letters replaced."""
    kind = draw(st.sampled_from(("bent", "bent", "bytes", "text", "odd", "right")))
    if kind == "bytes":
        return draw(st.binary(max_size=60))
    if kind == "text":
        return draw(st.text(st.characters(codec="utf-8"), max_size=60)).encode()
    if kind == "odd":
        return draw(st.sampled_from(ODD_TEXTS)).encode()[:2000]
    if kind == "right":
        return right
    place = draw(st.integers(0, len(right)))
    letters = st.sampled_from(
        (b"", b"A", b".", b"=", b"%", b"+", b"\xc3\xa9", b"\x00", b"\xff", b" ")
    )
    piece = draw(st.lists(letters, max_size=4).map(b"".join))
    return right[:place] + piece + right[place + draw(st.integers(0, 4)) :]


@st.composite
def forms(draw, address, values):
    """A request as it should be, but for parameters changed, added, left out or doubled."""
    names = draw(st.sampled_from(REQUESTS.get(address, ALL_REQUESTS)))
    pairs = {name: values.get(name, "x").encode() for name in names}
    wrong = draw(st.lists(st.sampled_from((*names, *NAMES)), max_size=3))
    pairs |= {name: draw(anything(values.get(name, "x").encode())) for name in wrong}
    sent = [(name.encode(), value) for name, value in pairs.items()]
    change = draw(st.sampled_from(("none", "none", "none", "less", "doubled", "odd name", "raw")))
    if change == "less" and sent:
        sent.pop(draw(st.integers(0, len(sent) - 1)))
    elif change == "doubled" and sent:
        sent.append(draw(st.sampled_from(sent)))
    elif change == "odd name":
        sent.append((draw(st.binary(max_size=20)), draw(st.binary(max_size=20))))
    elif change == "raw":
        return b"&".join(name + b"=" + value for name, value in sent)
    return "&".join(f"{quote_from_bytes(n)}={quote_from_bytes(v)}" for n, v in sent).encode()


def credentials(client_id):
    """The right ones of a client, as its server would send them."""
    pair = f"{quote_plus(client_id)}:{quote_plus(SECRETS[client_id])}".encode()
    return {"authorization": "Basic " + base64.b64encode(pair).decode()}


@given(data=st.data())
@settings(
    max_examples=700,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_any_bytes_at_any_parameter_of_any_endpoint_are_no_fault_of_ours(known, data):
    address = data.draw(st.sampled_from(addresses(known.app)))
    right = known.values["interaction"].encode()
    segment = quote_from_bytes(data.draw(st.just(right) | anything(right)), safe="") or "x"
    form = data.draw(forms(address, known.values))
    method = data.draw(st.sampled_from(("POST", "POST", "POST", "POST", "GET", "GET", "HEAD")))
    headers = data.draw(
        st.sampled_from(
            (
                {},
                credentials("platform-a"),
                credentials("platform-b"),
                {"authorization": f"Bearer {known.values['access_token']}"},
                {"authorization": f"DPoP {known.values['access_token']}"},
                {"dpop": known.values["id_token_hint"], **credentials("platform-a")},
                *ODD_HEADERS,
            )
        )
    )
    in_query = method in ("GET", "HEAD")
    # A request line holds no bytes but these; whatever else there is was refused before us.
    url = concrete(address, segment)
    if in_query:
        url += "?" + quote(form.decode("latin-1"), safe="%=&+", encoding="latin-1")
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    raw.append((b"content-type", FORM.encode()))
    content = b"" if in_query else form
    response = await known.browser.http.request(method, url, content=content, headers=raw)
    assert response.status_code < 500, response.text[:500]
    assert "Traceback" not in response.text
    leads_nowhere_else(response)


def leads_nowhere_else(response):
    """A redirect stays here, or goes to an address that a platform registered."""
    location = response.headers.get("location")
    if location is None:
        return
    assert response.status_code in (201, 303)
    parts = urlsplit(location)
    if parts.netloc:
        assert location.startswith(("https://platform-a.example/", "https://platform-b.example/"))
        names = [name for name, _ in parse_qsl(parts.query or parts.fragment)]
        assert len(names) == len(set(names))
    else:
        assert location.startswith("/")
        assert not location.startswith(("//", "/\\"))
