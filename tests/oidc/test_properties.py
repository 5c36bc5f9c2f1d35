"""What holds for every request: addresses byte for byte, state as it was sent, known scopes."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from authsvc.clients.uris import redirect_uri_matches
from tests.clients.makers import public_metadata
from tests.oidc.makers import Answer, Platform, request

EMBEDDED = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


def tried(examples):
    """This many examples; a fixture lives through all of them."""
    return settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


# Redirect URIs

WEB = "https://platform-a.example/callback"
APP = (
    "http://127.0.0.1/cb",
    "http://[::1]:8000/back?fixed=1",
    "org.example.app:/cb",
    "https://app.example/cb",
)
# What parsers and browsers read in more than one way.
PIECES = (
    "", "/", "//", "\\", "@", "@@", "#", "?", "&", ";", ":", ":0", ":80", ":443", ":65535",
    ":65536", ":08000", ".", "..", "/.", "/..", "..;/", "%2e%2e", "%2F", "%5c", "%00", "%0d%0a",
    "%", "*", " ",
    "\t", "\n", "\r", "\x00", "\x7f", "\u00a0", "\u200b", "\u202e", "\uff0f", "\u3002", "\u0131",
    "evil.example", ".evil.example", "@evil.example", "localhost", "127.0.0.1", "127.1", "[::1]",
    "[::ffff:127.0.0.1]", "0x7f.1", "http://", "https://", "HTTPS://", "javascript:", "user:pass@",
)  # fmt: skip


@st.composite
def near(draw, registered):
    """A registered URI, bent in up to three places."""
    uri = draw(st.sampled_from(registered))
    for _ in range(draw(st.sampled_from((0, 1, 1, 1, 2, 3)))):
        start = draw(st.sampled_from((0, len(uri))) | st.integers(0, len(uri)))
        end = draw(st.integers(start, min(len(uri), start + 3)))
        cut = uri[start:end]
        uri = uri[:start] + draw(_instead_of(cut)) + uri[end:]
    return uri


def _instead_of(cut):
    return st.one_of(
        st.sampled_from(PIECES),
        st.just(cut.swapcase()),
        st.just("".join(f"%{byte:02x}" for byte in cut.encode())),
        st.just(cut + cut),
        st.text(max_size=2),
        st.integers(0, 99_999).map(lambda port: f":{port}"),
    )


def is_registered(uri, registered, *, native):
    """The rule, written another way than the service has it."""
    if uri in registered:
        return True
    return native and any(
        _but_for_the_port(uri, address, known[len(address) :])
        for known in registered
        for address in ("http://127.0.0.1", "http://[::1]")
        if known.startswith(address)
    )


def _but_for_the_port(uri, address, known):
    """Whether `uri` is the address, perhaps a port, and what is `known` behind its own port."""
    digits = len(known) - len(known[1:].lstrip("0123456789")) if known.startswith(":") else 0
    rest = known[digits:]
    if not (uri.startswith(address) and uri.endswith(rest)):
        return False
    port = uri[len(address) : len(uri) - len(rest)]
    if not port:
        return len(uri) == len(address) + len(rest)
    number = port[1:]
    figures = set(number) <= set("0123456789") and 1 <= len(number) <= 5
    return port[0] == ":" and figures and int(number) <= 65535


def accepted(response, uri):
    """Whether the answer went to the address; if not, it went nowhere."""
    if response.status_code == 303:
        joint = "&" if "?" in uri else "?"
        assert response.headers["location"].startswith(f"{uri}{joint}error=login_required")
        return True
    assert response.status_code == 400, response.text
    assert "location" not in response.headers
    assert response.headers["content-type"].startswith("text/html")
    return False


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("registered", [(WEB,), APP], ids=["web", "app"])
def test_every_small_bend_makes_another_address(registered, native):
    """Each piece at each place, in the place of up to two letters: some ten thousand addresses."""
    for known in registered:
        for start in range(len(known) + 1):
            for end in range(start, min(start + 2, len(known)) + 1):
                for piece in (*PIECES, known[start:end].swapcase(), *"0123456789"):
                    uri = known[:start] + piece + known[end:]
                    wanted = is_registered(uri, registered, native=native)
                    assert redirect_uri_matches(uri, registered, native=native) == wanted, uri


@EMBEDDED
@given(data=st.data())
@tried(600)
async def test_a_redirect_uri_is_accepted_if_and_only_if_it_is_a_registered_one(provider, data):
    uri = data.draw(near((WEB,)) | near((WEB, "https://platform-b.example/callback")))
    asked = request(redirect_uri=uri, prompt="none").parameters
    async with provider.http() as http:
        response = await http.post("/authorize", data=asked)
    assert accepted(response, uri) == is_registered(uri, (WEB,), native=False)


@EMBEDDED
@given(data=st.data())
@tried(600)
async def test_of_an_apps_address_on_loopback_the_port_alone_is_free(provider, clock, data):
    if await provider.clients.find("app", now=clock.now()) is None:
        document = public_metadata("app", application_type="native", redirect_uris=list(APP))
        await provider.clients.import_clients([document], now=clock.now())
    uri = data.draw(near(APP))
    asked = request("app", redirect_uri=uri, prompt="none").parameters
    async with provider.http() as http:
        response = await http.post("/authorize", data=asked)
    assert accepted(response, uri) == is_registered(uri, APP, native=True)


# What comes back as it was sent, and what does not come at all


@EMBEDDED
@given(state=st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1))
@example(state="+ +%20&state=x#?=;")
@tried(150)
async def test_any_state_comes_back_as_it_was_sent(provider, state):
    async with provider.http() as http:
        asked = request(state=state, prompt="none").parameters
        answers = [await http.post("/authorize", data=asked)]
        if len(state) < 500:
            answers.append(await http.get("/authorize", params=asked))
    for answer in answers:
        assert Answer.of(answer).parameters["state"] == state


WORDS = st.sampled_from(("openid", "age", "offline_access", "OPENID", "profile", "openid\t", ""))


@EMBEDDED
@given(words=st.lists(WORDS | st.text(max_size=8), max_size=12))
@tried(60)
async def test_no_scope_gives_more_than_its_own_known_words(provider, browser, words):
    scope = " ".join(words).replace("\0", "")
    answer = await browser.authorize(request("spa", scope=scope))
    known = {"openid", "age", "offline_access"} & set(scope.split(" "))
    if "code" not in answer.parameters:
        assert answer.parameters["error"] == "invalid_scope"
        assert not known
        return
    asked = request("spa", scope=scope)
    tokens = await Platform(provider, "spa").tokens(browser, asked)
    assert set(tokens["scope"].split()) == known
    assert ("id_token" in tokens) == ("openid" in known)
