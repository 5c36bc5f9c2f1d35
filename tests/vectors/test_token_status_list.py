"""The examples of Token Status List (draft-ietf-oauth-status-list), sections 4.1, 4.2, appendix.

What is written there decides which bytes are packed and how they are read; how they are compressed
is free, so that what we compress is only read back.
"""

import zlib
from datetime import UTC, datetime, timedelta

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from authsvc.certificates import status_cwt
from authsvc.certificates.status_list import StatusList, TokenStatus
from authsvc.identifiers import from_b64url
from authsvc.keyring import SigningKey

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


# Section 5.2: the list of one bit above as a CWT, and the key that its authors signed it with.
CWT = bytes.fromhex(
    "d2845820a2012610781a6170706c69636174696f6e2f7374617475736c6973742b637774a1044231325850a502"
    "782168747470733a2f2f6578616d706c652e636f6d2f7374617475736c697374732f31061a648c5bea041a8898"
    "dfea19fffe19a8c019fffda2646269747301636c73744a78dadbb918000217015d584093fa4d01032b18c35e2f"
    "e1101b77fd6cc9440022caa4694450c4e4e9feab4e99d1fa6d9772ce2bf3a12e0323ded7c982c5e101a5e67f0c"
    "bc1e2b6f57ce99c279"
)
SIGNER = ec.EllipticCurvePublicNumbers(
    int.from_bytes(from_b64url("I3HWm_0Ds1dPMI-IWmf4mBmH-YaeAVbPVu7vB27CxXo"), "big"),
    int.from_bytes(from_b64url("6N_d5Elj9bs1htgV3okJKIdbHEpkgTmAluYKJemzn1M"), "big"),
    ec.SECP256R1(),
).public_key()
ISSUED_AT = datetime.fromtimestamp(1686920170, UTC)


def taken_apart(token):
    """Protected header, claims, signature and what it is over (RFC 9052 section 4.4)."""
    tagged = cbor2.loads(token)
    assert tagged.tag == 18
    protected, _, payload, signature = tagged.value
    signed = cbor2.dumps(["Signature1", protected, b"", payload])
    return protected, payload, signature, signed


def test_a_cwt_says_what_that_of_the_example_says(monkeypatch):
    """Header and claims octet by octet, but for how the list is compressed."""
    monkeypatch.setattr(status_cwt, "TTL", timedelta(hours=12))
    made = status_cwt.signed_cwt(
        packed(1, 16, dict(enumerate(SIXTEEN))),
        uri="https://example.com/statuslists/1",
        key=SigningKey(ec.generate_private_key(ec.SECP256R1()), alg="ES256"),
        lifetime=timedelta(seconds=2291720170 - 1686920170),
        now=ISSUED_AT,
    )
    protected, payload, *_ = taken_apart(made)
    wanted_header, wanted_payload, *_ = taken_apart(CWT)
    assert protected == wanted_header
    claims, wanted = cbor2.loads(payload), cbor2.loads(wanted_payload)
    lists = [each.pop(65533) for each in (claims, wanted)]
    assert [*claims.items()] == [*wanted.items()]
    assert [each["bits"] for each in lists] == [1, 1]
    assert {zlib.decompress(each["lst"]) for each in lists} == {bytes.fromhex("b9a3")}


def test_what_is_signed_is_what_the_authors_have_signed():
    *_, signature, signed = taken_apart(CWT)
    numbers = (int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    SIGNER.verify(encode_dss_signature(*numbers), signed, ec.ECDSA(hashes.SHA256()))


def test_the_statuses_have_their_registered_values():
    """Section 7.1."""
    assert [status.name for status in TokenStatus] == ["VALID", "INVALID", "SUSPENDED"]
    assert list(TokenStatus) == [0, 1, 2]
