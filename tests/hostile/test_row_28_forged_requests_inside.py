"""Row 28: a platform names an address inside our network where its own should be.

`jwks_uri`, `sector_identifier_uri`, `request_uri`, logout and event endpoints: all of them are
asked through `Fetcher`. Inside stands a server that would answer anybody; it must never be asked.
"""

import asyncio
import gzip
import socket
import traceback
from collections.abc import AsyncIterator

import pytest

from authsvc.web.addresses import Resolver
from authsvc.web.errors import FetchFailed, FetchRefused
from authsvc.web.fetcher import LARGEST, Fetcher, trusted_authorities
from tests.web.strangers import (
    LOOPBACK,
    NAME,
    ChangingResolver,
    Stranger,
    TestAuthority,
    answer,
    drips,
    resolving,
    stranger,
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return TestAuthority(tmp_path_factory.mktemp("tls"))


@pytest.fixture
async def inside(authority: TestAuthority) -> AsyncIterator[Stranger]:
    """A server of ours on loopback, with a certificate for every way of naming it."""
    names = (NAME, "localhost", "127.0.0.1", "::1", "::ffff:7f00:1")
    async with stranger(answer(b"secret"), tls=authority.context(*names)) as server:
        yield server


def production(authority: TestAuthority, resolver: Resolver | None = None) -> Fetcher:
    """No network is open."""
    return Fetcher(trust=trusted_authorities(str(authority.file)), resolver=resolver)


def towards_loopback(authority: TestAuthority, *, seconds: float = 5.0) -> Fetcher:
    """Loopback stands for the internet: whoever answers there is a public stranger."""
    return Fetcher(
        open_networks=LOOPBACK,
        trust=trusted_authorities(str(authority.file)),
        resolver=resolving("127.0.0.1"),
        total_seconds=seconds,
    )


async def refused(fetcher: Fetcher, url: str) -> None:
    """Refused by both verbs, and nothing of the address is repeated."""
    for request in (
        fetcher.get(url, accept="*/*"),
        fetcher.post(url, body=b"x", content_type="a/b"),
    ):
        with pytest.raises(FetchRefused) as raised:
            await request
        _says_nothing(raised.value, url)
    fetcher.close()


async def failed(fetcher: Fetcher, url: str) -> None:
    with pytest.raises(FetchFailed) as raised:
        await fetcher.get(url, accept="*/*")
    _says_nothing(raised.value, url)
    fetcher.close()


def _says_nothing(error: Exception, url: str) -> None:
    told = "".join(traceback.format_exception_only(error)) + str(vars(error))
    host = url.partition("//")[2].partition("/")[0]
    assert url not in told
    assert host not in told
    assert error.__cause__ is None


async def test_internal_ipv4_addresses(authority, inside):
    """Sent: loopback and private addresses as they are. Refused, nobody is asked."""
    for host in ("127.0.0.1", "127.8.8.8", "10.0.0.5", "172.20.0.1", "192.168.0.1", "0.1.2.3"):
        await refused(production(authority), inside.url(host=host))
    assert inside.peers == 0


async def test_loopback_of_ipv6(authority, inside):
    """Sent: [::1], unspecified, unique local and link-local addresses. Refused."""
    for host in ("[::1]", "[::]", "[fd00::1]", "[fe80::1]", "[ff02::1]"):
        await refused(production(authority), inside.url(host=host))
    assert inside.peers == 0


async def test_ipv4_inside_ipv6(authority, inside):
    """Sent: loopback mapped, compatible, by 6to4, NAT64 and Teredo. Refused."""
    for host in (
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[2002:7f00:1::]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b:1::7f00:1]",
        "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    ):
        await refused(production(authority), inside.url(host=host))
    assert inside.peers == 0


async def test_addresses_in_unusual_spellings(authority, inside):
    """Sent: loopback in decimal, octal, hex and short; refused, and by the spelling alone.

    Even a resolver that takes them for a public host is not asked.
    """
    resolver = ChangingResolver(["8.8.8.8"])
    for host in (
        "2130706433",
        "017700000001",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "127.1",
        "127.0.0.1.",
        "127.0.0.01",
        "%31%32%37.0.0.1",
        "①②⑦.0.0.1",
    ):
        await refused(production(authority, resolver), inside.url(host=host))
    assert resolver.asked == inside.peers == 0


async def test_the_metadata_service_of_a_cloud(authority):
    """Sent: 169.254.169.254 and its like, as an address and behind a name. Refused."""
    for address in ("169.254.169.254", "100.100.100.200", "168.63.129.16", "fd00:ec2::254"):
        host = f"[{address}]" if ":" in address else address
        await refused(production(authority), f"https://{host}/latest/meta-data/")
        fetcher = production(authority, resolving(address))
        await refused(fetcher, "https://metadata.example/latest/meta-data/")


async def test_a_name_of_the_inside(authority, inside):
    """Sent: localhost, by the machine's own resolver. Refused."""
    await refused(production(authority), inside.url(host="localhost"))
    assert inside.peers == 0


async def test_a_name_with_a_public_and_an_internal_address(authority, inside):
    """Sent: a name that resolves to both. Refused, in whichever order they come."""
    for addresses in (("8.8.8.8", "127.0.0.1"), ("127.0.0.1", "8.8.8.8")):
        await refused(production(authority, resolving(*addresses)), inside.url())
    assert inside.peers == 0


async def test_a_name_service_that_changes_its_mind(authority):
    """Sent: a name that is a public host when asked first, and an internal one ever after.

    It is asked once; the connection goes to the first answer. 127.0.0.2 is the public host here,
    127.0.0.1, at the same port, the internal one.
    """
    resolver = ChangingResolver(["127.0.0.2"], ["127.0.0.1"])
    async with (
        stranger(answer(b"public"), tls=authority.context(NAME), host="127.0.0.2") as public,
        stranger(answer(b"secret"), tls=authority.context(NAME), port=public.port) as internal,
    ):
        fetcher = Fetcher(
            open_networks=[LOOPBACK[0]],
            trust=trusted_authorities(str(authority.file)),
            resolver=resolver,
        )
        assert (await fetcher.get(public.url(), accept="*/*")).body == b"public"
        fetcher.close()
    assert (resolver.asked, public.peers, internal.peers) == (1, 1, 0)


async def test_a_second_request_is_checked_again(authority, inside):
    """Sent: the same name twice; in between it moved inside. The second one is refused."""
    resolver = ChangingResolver(["127.0.0.2"], ["10.0.0.1"])
    async with stranger(answer(b"public"), tls=authority.context(NAME), host="127.0.0.2") as public:
        fetcher = Fetcher(
            open_networks=[LOOPBACK[0]],
            trust=trusted_authorities(str(authority.file)),
            resolver=resolver,
        )
        await fetcher.get(public.url(), accept="*/*")
        await refused(fetcher, public.url())
    assert public.peers == 1


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Temp", "308 Perm"])
async def test_a_redirect_to_the_inside(authority, inside, status):
    """Answered: go to an internal address. Not followed, failed, for both verbs."""
    elsewhere = answer(b"", f"Location: {inside.url(host='localhost')}", status=status)
    async with stranger(elsewhere, tls=authority.context(NAME)) as there:
        fetcher = towards_loopback(authority)
        with pytest.raises(FetchFailed):
            await fetcher.post(there.url(), body=b"x", content_type="a/b")
        await failed(fetcher, there.url())
        assert there.peers == 2
    assert inside.peers == 0


async def test_a_huge_body(authority):
    """Answered: more bytes than any key set has, announced or not. Cut off, failed."""
    announced = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n"
    for begin in (announced, b"HTTP/1.1 200 OK\r\n\r\n"):
        sent = 0

        async def pour(writer: asyncio.StreamWriter, begin: bytes = begin) -> None:
            nonlocal sent
            writer.write(begin)
            while True:
                writer.write(b"x" * 65_536)
                await writer.drain()
                sent += 65_536

        async with stranger(pour, tls=authority.context(NAME)) as there:
            async with asyncio.timeout(3):
                await failed(towards_loopback(authority), there.url())
        assert sent < LARGEST + 16_000_000  # what the buffers of two sockets hold


async def test_an_endless_slow_body(authority):
    """Answered: a byte now and then, for ever, so that no single wait is long. Cut off in time."""
    begin = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    async with stranger(drips(begin, b"x", every=0.1), tls=authority.context(NAME)) as there:
        async with asyncio.timeout(2):
            await failed(towards_loopback(authority, seconds=0.6), there.url())


async def test_endless_slow_headers(authority):
    """Answered: interim answers, or one header after the other, for ever. Cut off in time."""
    for begin, drop in (
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (b"", b"HTTP/1.1 103 Hints\r\n\r\n"),
    ):
        async with stranger(drips(begin, drop, every=0.05), tls=authority.context(NAME)) as there:
            async with asyncio.timeout(2):
                await failed(towards_loopback(authority, seconds=0.6), there.url())


async def test_a_handshake_that_never_ends(authority):
    """Answered: nothing at all, not even TLS. Cut off in time."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        async with asyncio.timeout(2):
            await failed(towards_loopback(authority, seconds=0.6), f"https://{NAME}:{port}/")


async def test_a_compressed_bomb(authority):
    """Answered: a few kilobytes that unpack to ten megabytes. Not unpacked, failed."""
    bomb = gzip.compress(b"\0" * 10_000_000)
    assert len(bomb) < LARGEST
    for coding in ("gzip", "GZIP", "br", "identity, gzip"):
        said = answer(bomb, f"Content-Encoding: {coding}")
        async with stranger(said, tls=authority.context(NAME)) as there:
            await failed(towards_loopback(authority), there.url())


async def test_an_address_with_a_user_name(authority, inside):
    """Sent: a public host in front of the @, the inside behind it, and the like. Refused."""
    for authority_part in (
        f"{NAME}@127.0.0.1:{inside.port}",
        f"{NAME}:443@localhost:{inside.port}",
        f"@{NAME}",
        f"127.0.0.1:{inside.port}\\@{NAME}",
        f"127.0.0.1:{inside.port}#@{NAME}",
        f"{NAME}:443:{inside.port}",
    ):
        await refused(production(authority), f"https://{authority_part}/keys")
    assert inside.peers == 0


async def test_a_port_of_another_service(authority):
    """Sent: ports of mail, shells and databases' hosts, of nobody, beyond all. Refused."""
    for port in (0, 22, 25, 53, 80, 444, 1023, 65_536, 99_999):
        await refused(towards_loopback(authority), f"https://{NAME}:{port}/keys")


async def test_http_in_clear(authority):
    """Sent: an http address, public or internal, also of a network that is open. Refused."""
    async with stranger(answer()) as there:
        for fetcher in (towards_loopback(authority), production(authority, resolving("8.8.8.8"))):
            await refused(fetcher, there.url(scheme="http"))
        for scheme in ("ftp", "file", "gopher", "ws", "unix"):
            await refused(towards_loopback(authority), there.url(scheme=scheme))
        assert there.peers == 0


async def test_http_to_the_world_from_a_sandbox():
    """Sent in a sandbox, where http on loopback is open: an http address elsewhere. Refused."""
    fetcher = Fetcher(loopback_http=True, resolver=resolving("8.8.8.8"))
    await refused(fetcher, f"http://{NAME}/keys")


async def test_a_certificate_of_somebody_else(authority):
    """Answered: by a host whose certificate names another one, or only its address. Failed."""
    for name in ("other.example", "127.0.0.1"):
        async with stranger(answer(), tls=authority.context(name)) as there:
            await failed(towards_loopback(authority), there.url())
            assert there.requests == []


async def test_a_certificate_of_an_unknown_authority(authority, tmp_path):
    """Answered: by a host with the right name, vouched for by nobody we trust. Failed."""
    unknown = TestAuthority(tmp_path)
    async with stranger(answer(), tls=unknown.context(NAME)) as there:
        await failed(towards_loopback(authority), there.url())
        assert there.requests == []
