"""The one way in which the service speaks to addresses that strangers name.

Platforms register where their keys, their sectors, their request objects lie and where they want
to be told of things. Whoever may name an address could name one inside our own network, so here
(RFC 9700, OWASP on server-side request forgery):

    the URL        https, a host, a port of the web; http on loopback alone, where that is open
    the host       resolved by us; every address public, or in a network that the settings open
    the connection to the very address that was checked; TLS, certificate and Host are the name's
    the exchange   one request, no redirect, no cookie, no proxy, no compression; bounds on time,
                   on size and on how many go at once

A refusal or a failure says nothing of the address or of what came from there.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Self
from weakref import WeakValueDictionary

import httpcore2
import httpx2

from authsvc.settings import Settings, SettingsInvalid
from authsvc.web.addresses import (
    LOOPBACK,
    Address,
    Network,
    Resolver,
    SystemResolver,
    allowed_addresses,
)
from authsvc.web.destination import Destination, read_destination
from authsvc.web.errors import FetchFailed, FetchRefused
from authsvc.web.fetched import Fetched, bounded_body, freshness, media_type

# A person waits for the answer (as for our own helpers); the exchange ends by then, name service
# and waiting for a turn included, however slowly it drips.
TOTAL_SECONDS = 5.0
# Connecting (TLS apart) leaves time for a second address of the same host.
_STEP_SECONDS = {"connect": 2.0, "write": 3.0, "read": 3.0}
# Twenty RSA keys with a certificate chain each are about 100 kB.
LARGEST = 128 * 1024
# Each is one socket and at most LARGEST bytes.
_AT_ONCE = 32
# One slow platform must not take every turn.
_AT_ONCE_PER_HOST = 4

_TROUBLE = (
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    OSError,  # TimeoutError and what a resolver or TLS raise are of this kind
)


class Fetcher:
    """Asks and tells; every request is checked on its own, no connection is used twice.

    `open_networks` may be spoken to although they are not public, `loopback_http` also opens
    loopback, for http too. `trust` are the certificate authorities.
    """

    def __init__(
        self,
        *,
        open_networks: Sequence[Network] = (),
        loopback_http: bool = False,
        trust: ssl.SSLContext | None = None,
        resolver: Resolver | None = None,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._opened = (*open_networks, *LOOPBACK) if loopback_http else tuple(open_networks)
        self._loopback_http = loopback_http
        self._trust = trusted_authorities() if trust is None else trust
        self._system_resolver = SystemResolver()
        self._resolve: Resolver = resolver or self._system_resolver
        self._total_seconds = total_seconds
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._turns_by_host: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """The fetcher that the settings ask for; SettingsInvalid if its CA bundle is unreadable."""
        return cls(
            open_networks=settings.outgoing.networks,
            loopback_http=settings.sandbox,
            trust=trusted_authorities(settings.outgoing.ca_bundle),
        )

    async def get(self, url: str, *, accept: str, largest: int = LARGEST) -> Fetched:
        """What lies at `url`, at most `largest` bytes. A fragment of the URL is not sent.

        Raises FetchRefused if the address may not be spoken to, FetchFailed if nothing came in
        time, or anything but a plain 200.
        """
        destination = self._read(url, fragment=True)
        async with self._exchange("GET", destination, headers=[("Accept", accept)]) as response:
            if response.status != httpx2.codes.OK:
                raise FetchFailed(log=f"HTTP {response.status}")
            return Fetched(
                body=await bounded_body(response, largest=largest),
                content_type=media_type(response),
                fresh_for=freshness(response),
            )

    async def post(
        self,
        url: str,
        *,
        body: bytes,
        content_type: str,
        headers: Sequence[tuple[str, str]] = (),
    ) -> int:
        """The status with which `url` took `body`; what else it said is not read.

        Raises FetchRefused if the address may not be spoken to, FetchFailed if it did not answer
        in time, or wants to send us elsewhere.
        """
        destination = self._read(url, fragment=False)
        sent = [("Content-Type", content_type), *headers]
        async with self._exchange("POST", destination, headers=sent, body=body) as response:
            if httpx2.codes.is_redirect(response.status):
                raise FetchFailed(log=f"HTTP {response.status}")
            return response.status

    def close(self) -> None:
        """Lets go of the resolver's threads; connections end with their exchange."""
        self._system_resolver.close()

    def _read(self, url: str, *, fragment: bool) -> Destination:
        destination = read_destination(url, fragment=fragment)
        if destination.scheme == "http" and not self._loopback_http:
            raise FetchRefused(log="not https")
        return destination

    @asynccontextmanager
    async def _exchange(
        self,
        method: str,
        destination: Destination,
        *,
        headers: Sequence[tuple[str, str]],
        body: bytes | None = None,
    ) -> AsyncIterator[httpcore2.Response]:
        """One request and its answer, whose body is still to be read; FetchFailed, FetchRefused."""
        try:
            async with (
                asyncio.timeout(self._total_seconds),
                self._turn(destination.host),
                aclosing(_Pinned(await self._addresses(destination))) as network,
                self._connection(destination, network) as connection,
                connection.stream(
                    method,
                    _url(destination),
                    headers=[*_own_headers(destination), *headers],
                    content=body,
                    extensions={"timeout": _STEP_SECONDS},
                ) as response,
            ):
                yield response
        except _TROUBLE as error:
            # The cause may name the host.
            raise FetchFailed(log=type(error).__name__) from None

    @asynccontextmanager
    async def _turn(self, host: str) -> AsyncIterator[None]:
        of_host = self._turns_by_host.get(host) or asyncio.Semaphore(_AT_ONCE_PER_HOST)
        self._turns_by_host[host] = of_host
        async with of_host, self._turns:
            yield

    async def _addresses(self, destination: Destination) -> list[Address]:
        host = destination.host
        return allowed_addresses(
            [host] if destination.is_address else await self._resolve(host),
            opened=self._opened,
            loopback_only=destination.scheme == "http",
        )

    def _connection(
        self, destination: Destination, network: httpcore2.AsyncNetworkBackend
    ) -> httpcore2.AsyncHTTPConnection:
        return httpcore2.AsyncHTTPConnection(
            origin=_url(destination).origin,
            ssl_context=self._trust,
            network_backend=network,
        )


