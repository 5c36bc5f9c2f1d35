"""Row 21: what is small when sent and large when read. Refused before it is read."""

import json
import tracemalloc
import zlib

import pytest

from authsvc.clients import json_object, signed
from authsvc.clients.assertion import _LONGEST
from authsvc.identifiers import b64url
from tests.clients.signer import Signer
from tests.hostile.key_platforms import EC, Door

MEGABYTES = 10
# The bound of a whole form.
FORM = 120_000


# Nothing here is stored: one pair of stores tells what the other would.
embedded = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


@pytest.fixture
async def door(provider):
    return await Door.of(provider)


@pytest.fixture
def read(monkeypatch):
    """The texts that were read as JSON."""
    texts = []

    def counted(text):
        texts.append(len(text))
        return json_object.read_object(text)

    monkeypatch.setattr(signed, "read_object", counted)
    return texts


def part(content):
    return b64url(content if isinstance(content, bytes) else json.dumps(content).encode())


def padded(header, size=FORM - 2000):
    return f"{part({**header, 'x': 'a' * int(size * 0.74)})}.{part({})}.{part(b'0' * 64)}"


HEADER = {"alg": "ES256", "kid": "ec"}
TOO_LONG = [
    pytest.param(padded(HEADER), id="a huge header"),
    pytest.param(f"{part(HEADER)}.{part({'a': 'a' * 80_000})}.{part(b'0')}", id="a huge payload"),
    pytest.param(f"{part(HEADER)}.{part({})}.{part(b'0' * 80_000)}", id="a huge signature"),
    pytest.param(f"{part(b'[' * 80_000)}.{part({})}.{part(b'0')}", id="a deep header"),
    pytest.param(part({f"m{n}": n for n in range(6000)}) + "..", id="a header of many members"),
    pytest.param("." * 100_000, id="nothing but dots"),
    pytest.param("A" * 100_000, id="no dot"),
    pytest.param(
        padded({"alg": "PBES2-HS512+A256KW", "p2c": 2**31 - 1, "enc": "A128GCM"}), id="p2c, huge"
    ),
]


async def measured(door, assertion):
    """The status of the answer, and the most memory that was in use on the way, in bytes."""
    await door.ask("warmed up")
    tracemalloc.start()
    try:
        response = await door.ask(assertion)
        return response, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@embedded
@pytest.mark.parametrize("assertion", TOO_LONG)
async def test_too_long_to_be_read_at_all(door, read, assertion):
    """A token of 100 kB in a form that is allowed to be that long: 401, no byte of it is read."""
    response, most = await measured(door, assertion)
    await door.check_uniform(response)
    assert read == []
    assert most < MEGABYTES * 2**20


SHORT = [
    pytest.param(f"{part(b'[' * 5000)}.{part({})}.{part(b'0')}", id="a deep header"),
    pytest.param(f"{part(HEADER)}.{part(b'[' * 5000)}.{part(b'0')}", id="a deep payload"),
    pytest.param(
        f"{part({**HEADER, 'zip': 'DEF'})}.{part(zlib.compress(bytes(3_000_000)))}.{part(b'0')}",
        id="an inflating payload",
    ),
    pytest.param(
        f"{part({'alg': 'dir', 'enc': 'A128GCM', 'zip': 'DEF'})}"
        f"..{part(b'0' * 12)}.{part(zlib.compress(bytes(3_000_000)))}.{part(b'0' * 16)}",
        id="an inflating JWE",
    ),
    pytest.param(
        f"{part({'alg': 'PBES2-HS512+A256KW', 'enc': 'A128GCM', 'p2c': 2**31 - 1, 'p2s': 'AAAA'})}"
        f".{part(b'0' * 40)}.{part(b'0' * 12)}.{part(b'0')}.{part(b'0' * 16)}",
        id="a password stretched for hours",
    ),
    pytest.param(
        f"{part({'alg': 'PBES2-HS512+A256KW', 'p2c': 2**31 - 1})}.{part({})}.{part(b'0')}",
        id="the same in three parts",
    ),
    pytest.param(
        f"{part({'alg': 'RSA1_5', 'enc': 'A128GCM'})}"
        f".{part(b'0' * 256)}.{part(b'0' * 12)}.{part(b'0')}.{part(b'0' * 16)}",
        id="RSA1_5",
    ),
    pytest.param(EC.sign(b'{"sub":"platform-j","exp":' + b"9" * 4000 + b"}"), id="a long number"),
    pytest.param(EC.sign(b'{"sub":"platform-j","exp":1e400000000}'), id="a large number"),
]


@embedded
@pytest.mark.parametrize("assertion", SHORT)
async def test_short_and_harmless_to_read(door, read, assertion):
    """A token within the bound that would be much if it were unpacked: 401, and little is read."""
    response, most = await measured(door, assertion)
    await door.check_uniform(response)
    assert sum(read) <= 2 * _LONGEST
    assert most < MEGABYTES * 2**20


def test_a_key_that_is_dear_to_use():
    """RSA of 16 kbit, or with an exponent as long as itself, in a `jwk` or registered: refused."""
    usual = Signer("RSA").jwk
    for jwk in ({**usual, "n": b64url(b"\xff" * 2048)}, {**usual, "e": usual["n"]}):
        with pytest.raises(ValueError, match="key_refused"):
            signed.read_with_key(EC.sign({}, alg="PS256"), jwk, algorithms=["PS256"])
