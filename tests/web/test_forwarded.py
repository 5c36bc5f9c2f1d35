"""Whose address a request is counted under, behind proxies and without."""

from collections.abc import MutableMapping
from ipaddress import ip_network
from typing import Any

import pytest

from authsvc.web.forwarded import ForwardedClient

PROXIES = [ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")]


async def client_of(peer: str | None, *lines: str, proxies: Any = PROXIES) -> Any:
    seen: list[Any] = []

    async def app(scope: MutableMapping[str, Any], _: Any, __: Any) -> None:
        seen.append(scope["client"])

    scope = {
        "type": "http",
        "client": None if peer is None else (peer, 4711),
        "headers": [(b"x-forwarded-for", line.encode()) for line in lines],
    }
    await ForwardedClient(app, proxies=proxies)(scope, None, None)  # type: ignore[arg-type]
    return None if seen[0] is None else seen[0][0]


@pytest.mark.parametrize(
    ("peer", "lines", "client"),
    [
        pytest.param("192.0.2.7", (), "192.0.2.7", id="no proxy"),
        pytest.param("192.0.2.7", ("198.51.100.1",), "192.0.2.7", id="a stranger says so"),
        pytest.param("10.0.0.1", ("198.51.100.1",), "198.51.100.1", id="a proxy says so"),
        pytest.param(
            "10.0.0.1", ("1.1.1.1, 198.51.100.1",), "198.51.100.1", id="forged on the left"
        ),
        pytest.param("10.0.0.1", ("1.1.1.1", "198.51.100.1, 10.2.2.2"), "198.51.100.1", id="two"),
        pytest.param("10.0.0.1", ("10.3.3.3",), "10.3.3.3", id="only proxies"),
        pytest.param("10.0.0.1", ("nonsense",), "10.0.0.1", id="nonsense"),
        pytest.param("10.0.0.1", ("nonsense, 10.4.4.4",), "10.4.4.4", id="nonsense further left"),
        pytest.param("10.0.0.1", (), "10.0.0.1", id="a proxy that says nothing"),
        pytest.param("2001:db8::1", ("2001:db9::5",), "2001:db9::5", id="IPv6"),
        pytest.param("::ffff:10.0.0.1", ("198.51.100.1",), "198.51.100.1", id="mapped"),
        pytest.param("unix-socket", ("198.51.100.1",), "unix-socket", id="no address"),
        pytest.param(None, ("198.51.100.1",), None, id="no peer"),
    ],
)
async def test_the_client_is_the_first_address_that_no_proxy_vouches_for(
    peer: str | None, lines: tuple[str, ...], client: str | None
) -> None:
    assert await client_of(peer, *lines) == client


async def test_nobody_is_believed_without_named_proxies() -> None:
    assert await client_of("10.0.0.1", "198.51.100.1", proxies=[]) == "10.0.0.1"
