"""Keyed digests and the pairwise function."""

import hmac

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


def test_a_digest_that_rests_is_found_again() -> None:
    """The construction may never change: everything that was digested would be lost."""
    message = b"".join(len(part).to_bytes(8, "big") + part for part in (b"person", b"ab", b"c"))
    assert DIGESTS.digest("person", "ab", b"c") == hmac.digest(b"k" * 32, message, "sha256")
