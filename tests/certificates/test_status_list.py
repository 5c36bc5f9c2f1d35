import contextlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsvc.certificates.status_list import StatusList, TokenStatus, base64url
from authsvc.identifiers import b64url

WIDTHS = st.sampled_from([1, 2, 4, 8])


def spelt(packed):
    """The member `lst` of these bytes."""
    return b64url(zlib.compress(packed))


def test_a_list_of_which_nothing_is_said_is_valid():
    assert {StatusList(1000)[index] for index in range(1000)} == {TokenStatus.VALID}


@given(WIDTHS, st.dictionaries(st.integers(0, 499), st.integers(0, 255), max_size=60))
def test_what_was_marked_is_read_again_and_nothing_else(bits, statuses):
    wanted = {index: status % (1 << bits) for index, status in statuses.items()}
    made = StatusList(500, bits=bits)
    for index, status in wanted.items():
        made.mark([index], status)
    read = StatusList.read(b"".join(made.lst()).decode(), bits=bits)
    assert [read[index] for index in range(500)] == [wanted.get(index, 0) for index in range(500)]


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from(TokenStatus)), max_size=80))
def test_the_last_word_counts(words):
    made = StatusList(41)
    for index, status in words:
        made.mark([index], status)
    assert [made[index] for index in range(41)] == [dict(words).get(i, 0) for i in range(41)]


@given(st.lists(st.binary(max_size=40), max_size=12))
def test_base64_in_pieces_is_base64_of_the_whole(pieces):
    assert b"".join(base64url(pieces)).decode() == b64url(b"".join(pieces))


@pytest.mark.parametrize(("size", "bits"), [(0, 2), (-1, 2), (8, 0), (8, 3), (8, 16)])
def test_there_is_no_list_of_another_width_or_of_nothing(size, bits):
    with pytest.raises(ValueError, match="no such list"):
        StatusList(size, bits=bits)


@pytest.mark.parametrize("status", [-1, 4])
def test_a_status_that_does_not_fit_is_refused(status):
    with pytest.raises(ValueError, match="no such status"):
        StatusList(8).mark([1], status)


@pytest.mark.parametrize("index", [-1, 8, 1 << 40])
def test_an_index_beyond_the_list_has_no_status(index):
    made = StatusList(8)
    with pytest.raises(IndexError):
        made.mark([index], 1)
    with pytest.raises(IndexError):
        _ = made[index]
    assert [made[each] for each in range(8)] == [0] * 8


def test_a_list_fills_its_last_byte():
    assert [len(StatusList(size)) for size in (1, 4, 5)] == [4, 4, 8]


@pytest.mark.parametrize(
    "lst",
    [
        pytest.param("", id="nothing"),
        pytest.param("!!", id="not base64url"),
        pytest.param(b64url(b"noise"), id="not compressed"),
        pytest.param(b64url(zlib.compress(b"ab")[:-1]), id="cut off"),
        pytest.param(b64url(zlib.compress(b"ab") + b"c"), id="something behind it"),
        pytest.param(spelt(b""), id="no status"),
        pytest.param("eNrbuRgAAhcBXQ==", id="padded"),
    ],
)
def test_what_is_no_list_is_refused(lst):
    with pytest.raises(ValueError, match=r"."):
        StatusList.read(lst, bits=2)


def test_a_list_that_would_unpack_to_more_than_is_wanted_is_refused():
    bomb = spelt(bytes(1 << 20))
    assert len(bomb) < 2000
    assert len(StatusList.read(bomb, bits=1, longest=1 << 20)) == 1 << 23
    with pytest.raises(ValueError, match="longer"):
        StatusList.read(bomb, bits=1, longest=(1 << 20) - 1)


@given(st.text(max_size=80))
def test_noise_never_breaks_the_reader(noise):
    with contextlib.suppress(ValueError):
        StatusList.read(noise, bits=2)


def test_a_million_certificates_of_which_few_are_withdrawn_make_a_small_list():
    made = StatusList(1 << 20)
    made.mark(range(0, 1 << 20, 1009), TokenStatus.INVALID)
    assert sum(map(len, made.lst())) < 8_000
