"""The fetcher against real servers: what it sends, what it takes, and where it goes."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from authsvc.settings import Outgoing, Settings, SettingsInvalid
from authsvc.web.errors import FetchFailed, FetchRefused
from authsvc.web.fetcher import Fetcher, trusted_authorities
from authsvc.web.problems import status_of
from tests.web.strangers import (
    LOOPBACK,
    NAME,
    Manner,
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


def make_fetcher(authority: TestAuthority, **changes: Any) -> Fetcher:
    return Fetcher(
        **{
            "open_networks": LOOPBACK,
            "trust": trusted_authorities(str(authority.file)),
            "resolver": resolving("127.0.0.1"),
            **changes,
        }
    )


@asynccontextmanager
async def meeting(
    authority: TestAuthority, manner: Manner | bytes, **changes: Any
) -> AsyncIterator[tuple[Fetcher, Stranger]]:
    """A fetcher, and a stranger by the name of a platform."""
    async with stranger(manner, tls=authority.context(NAME)) as there:
        fetcher = make_fetcher(authority, **changes)
        try:
            yield fetcher, there
        finally:
            fetcher.close()


async def test_what_lies_at_an_address_comes_with_its_type(authority):
    said = answer(b'{"keys":[]}', "Content-Type: Application/JSON; charset=utf-8")
    async with meeting(authority, said) as (fetcher, there):
        fetched = await fetcher.get(there.url("/keys?v=1#part"), accept="application/json")
    assert fetched.body == b'{"keys":[]}'
    assert fetched.content_type == "application/json"
    assert fetched.fresh_for == timedelta(minutes=5)
    assert "keys" not in repr(fetched)


async def test_a_request_names_the_host_and_asks_for_plain_bytes(authority):
    async with meeting(authority, answer()) as (fetcher, there):
        await fetcher.get(there.url("/keys?v=1#part"), accept="application/jwk-set+json")
    head = there.requests[0].decode().split("\r\n")
    assert head[0] == "GET /keys?v=1 HTTP/1.1"
    assert set(head[1:]) - {""} == {
        f"Host: {NAME}:{there.port}",
        "User-Agent: authsvc",
        "Accept: application/jwk-set+json",
        "Accept-Encoding: identity",
        "Connection: close",
    }
    assert there.names == [NAME]


async def test_an_address_without_a_path_is_asked_at_its_root(authority):
    async with meeting(authority, answer()) as (fetcher, there):
        await fetcher.get(there.url(""), accept="*/*")
    assert there.requests[0].startswith(b"GET / HTTP/1.1\r\n")


async def test_no_cookie_is_carried_from_one_request_to_the_next(authority):
    said = answer(b"{}", "Set-Cookie: a=1")
    async with meeting(authority, said) as (fetcher, there):
        await fetcher.get(there.url(), accept="*/*")
        await fetcher.get(there.url(), accept="*/*")
    assert len(there.requests) == there.peers == 2
    assert b"ookie" not in there.requests[1]


async def test_a_proxy_of_the_environment_is_not_asked(authority, monkeypatch):
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with meeting(authority, answer()) as (fetcher, there):
        assert (await fetcher.get(there.url(), accept="*/*")).body == b"{}"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param(["Cache-Control: public, max-age=900"], 900, id="as said"),
        pytest.param(["Cache-Control: max-age=1"], 30, id="at least half a minute"),
        pytest.param(["Cache-Control: max-age=31536000"], 3600, id="at most an hour"),
        pytest.param(["Cache-Control: max-age=9999999999"], 3600, id="a long number"),
        pytest.param(["Cache-Control: max-age=900", "Cache-Control: max-age=60"], 60, id="twice"),
        pytest.param(["Cache-Control: no-store, max-age=900"], 30, id="not to be kept"),
        pytest.param(["Cache-Control: max-age=soon"], 300, id="no number"),
        pytest.param(["Cache-Control: s-maxage=900"], 300, id="for others"),
    ],
)
async def test_an_answer_may_be_kept_as_long_as_it_says_within_bounds(authority, headers, seconds):
    async with meeting(authority, answer(b"{}", *headers)) as (fetcher, there):
        fetched = await fetcher.get(there.url(), accept="*/*")
    assert fetched.fresh_for == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([], id="none"),
        pytest.param(["Content-Type: a/b", "Content-Type: c/d"], id="two"),
        pytest.param(["Content-Type: words"], id="no media type"),
    ],
)
async def test_a_doubtful_content_type_is_none(authority, headers):
    async with meeting(authority, answer(b"{}", *headers)) as (fetcher, there):
        assert (await fetcher.get(there.url(), accept="*/*")).content_type == ""


@pytest.mark.parametrize("status", ["201 Created", "204 No Content", "304 Not Modified", "404 No"])
async def test_nothing_but_200_is_an_answer(authority, status):
    async with meeting(authority, answer(b"", status=status)) as (fetcher, there):
        with pytest.raises(FetchFailed):
            await fetcher.get(there.url(), accept="*/*")


async def test_a_notification_is_delivered_and_its_status_told(authority):
    async with meeting(authority, answer(b"", status="202 Accepted")) as (fetcher, there):
        status = await fetcher.post(
            there.url("/events"),
            body=b"payload",
            content_type="application/secevent+jwt",
            headers=[("Authorization", "Bearer made-up")],
        )
    assert status == 202
    head, _, body = there.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /events HTTP/1.1\r\n")
    assert b"Content-Type: application/secevent+jwt" in head
    assert b"Authorization: Bearer made-up" in head
    assert b"Content-Length: 7" in head
    assert body == b"payload"


async def test_what_is_said_to_a_notification_is_not_read(authority):
    begin = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 1000000000\r\n\r\n"
    async with meeting(authority, drips(begin, b"x" * 1000, every=0.05)) as (fetcher, there):
        async with asyncio.timeout(2):
            status = await fetcher.post(there.url(), body=b"", content_type="a/b")
    assert status == 400


async def test_a_notification_is_not_sent_to_an_address_with_a_fragment(authority):
    async with meeting(authority, answer()) as (fetcher, there):
        with pytest.raises(FetchRefused):
            await fetcher.post(there.url("/events#x"), body=b"", content_type="a/b")
    assert there.peers == 0


async def test_the_second_address_is_tried_when_the_first_does_not_answer(authority):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        async with stranger(answer(), tls=authority.context(NAME), host="127.0.0.2") as there:
            fetcher = make_fetcher(authority, resolver=resolving("127.0.0.1", "127.0.0.2"))
            fetched = await fetcher.get(there.url(), accept="*/*")
            fetcher.close()
    assert fetched.body == b"{}"


async def test_a_host_that_nobody_serves_has_failed(authority):
    fetcher = make_fetcher(authority)
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(FetchFailed) as raised:
            await fetcher.get(f"https://{NAME}:{bound.getsockname()[1]}/", accept="*/*")
    fetcher.close()
    assert NAME not in str(raised.value)
    assert raised.value.__suppress_context__


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9"])
async def test_what_does_not_speak_http_has_failed(authority, said):
    async with meeting(authority, said) as (fetcher, there):
        with pytest.raises(FetchFailed):
            await fetcher.get(there.url(), accept="*/*")


async def test_a_body_that_ends_early_has_failed(authority):
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}"
    async with meeting(authority, said) as (fetcher, there):
        with pytest.raises(FetchFailed):
            await fetcher.get(there.url(), accept="*/*")


@pytest.mark.parametrize(("size", "comes"), [(10, True), (11, False)])
async def test_a_body_may_have_exactly_the_bound(authority, size, comes):
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (size, b"x" * size)
    said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
    async with meeting(authority, said) as (fetcher, there):
        if comes:
            assert len((await fetcher.get(there.url(), accept="*/*", largest=10)).body) == size
        else:
            with pytest.raises(FetchFailed):
                await fetcher.get(there.url(), accept="*/*", largest=10)


async def test_one_host_is_asked_by_four_at_once_and_others_go_on(authority):
    async def slowly(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        writer.write(answer())

    async with (
        meeting(authority, slowly) as (fetcher, there),
        stranger(answer(), tls=authority.context("other.example")) as other,
    ):
        many = [asyncio.create_task(fetcher.get(there.url(), accept="*/*")) for _ in range(8)]
        await asyncio.sleep(0.15)
        assert there.peers == 4
        await fetcher.get(other.url(host="other.example"), accept="*/*")
        assert there.peers == 4
        await asyncio.gather(*many)
    assert there.peers == 8


async def test_waiting_for_a_turn_counts_as_waiting(authority):
    never = drips(b"", b"", every=1)
    async with meeting(authority, never, total_seconds=0.3) as (fetcher, there):
        asked = [fetcher.get(there.url(), accept="*/*") for _ in range(60)]
        started = asyncio.get_running_loop().time()
        results = await asyncio.gather(*asked, return_exceptions=True)
        # One after the other, four at once, they would take four and a half.
        assert asyncio.get_running_loop().time() - started < 3
    assert all(isinstance(result, FetchFailed) for result in results)


async def test_in_the_sandbox_http_on_loopback_is_open():
    fetcher = Fetcher.open(Settings(issuer="http://127.0.0.1:9000", mode="sandbox"))
    async with stranger(answer()) as there:
        for host in ("127.0.0.1", "localhost"):
            fetched = await fetcher.get(there.url(host=host, scheme="http"), accept="*/*")
            assert fetched.body == b"{}"
    fetcher.close()
    assert b"Host: 127.0.0.1:" in there.requests[0]


async def test_a_network_that_the_settings_open_is_spoken_to_over_tls(authority):
    outgoing = Outgoing(open_networks="127.0.0.0/8 ::1/128", ca_bundle=str(authority.file))
    fetcher = Fetcher.open(Settings(issuer="https://id.example", outgoing=outgoing))
    async with stranger(answer(), tls=authority.context("127.0.0.1")) as there:
        assert (await fetcher.get(there.url(host="127.0.0.1"), accept="*/*")).body == b"{}"
        with pytest.raises(FetchRefused):
            await fetcher.get(there.url(host="127.0.0.1", scheme="http"), accept="*/*")
    fetcher.close()


async def test_an_ipv6_host_is_spoken_to_in_brackets(authority):
    async with stranger(answer(), tls=authority.context("::1"), host="::1") as there:
        fetcher = make_fetcher(authority)
        await fetcher.get(there.url(host="[0:0::1]"), accept="*/*")
        fetcher.close()
    assert f"Host: [::1]:{there.port}\r\n".encode() in there.requests[0]


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_ca_bundle_that_cannot_be_read_is_named(tmp_path: Path, content):
    path = tmp_path / "ca.crt"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SettingsInvalid) as raised:
        trusted_authorities(str(path))
    assert raised.value.field == "outgoing.ca_bundle"


def test_a_refusal_is_the_asker_s_fault_and_a_failure_is_not():
    assert status_of(FetchRefused()) == 400
    assert status_of(FetchFailed()) == 503
