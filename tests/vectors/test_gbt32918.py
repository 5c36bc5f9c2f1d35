"""GB/T 32918.5 appendix A.2: the example of a signature of SM2 with SM3.

It was made for the identifier 1234567812345678 that we use, too. That verifying takes it shows the
curve, the hash, and how the identifier goes into it.
"""

import pytest
from cryptography.exceptions import InvalidSignature

from authsvc.algorithms import ALGORITHMS, SM2
from authsvc.algorithms.sm2_key import SM2PublicKey

X = "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
Y = "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
MESSAGE = b"message digest"
R = "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
S = "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
# GB/T 32905 appendix A.1.
ABC = "66C7F0F462EEEDD9D1F2D46BDC10E4E24167C4875CF2F7A2297DA02B8F4BA8E0"


def test_the_published_signature_is_good():
    verify = ALGORITHMS[SM2].verifier(SM2PublicKey(int(X, 16), int(Y, 16)))
    signature = bytes.fromhex(R + S)
    verify(signature, MESSAGE)
    for bad, text in ((signature, b"message digesu"), (signature[32:] + signature[:32], MESSAGE)):
        with pytest.raises(InvalidSignature):
            verify(bad, text)


def test_another_point_is_no_key():
    with pytest.raises(ValueError, match="curve"):
        SM2PublicKey(int(X, 16), int(Y, 16) + 1)


def test_the_hash_is_the_published_one():
    assert ALGORITHMS[SM2].digest(b"abc") == bytes.fromhex(ABC)
