"""The examples of Token Status List (draft-ietf-oauth-status-list), sections 4.1, 4.2, appendix.

What is written there decides which bytes are packed and how they are read; how they are compressed
is free, so that what we compress is only read back.
"""

import zlib

import pytest

from authsvc.certificates.status_list import StatusList, TokenStatus

# Section 4.1: sixteen statuses of one bit, twelve of two.
SIXTEEN = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]
TWELVE = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]

# The appendix "Test vectors": lists of 2^20 entries; what is not named is 0.
OF_ONE_BIT = {
    **dict.fromkeys((0, 1993, 25460, 159495, 495669, 554353, 645645, 723232, 854545), 1),
    **dict.fromkeys((934534, 1000345), 1),
}
OF_TWO_BITS = {
    **dict.fromkeys((0, 25460, 495669, 554353, 723232, 854545), 1),
    **dict.fromkeys((1993, 645645, 934534), 2),
    **dict.fromkeys((159495, 1000345), 3),
}
LST_OF_ONE_BIT = (
    "eNrt3AENwCAMAEGogklACtKQPg9LugC9k_ACvreiogEAAKkeCQAAAAAAAAAAAAAAAAAAAIBylgQAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAXG9IAAAAAAAAAPwsJAAAAAAAAAAAAAAAvhsSAAAAAAAAAAAA"
    "7KpLAAAAAAAAAAAAAAAAAAAAAJsLCQAAAAAAAAAAADjelAAAAAAAAAAAKjDMAQAAAACAZC8L2AEb"
)
LST_OF_TWO_BITS = (
    "eNrt2zENACEQAEEuoaBABP5VIO01fCjIHTMStt9ovGVIAAAAAABAbiEBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAEB5WwIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAID0ugQAAAAAAAAAAAAAAAAAQG12SgAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AOCSIQEAAAAAAAAAAAAAAAAAAAAAAAD8ExIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAwJEuAQAAAAAA"
    "AAAAAAAAAAAAAAAAAMB9SwIAAAAAAAAAAAAAAAAAAACoYUoAAAAAAAAAAAAAAEBqH81gAQw"
)

VECTORS = {
    "section 4.1, one bit": (1, 16, dict(enumerate(SIXTEEN)), "eNrbuRgAAhcBXQ"),
    "section 4.1, two bits": (2, 12, dict(enumerate(TWELVE)), "eNo76fITAAPfAgc"),
    "appendix, one bit": (1, 1 << 20, OF_ONE_BIT, LST_OF_ONE_BIT),
    "appendix, two bits": (2, 1 << 20, OF_TWO_BITS, LST_OF_TWO_BITS),
}
every_vector = pytest.mark.parametrize(
    ("bits", "size", "statuses", "lst"), VECTORS.values(), ids=VECTORS
)


def packed(bits, size, statuses):
    """The list, as we pack it."""
    made = StatusList(size, bits=bits)
    for index, status in statuses.items():
        made.mark([index], status)
    return made


def test_the_bytes_of_the_examples():
    assert bytes(packed(1, 16, dict(enumerate(SIXTEEN)))._packed) == bytes.fromhex("b9a3")
    assert bytes(packed(2, 12, dict(enumerate(TWELVE)))._packed) == bytes.fromhex("c944f9")


@every_vector
def test_what_others_have_made_is_read(bits, size, statuses, lst):
    read = StatusList.read(lst, bits=bits)
    assert len(read) == size
    assert {index: status for index in range(size) if (status := read[index])} == {
        index: status for index, status in statuses.items() if status
    }


@every_vector
def test_we_pack_the_same_bytes(bits, size, statuses, lst):
    made = packed(bits, size, statuses)
    assert made._packed == StatusList.read(lst, bits=bits)._packed
    again = StatusList.read(b"".join(made.lst()).decode(), bits=bits)
    assert again._packed == made._packed


def test_the_compressed_form_is_what_zlib_reads():
    made = packed(2, 12, dict(enumerate(TWELVE)))
    assert zlib.decompress(b"".join(made.compressed())) == bytes.fromhex("c944f9")


def test_the_statuses_have_their_registered_values():
    """Section 7.1."""
    assert [status.name for status in TokenStatus] == ["VALID", "INVALID", "SUSPENDED"]
    assert list(TokenStatus) == [0, 1, 2]
