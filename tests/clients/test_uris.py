import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsvc.clients.errors import ClientMetadataInvalid
from authsvc.clients.uris import check_redirect_uri, redirect_uri_matches, sector_of

GOOD = "https://good.example/callback"


def check(uri, *, native=False, loopback_http=False):
    check_redirect_uri(uri, field="redirect_uris[0]", native=native, loopback_http=loopback_http)


@pytest.mark.parametrize(
    "uri",
    [
        GOOD,
        "https://good.example",
        "https://good.example/?fixed=1",
        "https://good.example:8443/cb",
        "https://localhost:8443/test/a/authsvc/callback",
        "https://[2001:db8::1]/cb",
        "https://good.example/a/../b;x=1/%2e",
    ],
)
def test_an_https_uri_may_be_registered_by_anybody(uri):
    check(uri)
    check(uri, native=True)


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param("", id="empty"),
        pytest.param("/callback", id="relative"),
        pytest.param("//good.example/callback", id="no scheme"),
        pytest.param("https:///callback", id="no host"),
        pytest.param("https:callback", id="no authority"),
        pytest.param(GOOD + "#", id="an empty fragment"),
        pytest.param(GOOD + "#x", id="a fragment"),
        pytest.param("https://person@good.example/", id="a user name"),
        pytest.param("https://a@b@good.example/", id="two at signs"),
        pytest.param("https://good.example\\@evil.example/", id="a backslash"),
        pytest.param("https://good.example/a b", id="a space"),
        pytest.param(" " + GOOD, id="a space before"),
        pytest.param(GOOD + "\n", id="a line feed after"),
        pytest.param("https://good.example/\t", id="a tab"),
        pytest.param("https://good.example/\x00", id="a zero byte"),
        pytest.param("https://gööd.example/", id="beyond ASCII"),
        pytest.param("https://*.good.example/", id="a wildcard"),
        pytest.param("https://good.example:0/", id="port 0"),
        pytest.param("https://good.example:99999/", id="a port too high"),
        pytest.param("https://good.example:x/", id="a port of letters"),
        pytest.param("https://[::1/", id="a broken bracket"),
        pytest.param("https://good.example/" + "x" * 2000, id="too long"),
        pytest.param("http://good.example/", id="http"),
        pytest.param("http://127.0.0.1.evil.example/", id="http on almost loopback"),
        pytest.param("javascript:alert(1)", id="javascript"),
        pytest.param("JaVaScRiPt:alert(1)", id="javascript in odd case"),
        pytest.param("data:text/html,x", id="data"),
        pytest.param("vbscript:x", id="vbscript"),
        pytest.param("file:///etc/hosts", id="file"),
        pytest.param("blob:https://good.example/x", id="blob"),
        pytest.param("ftp://good.example/", id="ftp"),
        pytest.param("urn:ietf:wg:oauth:2.0:oob", id="out of band"),
    ],
)
def test_a_uri_that_could_lead_astray_is_refused_to_everybody(uri):
    for native in (False, True):
        for loopback_http in (False, True):
            with pytest.raises(ClientMetadataInvalid) as caught:
                check(uri, native=native, loopback_http=loopback_http)
            assert caught.value.field == "redirect_uris[0]"


@pytest.mark.parametrize(
    "uri",
    ["http://127.0.0.1/cb", "http://127.0.0.1:3000/cb", "http://[::1]:1/", "http://localhost/"],
)
def test_http_is_for_loopback_of_native_apps_and_of_the_sandbox(uri):
    check(uri, native=True)
    check(uri, loopback_http=True)
    with pytest.raises(ClientMetadataInvalid):
        check(uri)


def test_a_scheme_of_its_own_is_for_native_apps_and_a_reversed_domain_name():
    check("com.example.app:/callback", native=True)
    check("com.example.app://callback/x", native=True)
    for uri in ("myapp:/callback", "com.example.app://person@host/"):
        with pytest.raises(ClientMetadataInvalid):
            check(uri, native=True)
    with pytest.raises(ClientMetadataInvalid):
        check("com.example.app:/callback")


@pytest.mark.parametrize(
    ("uris", "sector"),
    [
        ((GOOD,), "good.example"),
        (("https://GOOD.example/a", "https://good.example/b"), "good.example"),
        ((GOOD, "https://other.example/"), None),
        ((GOOD, "com.example.app:/cb"), None),
        (("com.example.app:/cb",), None),
        (("http://127.0.0.1/cb",), None),
        (("https://localhost:8443/cb",), None),
        (("http://[::1]/cb",), None),
    ],
)
def test_the_sector_of_redirect_uris(uris, sector):
    assert sector_of(uris) == sector


@pytest.mark.parametrize(
    "presented",
    [
        "",
        GOOD + "/",
        GOOD + "?x=1",
        GOOD + "#",
        GOOD.upper(),
        GOOD[:-1],
        "https://good.example/./callback",
        "https://good.example/%63allback",
        "https://good.example:443/callback",
        "https://good.example.evil.example/callback",
        "http://good.example/callback",
    ],
)
def test_only_the_registered_bytes_match(presented):
    assert redirect_uri_matches(GOOD, (GOOD,), native=False)
    for native in (False, True):
        assert not redirect_uri_matches(presented, (GOOD,), native=native)


@given(st.text(max_size=60), st.booleans())
def test_a_uri_matches_if_and_only_if_it_is_byte_equal(tail, native):
    presented = GOOD + tail
    assert redirect_uri_matches(presented, (GOOD,), native=native) == (tail == "")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_the_port_is_free_on_loopback_addresses_of_native_apps(host):
    registered = (f"http://{host}/cb",)
    for port in ("", ":1", ":49152", ":65535"):
        assert redirect_uri_matches(f"http://{host}{port}/cb", registered, native=True)
    assert not redirect_uri_matches(f"http://{host}:49152/cb", registered, native=False)


@pytest.mark.parametrize(
    "presented",
    [
        "http://127.0.0.1:65536/cb",
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:1/CB",
        "http://127.0.0.1:1/cb?x",
        "http://127.0.0.1:1/cb#",
        "http://127.0.0.1:1@evil.example/cb",
        "http://127.0.0.1.evil.example:1/cb",
        "http://127.0.0.2:1/cb",
        "http://localhost:1/cb",
        "http://[::1]:1/cb",
        "https://127.0.0.1:1/cb",
        "HTTP://127.0.0.1:1/cb",
        "http://127.0.0.1:1/c\nb",
    ],
)
def test_nothing_but_the_port_is_free(presented):
    assert not redirect_uri_matches(presented, ("http://127.0.0.1/cb",), native=True)


def test_localhost_has_no_free_port():
    registered = ("http://localhost:3000/cb",)
    assert redirect_uri_matches("http://localhost:3000/cb", registered, native=True)
    assert not redirect_uri_matches("http://localhost:3001/cb", registered, native=True)


@pytest.mark.parametrize("scheme", ["http.evil", "https.evil", "httpx.evil"])
def test_a_scheme_of_its_own_gives_no_host_and_so_nobodys_sector(scheme):
    """Its authority is the app's to make up: it would choose whose subjects it gets."""
    uri = f"{scheme}://good.example/callback"
    check(uri, native=True)
    assert sector_of((uri,)) is None
    assert sector_of((GOOD, uri)) is None
