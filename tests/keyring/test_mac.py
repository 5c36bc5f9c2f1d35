"""HMAC-SHA-256 under a kept key is HMAC-SHA-256."""

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsvc.keyring.mac import Mac


@given(key=st.binary(max_size=140), prefix=st.binary(max_size=80), message=st.binary(max_size=200))
def test_the_library_says_the_same(key: bytes, prefix: bytes, message: bytes) -> None:
    mac = Mac(key, prefix=prefix)
    expected = hmac.digest(key, prefix + message, "sha256")
    # Twice: the first leaves nothing behind.
    assert mac(message) == mac(message) == expected


@pytest.mark.parametrize(
    ("key", "message", "expected"),
    [
        (
            b"\x0b" * 20,
            b"Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            b"\xaa" * 131,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    ],
)
def test_the_cases_of_rfc_4231(key: bytes, message: bytes, expected: str) -> None:
    assert Mac(key)(message).hex() == expected
