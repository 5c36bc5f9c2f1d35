"""One strict reader of addresses."""

import pytest

from authsvc.web.destination import MAX_URL, read_destination
from authsvc.web.errors import FetchRefused


@pytest.mark.parametrize(
    ("url", "scheme", "host", "port", "target", "authority"),
    [
        ("https://a.example", "https", "a.example", 443, "/", "a.example"),
        ("HTTPS://A.Example:443/K", "https", "a.example", 443, "/K", "a.example"),
        ("https://a.example:8443?x=1", "https", "a.example", 8443, "/?x=1", "a.example:8443"),
        ("http://localhost:9000/#f", "http", "localhost", 9000, "/", "localhost:9000"),
        ("http://127.0.0.1/", "http", "127.0.0.1", 80, "/", "127.0.0.1"),
        ("https://[2400::0:1]/", "https", "2400::1", 443, "/", "[2400::1]"),
        ("https://[2400::1]:8443/", "https", "2400::1", 8443, "/", "[2400::1]:8443"),
        ("https://a_b.example//x", "https", "a_b.example", 443, "//x", "a_b.example"),
        ("https://xn--fiqs8s.example", "https", "xn--fiqs8s.example", 443, "/", None),
    ],
)
def test_an_address_is_taken_apart(url, scheme, host, port, target, authority):
    read = read_destination(url, fragment=True)
    assert (read.scheme, read.host, read.port, read.target) == (scheme, host, port, target)
    assert read.authority == (authority or host)
    assert read.is_address == (host[0].isdigit() or ":" in host)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("", id="nothing"),
        pytest.param("/keys", id="relative"),
        pytest.param("a.example/keys", id="no scheme"),
        pytest.param("https:a.example", id="no slashes"),
        pytest.param("https:///keys", id="no host"),
        pytest.param("ftp://a.example/", id="another scheme"),
        pytest.param("file:///etc/passwd", id="a file"),
        pytest.param("gopher://a.example:6379/_x", id="gopher"),
        pytest.param("https://a.example/\r\nX: y", id="a header inside"),
        pytest.param("https://a.exam\tple/", id="a tab"),
        pytest.param("https://a.example /", id="a space"),
        pytest.param("https://平台.example/", id="not ASCII"),
        pytest.param("https://a.example\\@b.example/", id="a backslash"),
        pytest.param("https://a.example%2eb/", id="percent-encoded host"),
        pytest.param("https://a..example/", id="an empty label"),
        pytest.param("https://a.example./", id="a dot at the end"),
        pytest.param("https://-a.example/", id="a dash first"),
        pytest.param(f"https://{'a' * 64}.example/", id="a long label"),
        pytest.param(f"https://{'a.' * 130}example/", id="a long name"),
        pytest.param("https://[::1%25lo]/", id="a zone"),
        pytest.param("https://[a.example]/", id="a name in brackets"),
        pytest.param("https://[::1/", id="half a bracket"),
        pytest.param("https://[v1.a]/", id="an address of the future"),
        pytest.param("https://[:::]/", id="a malformed IPv6"),
        pytest.param("https://a.example:/", id="a port without digits"),
        pytest.param("https://a.example:x/", id="a port of letters"),
        pytest.param("https://a.example:-1/", id="a negative port"),
        pytest.param("https://" + "a" * MAX_URL, id="too long"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(url):
    with pytest.raises(FetchRefused):
        read_destination(url, fragment=True)


def test_a_fragment_is_refused_where_it_means_nothing():
    with pytest.raises(FetchRefused):
        read_destination("https://a.example/#", fragment=False)
