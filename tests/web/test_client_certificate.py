"""The certificate of the client, as a trusted proxy or our own server reports it."""

import base64
from collections.abc import MutableMapping
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from authsvc.web.forwarded import ForwardedClient
from authsvc.web.http import HTTPRequest

PROXY, STRANGER = "10.0.0.1", "192.0.2.7"
PROXIES = [ip_network("10.0.0.0/8")]


def certificate() -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name.from_rfc4514_string("CN=artificial platform")
    return x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=1,
        not_valid_before=datetime(2026, 1, 1, tzinfo=UTC),
        not_valid_after=datetime(2027, 1, 1, tzinfo=UTC),
    ).sign(key, hashes.SHA256())


CERTIFICATE = certificate()
DER = CERTIFICATE.public_bytes(Encoding.DER)
PEM = CERTIFICATE.public_bytes(Encoding.PEM).decode()
HEADER = f":{base64.b64encode(DER).decode()}:"


class Seen:
    """What an application behind the middleware gets, and what is answered in its place."""

    def __init__(self) -> None:
        self.request: HTTPRequest | None = None
        self.sent: list[MutableMapping[str, Any]] = []

    async def app(self, scope: MutableMapping[str, Any], _: Any, __: Any) -> None:
        self.request = HTTPRequest.from_scope(scope)

    async def send(self, message: MutableMapping[str, Any]) -> None:
        self.sent.append(message)


async def passed(peer: str | None, *headers: tuple[str, str], **scope: Any) -> Seen:
    seen = Seen()
    whole = {
        "type": "http",
        "method": "POST",
        "path": "/token",
        "query_string": b"",
        "client": None if peer is None else (peer, 4711),
        "headers": [(name.encode(), value.encode()) for name, value in headers],
        **scope,
    }
    receive: Any = None
    await ForwardedClient(seen.app, proxies=PROXIES)(whole, receive, seen.send)
    return seen


async def found(peer: str | None, *headers: tuple[str, str], **scope: Any) -> bytes | None:
    request = (await passed(peer, *headers, **scope)).request
    assert request is not None
    return request.client_certificate


async def test_a_trusted_proxy_is_believed() -> None:
    assert await found(PROXY, ("client-cert", HEADER)) == DER
    assert await found(PROXY, ("client-cert", f" {HEADER} ")) == DER


@pytest.mark.parametrize("peer", [STRANGER, "unix-socket", None])
async def test_nobody_else_is(peer: str | None) -> None:
    assert await found(peer, ("client-cert", HEADER)) is None


async def test_without_a_header_there_is_no_certificate() -> None:
    assert await found(PROXY) is None
    assert await found(STRANGER) is None


@pytest.mark.parametrize("peer", [PROXY, STRANGER])
@pytest.mark.parametrize(
    "name",
    [
        "client-cert",
        "client-cert-chain",
        "Client-Cert",
        "client_cert",
        "x-client-cert",
        "x-client-certificate",
        "x-client-cert-chain",
        "x-client-verify",
        "x-client-dn",
        "ssl-client-cert",
        "ssl_client_cert",
        "ssl-client-verify",
        "ssl-client-subject-dn",
        "x-ssl-cert",
        "x-ssl-client-cert",
        "x-ssl-client-s-dn",
        "X-SSL-Client-Verify",
        "x-tls-client-cert",
        "x-forwarded-client-cert",
        "x-forwarded-tls-client-cert",
        "x-forwarded-tls-client-cert-info",
        "x-forwarded-ssl-client-cert",
        "x-arr-clientcert",
        "x-amzn-mtls-clientcert",
        "x-amzn-mtls-clientcert-leaf",
        "cf-client-cert-der-base64",
    ],
)
async def test_no_spelling_of_it_goes_any_further(peer: str, name: str) -> None:
    seen = await passed(peer, (name, HEADER), ("accept", "text/html"))
    assert seen.request is not None
    assert seen.request.headers._values == {"accept": ("text/html",)}
    taken = peer == PROXY and name.lower() == "client-cert"
    assert (seen.request.client_certificate == DER) is taken