class _Pinned(httpcore2.AsyncNetworkBackend):
    """Connects to addresses that were checked, whatever the name would say by now."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._addresses = addresses
        self._network = httpcore2.AnyIOBackend()
        self._streams: list[httpcore2.AsyncNetworkStream] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """The first of the addresses that answers; ConnectError, ConnectTimeout of the last."""
        *others, last = [str(address) for address in self._addresses]
        for address in others:
            try:
                return await self._connect(address, port, timeout)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._connect(last, port, timeout)

    async def aclose(self) -> None:
        """Closes what was opened.

        NOTE: httpcore2 2.16 leaves a connection open whose TLS handshake is cancelled.
        """
        for stream in self._streams:
            await stream.aclose()

    async def _connect(
        self, address: str, port: int, seconds: float | None
    ) -> httpcore2.AsyncNetworkStream:
        stream = await self._network.connect_tcp(address, port, timeout=seconds)
        self._streams.append(stream)
        return stream


def trusted_authorities(ca_bundle: str = "") -> ssl.SSLContext:
    """The machine's certificate authorities and those of `ca_bundle`; SettingsInvalid."""
    context = httpx2.create_ssl_context(trust_env=False)
    # BCP 195 (RFC 9325): nothing below.
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_bundle:
        try:
            context.load_verify_locations(Path(ca_bundle))
        except (OSError, ValueError) as error:
            raise SettingsInvalid(field="outgoing.ca_bundle", log=type(error).__name__) from None
    return context


def _url(destination: Destination) -> httpcore2.URL:
    """From the parts, so that nobody reads the text a second time."""
    return httpcore2.URL(
        scheme=destination.scheme,
        host=destination.host,
        port=destination.port,
        target=destination.target,
    )


def _own_headers(destination: Destination) -> list[tuple[str, str]]:
    return [
        ("Host", destination.authority),
        ("User-Agent", "authsvc"),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
    ]
