"""The way to Redis when Redis is strange: late, gone, silent, suspicious, or behind TLS."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import hiredis
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from authsvc.storage import StorageUnavailable
from authsvc.storage.ephemeral.redis_pipes import RedisPipes

PATIENCE = 0.2
Answer = Callable[[list[bytes]], bytes | None]


class Redis:
    """Stands in for Redis: `answer` says what each command is answered; None hangs up."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.connections = 0
        self.commands: list[list[bytes]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        parser = hiredis.Reader()
        try:
            while data := await reader.read(4096):
                parser.feed(data)
                while (command := parser.gets()) is not False:
                    self.commands.append(command)
                    answer = self.answer(command)
                    if answer is None:
                        return
                    writer.write(answer)
        except ConnectionError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def listening(redis: Redis, *, context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    server = await asyncio.start_server(redis.serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    yield f"127.0.0.1:{port}"
    server.close()
    await asyncio.sleep(0.02)


@pytest.fixture
async def pipes_to() -> AsyncIterator[Callable[[str], Awaitable[RedisPipes]]]:
    made: list[RedisPipes] = []

    async def make(url: str) -> RedisPipes:
        made.append(RedisPipes(url, timeout_seconds=PATIENCE))
        return made[-1]

    yield make
    for pipes in made:
        await pipes.close()


def ok(_: list[bytes]) -> bytes:
    return b"+OK\r\n"


async def test_who_we_are_and_which_database_is_said_first(pipes_to):
    redis = Redis(ok)
    async with listening(redis) as place:
        pipes = await pipes_to(f"redis://somebody:secret@{place}/3")
        assert await pipes.carry([(b"GET", b"a"), (b"PING",)]) == [b"OK", b"OK"]
    assert redis.commands == [
        [b"AUTH", b"somebody", b"secret"],
        [b"SELECT", b"3"],
        [b"GET", b"a"],
        [b"PING"],
    ]


async def test_a_password_that_is_refused_is_away_and_nothing_is_asked(pipes_to):
    redis = Redis(lambda command: b"-WRONGPASS no\r\n" if command[0] == b"AUTH" else b"+OK\r\n")
    async with listening(redis) as place:
        pipes = await pipes_to(f"redis://:secret@{place}")
        with pytest.raises(StorageUnavailable) as refused:
            await pipes.carry([(b"GET", b"a")])
    assert "WRONGPASS" not in str(refused.value.log)
    assert redis.commands == [[b"AUTH", b"secret"]]


async def test_all_goes_over_one_connection_in_its_order(pipes_to):
    redis = Redis(lambda command: b"+%s\r\n" % command[1])
    async with listening(redis) as place:
        pipes = await pipes_to(f"redis://{place}")
        await pipes.carry([(b"GET", b"first")])
        asked = [pipes.carry([(b"GET", b"%d" % number)]) for number in range(5)]
        assert [(await each)[0] for each in reversed(asked)] == [b"4", b"3", b"2", b"1", b"0"]
    assert redis.connections == 1
    assert [command[1] for command in redis.commands[1:]] == [b"0", b"1", b"2", b"3", b"4"]


async def test_an_error_is_the_answer_of_one_command_alone(pipes_to):
    redis = Redis(lambda command: b"-ERR no\r\n" if command[1] == b"bad" else b"+OK\r\n")
    async with listening(redis) as place:
        pipes = await pipes_to(f"redis://{place}")
        answers = await pipes.carry([(b"GET", b"a"), (b"GET", b"bad"), (b"GET", b"b")])
    assert answers[0] == answers[2] == b"OK"
    assert isinstance(answers[1], StorageUnavailable)


async def test_what_was_lost_is_sent_once_more(pipes_to):
    lost: list[bytes] = []

    def once(command: list[bytes]) -> bytes | None:
        lost.append(command[1])
        return None if len(lost) == 2 else b"+OK\r\n"

    redis = Redis(once)
    async with listening(redis) as place:
        pipes = await pipes_to(f"redis://{place}")
        assert await pipes.carry([(b"GET", b"a")]) == [b"OK"]
        assert await pipes.carry([(b"GET", b"b")]) == [b"OK"]
    assert (lost, redis.connections) == ([b"a", b"b", b"b"], 2)


async def test_what_was_lost_twice_is_away(pipes_to):
    redis = Redis(lambda _: None)
    async with listening(redis) as place:
        pipes = await pipes_to(f"redis://{place}")
        with pytest.raises(StorageUnavailable):
            await pipes.carry([(b"GET", b"a")])


async def test_who_does_not_answer_in_time_is_away_for_everybody_who_waits(pipes_to):
    redis = Redis(lambda _: b"")
    async with listening(redis) as place:
        pipes = await pipes_to(f"redis://{place}")
        asked = [pipes.carry([(b"GET", b"%d" % number)]) for number in range(3)]
        told = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(each) for each in told] == [StorageUnavailable] * 3


async def test_an_answer_that_nobody_asked_for_ends_the_connection(pipes_to):
    redis = Redis(lambda _: b"+OK\r\n+again\r\n")
    async with listening(redis) as place:
        pipes = await pipes_to(f"redis://{place}")
        for _ in range(3):
            assert await pipes.carry([(b"GET", b"a")]) == [b"OK"]
            await asyncio.sleep(0.01)
    assert redis.connections == 3


async def test_who_speaks_another_protocol_is_away(pipes_to):
    redis = Redis(lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n")
    async with listening(redis) as place:
        pipes = await pipes_to(f"redis://{place}")
        with pytest.raises(StorageUnavailable):
            await pipes.carry([(b"GET", b"a")])


async def test_nobody_there_is_away(pipes_to):
    pipes = await pipes_to("redis://127.0.0.1:1")
    with pytest.raises(StorageUnavailable):
        await pipes.carry([(b"GET", b"a")])


async def test_over_tls_the_certificate_must_verify(pipes_to, tmp_path):
    context, certificate = tls(tmp_path)
    redis = Redis(ok)
    async with listening(redis, context=context) as place:
        pipes = await pipes_to(f"rediss://{place}/0?ssl_ca_certs={certificate}")
        assert await pipes.carry([(b"GET", b"a")]) == [b"OK"]
        stranger = await pipes_to(f"rediss://{place}/0")
        with pytest.raises(StorageUnavailable):
            await stranger.carry([(b"GET", b"a")])


def tls(place: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's side of TLS, and the file of its certificate."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "artificial")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (place / "certificate.pem").write_bytes(pem)
    (place / "both.pem").write_bytes(private + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place / "both.pem")
    return context, place / "certificate.pem"


async def test_whoever_waits_for_others_to_connect_waits_no_longer_than_they(pipes_to):
    redis = Redis(lambda _: b"")  # It hears the password and says nothing.
    async with listening(redis) as place:
        pipes = await pipes_to(f"redis://:secret@{place}")
        asked = [pipes.carry([(b"GET", b"%d" % number)]) for number in range(20)]
        _, still_waiting = await asyncio.wait(asked, timeout=PATIENCE * 4)
    assert not still_waiting
    assert redis.connections <= 2
    assert [type(each.exception()) for each in asked] == [StorageUnavailable] * 20


@pytest.mark.parametrize("url", ["redis://a..b/0", "rediss://127.0.0.1:1/0?ssl_min_version=9"])
async def test_an_address_that_cannot_be_is_away_and_hangs_nobody(pipes_to, url):
    pipes = await pipes_to(url)
    with pytest.raises(StorageUnavailable):
        await asyncio.wait_for(pipes.carry([(b"GET", b"a")]), 2)


async def test_what_nobody_waits_for_any_more_is_not_sent_late(pipes_to):
    redis = Redis(ok)
    async with listening(redis) as place:
        pipes = await pipes_to(f"redis://{place}")
        asked = pipes.carry([(b"DEL", b"a")])
        asked.cancel()
        await asyncio.sleep(0.05)
        assert await pipes.carry([(b"GET", b"b")]) == [b"OK"]
    assert redis.commands == [[b"GET", b"b"]]