async def test_other_headers_stay_as_they_are() -> None:
    headers = [
        ("host", "id.example"),
        ("authorization", "Basic eA=="),
        ("x-forwarded-for", "198.51.100.1"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-ssl", "on"),
        ("x-client-ip", "198.51.100.1"),
        ("client-certificates", "none"),
        ("dpop", "x"),
    ]
    seen = await passed(STRANGER, *headers)
    assert seen.request is not None
    assert seen.request.headers._values == {name: (value,) for name, value in headers}


MALFORMED = [
    pytest.param(("",), id="empty"),
    pytest.param(("::",), id="an empty sequence"),
    pytest.param((HEADER[1:-1],), id="no colons"),
    pytest.param((HEADER[:-1],), id="one colon"),
    pytest.param((HEADER + ";a=1",), id="a parameter"),
    pytest.param((f"{HEADER}, {HEADER}",), id="a list"),
    pytest.param((HEADER, HEADER), id="two headers"),
    pytest.param((":!!!!:",), id="no base64"),
    pytest.param((":QUI:",), id="no padding"),
    pytest.param((":AAAA:",), id="no certificate"),
    pytest.param((f":{base64.b64encode(DER[:-5]).decode()}:",), id="a short certificate"),
    pytest.param((f":{base64.b64encode(DER + b'0').decode()}:",), id="a long certificate"),
    pytest.param((f":{base64.b64encode(b'0' * 20_000).decode()}:",), id="too long"),
    pytest.param((PEM.replace("\n", "%0A"),), id="PEM, escaped"),
    pytest.param((PEM.replace("\n", " "),), id="PEM, with spaces"),
]


@pytest.mark.parametrize("values", MALFORMED)
async def test_a_trusted_proxy_that_reports_nonsense_is_told_so(values: tuple[str, ...]) -> None:
    seen = await passed(PROXY, *(("client-cert", value) for value in values))
    assert seen.request is None
    start, body = seen.sent
    assert start["status"] == 400
    problem = msgspec.json.decode(body["body"])
    assert problem["code"] == "web.request_malformed"
    assert problem["field"] == "client-cert"


@pytest.mark.parametrize("values", MALFORMED)
async def test_a_strangers_nonsense_is_not_even_read(values: tuple[str, ...]) -> None:
    assert await found(STRANGER, *(("client-cert", value) for value in values)) is None


async def test_the_refusal_has_no_body_where_none_is_asked_for() -> None:
    seen = await passed(PROXY, ("client-cert", "x"), method="HEAD")
    start, body = seen.sent
    assert start["status"] == 400
    assert body["body"] == b""


def handshake(**tls: Any) -> dict[str, Any]:
    return {"extensions": {"tls": tls}}


async def test_the_certificate_of_a_handshake_with_ourselves_is_taken() -> None:
    assert await found(STRANGER, **handshake(client_cert_chain=[PEM, "never read"])) == DER
    assert await found(STRANGER, ("client-cert", "x"), **handshake(client_cert_chain=[PEM])) == DER


async def test_a_proxys_own_certificate_is_not_its_clients() -> None:
    assert await found(PROXY, **handshake(client_cert_chain=[PEM])) is None


@pytest.mark.parametrize(
    "scope",
    [
        {"extensions": None},
        {"extensions": {}},
        {"extensions": {"tls": None}},
        handshake(),
        handshake(client_cert_chain=None),
        handshake(client_cert_chain=[]),
        handshake(client_cert_chain=[PEM], client_cert_error="expired"),
    ],
)
async def test_a_handshake_without_a_good_certificate_has_none(scope: dict[str, Any]) -> None:
    assert await found(STRANGER, **scope) is None


async def test_a_server_that_reports_nonsense_is_told_so() -> None:
    seen = await passed(STRANGER, **handshake(client_cert_chain=["nonsense"]))
    assert seen.request is None
    assert seen.sent[0]["status"] == 400


async def test_what_is_no_request_passes_untouched() -> None:
    reached: list[MutableMapping[str, Any]] = []

    async def app(scope: MutableMapping[str, Any], _: Any, __: Any) -> None:
        reached.append(scope)

    nothing: Any = None
    await ForwardedClient(app, proxies=PROXIES)({"type": "lifespan"}, nothing, nothing)
    assert reached == [{"type": "lifespan"}]
