"""Keyed digests and the pairwise function."""

from authsvc.keyring import KeyedDigest, PairwiseKey

DIGESTS = KeyedDigest(b"k" * 32)


def test_the_same_fact_has_the_same_digest() -> None:
    assert DIGESTS.digest("person", "1") == DIGESTS.digest("person", "1")


def test_kind_key_and_boundaries_all_matter() -> None:
    seen = {
        DIGESTS.digest("person", "ab", "c"),
        DIGESTS.digest("person", "a", "bc"),
        DIGESTS.digest("person", "abc"),
        DIGESTS.digest("document", "ab", "c"),
        KeyedDigest(b"l" * 32).digest("person", "ab", "c"),
        PairwiseKey(b"k" * 32).derive("ab", "c"),
    }
    assert len(seen) == 6
    assert {len(digest) for digest in seen} == {32}


def test_text_and_its_bytes_are_one_fact() -> None:
    assert DIGESTS.digest("person", "网") == DIGESTS.digest("person", "网".encode())
