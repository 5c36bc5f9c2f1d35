"""Row 27: a client's certificate is what the trusted hop says it is, and nobody else's word."""

from ipaddress import ip_network

import httpx2
import pytest

from authsvc.web.forwarded import ForwardedClient
from tests.clients.signer import Signer, client_cert
from tests.hostile.key_platforms import SELF_SIGNED, Door

HEADER = client_cert(SELF_SIGNED)
PROXY, STRANGER = "10.0.0.1", "192.0.2.7"
FORM = {"token": "x", "client_id": "platform-s"}


# Nothing here is stored: one pair of stores tells what the other would.
pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


@pytest.fixture
async def door(provider):
    return await Door.of(provider)


@pytest.fixture
def post(door):
    """Posts from an address, through the middleware that stands before the service."""
    app = ForwardedClient(door.provider.app, proxies=[ip_network("10.0.0.0/28")])

    async def attempt(peer, *headers):
        transport = httpx2.ASGITransport(app=app, client=(peer, 4711))
        async with httpx2.AsyncClient(
            transport=transport, base_url=door.provider.issuer, headers={"accept-language": "en"}
        ) as http:
            return await http.post("/introspect", data=FORM, headers=list(headers))

    return attempt


async def test_the_trusted_hop_is_believed(post):
    """The control: the platform's certificate from the proxy: 200."""
    assert (await post(PROXY, ("client-cert", HEADER))).status_code == 200


@pytest.mark.parametrize("peer", [STRANGER, "10.0.0.16", "127.0.0.1", "::1", "unix-socket"])
async def test_the_same_header_from_anybody_else(post, door, peer):
    """The platform's certificate is public; in a header from a stranger it is worth nothing."""
    await door.check_uniform(await post(peer, ("client-cert", HEADER)))


@pytest.mark.parametrize(
    "header",
    [
        "x-client-cert",
        "ssl-client-cert",
        "x-ssl-client-cert",
        "x-ssl-cert",
        "x-forwarded-client-cert",
        "x-forwarded-tls-client-cert",
        "x-arr-clientcert",
        "x-amzn-mtls-clientcert",
        "cf-client-cert-der-base64",
        "client_cert",
    ],
)
async def test_another_spelling_of_it(post, door, header):
    """A vendor's header, which the proxy passes on as the client sent it: 401 from both."""
    for peer in (STRANGER, PROXY):
        await door.check_uniform(await post(peer, (header, HEADER)))


async def test_a_stranger_who_says_he_comes_from_the_proxy(post, door):
    """Forwarded headers that name the trusted hop: 401."""
    for header in ("x-forwarded-for", "forwarded", "x-real-ip", "via"):
        await door.check_uniform(await post(STRANGER, ("client-cert", HEADER), (header, PROXY)))


async def test_another_certificate_from_the_trusted_hop(post, door):
    """The same subject, another key; the same key, another certificate: 401."""
    others = (
        Signer("P-256", 67).certificate("CN=artificial platform"),
        Signer("P-256").certificate("CN=artificial platform"),
    )
    for other in others:
        await door.check_uniform(await post(PROXY, ("client-cert", client_cert(other))))


async def test_two_certificates_from_the_trusted_hop(post):
    """The client's own header beside the proxy's, which should have replaced it: 400."""
    response = await post(PROXY, ("client-cert", HEADER), ("client-cert", HEADER))
    assert response.status_code == 400
    assert response.json()["code"] == "web.request_malformed"


@pytest.mark.parametrize("value", ["", "::", HEADER[1:-1], HEADER + ";x", ":AAAA:", "x" * 30_000])
async def test_nonsense_from_the_trusted_hop(post, value):
    """Something that is no certificate: 400, and no platform is taken for anybody."""
    response = await post(PROXY, ("client-cert", value))
    assert response.status_code == 400
    assert value[:20] not in response.text or not value


async def test_without_named_proxies_nobody_is_believed(door):
    """The setting is empty: a header from anywhere is nothing."""
    app = ForwardedClient(door.provider.app, proxies=[])
    for peer in (STRANGER, PROXY, "127.0.0.1"):
        transport = httpx2.ASGITransport(app=app, client=(peer, 4711))
        async with httpx2.AsyncClient(transport=transport, base_url="https://id.example") as http:
            response = await http.post("/introspect", data=FORM, headers={"client-cert": HEADER})
        assert response.status_code == 401
