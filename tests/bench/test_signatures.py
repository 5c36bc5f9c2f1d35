"""The bench of signatures counts right. No test here asserts a time."""

import pytest

from authsvc.identifiers import b64url
from bench.signatures import measured, signers

TEXT = f"header.payload.{b64url(bytes(64))}~disclosure~"
# FIPS 204, table 2; FIPS 186-5 and GB/T 32918 on 256 bits.
OCTETS = {
    "ES256": (64, 64),
    "EdDSA": (32, 64),
    "SM2": (64, 64),
    "ML-DSA-44": (1312, 2420),
    "ML-DSA-65": (1952, 3309),
    "ML-DSA-87": (2592, 4627),
}


@pytest.mark.parametrize("signer", signers(), ids=lambda signer: signer.name)
def test_lengths_are_those_of_the_standards(signer):
    cost = measured(signer, TEXT, times=2)
    assert (cost.public, cost.signature) == OCTETS[signer.name]
    assert cost.certificate == len(TEXT) - 86 + -(-cost.signature * 4 // 3)
