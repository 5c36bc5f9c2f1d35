"""What is public, and what the machine's own resolver says."""

import asyncio
import threading
from ipaddress import ip_address, ip_network

import pytest

from authsvc.web import addresses
from authsvc.web.addresses import SystemResolver, allowed_addresses, is_public
from authsvc.web.errors import FetchFailed, FetchRefused


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "223.255.255.255",
        "2400:3200::1",
        "2606:4700::1111",
        "2a00::1",
        "64:ff9b::101:101",
    ],
)
def test_hosts_of_the_internet_are_public(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104 - nobody binds to it
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::101:101",
        "100::1",
        "2001::1",
        "2001:2::1",
        "2001:10::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:808:808::1",
        "3fff::1",
        "4000::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_special_addresses_are_not_public(address):
    assert not is_public(ip_address(address))


def test_a_network_that_is_opened_is_open_and_no_other():
    opened = [ip_network("10.1.0.0/16")]
    assert allowed_addresses(["10.1.2.3", "1.1.1.1"], opened=opened) == [
        ip_address("10.1.2.3"),
        ip_address("1.1.1.1"),
    ]
    with pytest.raises(FetchRefused):
        allowed_addresses(["10.2.0.1"], opened=opened)


def test_a_name_without_an_address_has_failed():
    with pytest.raises(FetchFailed):
        allowed_addresses([], opened=[])


def test_what_a_resolver_says_and_is_no_address_is_refused():
    with pytest.raises(FetchRefused):
        allowed_addresses(["1.1.1.1", "cname.example"], opened=[])


def test_in_clear_only_loopback_is_spoken_to():
    with pytest.raises(FetchRefused):
        allowed_addresses(["1.1.1.1"], opened=addresses.LOOPBACK, loopback_only=True)


async def test_the_machine_is_asked_for_every_address_once():
    resolver = SystemResolver()
    found = await resolver("localhost")
    resolver.close()
    assert "127.0.0.1" in found
    assert len(found) == len(set(found))


async def test_a_slow_name_service_holds_none_of_the_shared_threads(monkeypatch):
    hold = threading.Event()
    monkeypatch.setattr(addresses, "_look_up", lambda _: [str(hold.wait(5))])
    resolver = SystemResolver()
    waiting = [asyncio.create_task(resolver(f"{number}.example")) for number in range(40)]
    async with asyncio.timeout(2):
        assert await asyncio.to_thread(int, "7") == 7
    assert not any(task.done() for task in waiting)
    hold.set()
    assert await asyncio.gather(*waiting) == [["True"]] * 40
    resolver.close()
