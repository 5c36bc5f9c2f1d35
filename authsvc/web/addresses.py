"""Which addresses on the network may be spoken to, when a stranger named the place?

Public ones. The special ones are listed here after the registries of IANA (RFC 6890), not asked
of the `ipaddress` module, whose opinion changed between patch releases of Python.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from authsvc.web.errors import FetchFailed, FetchRefused

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str], Awaitable[Sequence[str]]]
"""From the name of a host to its addresses, as text; OSError if there are none."""

LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))

_NOT_PUBLIC_V4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network (RFC 791)
        "10.0.0.0/8",  # private (RFC 1918), as 172.16 and 192.168
        "100.64.0.0/10",  # between a carrier and its customers (RFC 6598)
        "127.0.0.0/8",  # loopback (RFC 1122)
        "168.63.129.16/32",  # public by number, yet a cloud's own host beside every machine of it
        "169.254.0.0/16",  # link-local (RFC 3927): the metadata services of the clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments (RFC 6890)
        "192.0.2.0/24",  # documentation (RFC 5737), as 198.51.100 and 203.0.113
        "192.88.99.0/24",  # relays of 6to4 (RFC 7526)
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks (RFC 2544)
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast (RFC 5771)
        "240.0.0.0/4",  # reserved (RFC 1112), broadcast
    )
)

# The one block from which IPv6 unicast is given out (RFC 4291). Outside lie loopback, unspecified,
# IPv4-mapped and -compatible, unique local, link-local and multicast addresses.
_UNICAST_V6 = IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments (RFC 2928): Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation (RFC 3849), as 3fff::/20 (RFC 9637)
        "2002::/16",  # 6to4 (RFC 3056): an IPv4 address inside
        "3fff::/20",
    )
)
# A network without IPv4 reaches every IPv4 host by this prefix (RFC 6052): what counts is the
# address inside. The prefix of local translators (64:ff9b:1::/48, RFC 8215) leads inside.
_NAT64 = IPv6Network("64:ff9b::/96")

# More names at once than that wait for their turn; a resolver may take its time for each.
_RESOLVING_AT_ONCE = 8


def is_public(address: Address) -> bool:
    """Whether it is a host of the public internet, told by the number alone."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_V4)
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    return address in _UNICAST_V6 and not any(address in network for network in _NOT_PUBLIC_V6)


def is_within(address: Address, networks: Sequence[Network]) -> bool:
    """Whether it lies in one of the networks."""
    return any(address in network for network in networks)


def allowed_addresses(
    texts: Sequence[str], *, opened: Sequence[Network], loopback_only: bool = False
) -> list[Address]:
    """Every address of a host, in order, if every one may be spoken to.

    One that may not spoils all: a name with a public and an internal address is an attempt.
    Raises FetchFailed if there is none, FetchRefused.
    """
    if not texts:
        raise FetchFailed(log="the name has no address")
    try:
        addresses = [ip_address(text) for text in texts]
    except ValueError:
        raise FetchRefused(log="not an address") from None
    for address in addresses:
        if not is_public(address) and not is_within(address, opened):
            raise FetchRefused(log="not a public address")
        if loopback_only and not is_within(address, LOOPBACK):
            raise FetchRefused(log="http beyond loopback")
    return addresses


class SystemResolver:
    """The machine's own resolver, in threads of its own.

    A name whose servers are slow on purpose holds one of these, and never the threads that the
    rest of the service shares.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_RESOLVING_AT_ONCE, thread_name_prefix="resolver")

    async def __call__(self, host: str) -> Sequence[str]:
        """Every address of the name; OSError if it has none."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _look_up, host)
        return list(dict.fromkeys(found))

    def close(self) -> None:
        """Lets go of the threads; a question still open is answered to nobody."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str) -> list[str]:
    answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in answers]
