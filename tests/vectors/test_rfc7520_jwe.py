"""RFC 7520 sections 5.4 and 5.5: what we encrypt is what the recipients of the examples can read.

Encryption is random, so that no example can be made again byte by byte. The counterpart that reads
ours reads those of the RFC with the same keys and the same short list of algorithms.
"""

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey

from authsvc.clients.client import Encryption
from authsvc.clients.encrypted import CONTENT_ENCRYPTION, KEY_MANAGEMENT, encrypt

SPOKEN = [*KEY_MANAGEMENT, *CONTENT_ENCRYPTION]

TEXT = (
    "You can trust us to stick with you through thick and thin–to the bitter end. And you can "
    "trust us to keep any secret of yours–closer than you keep it yourself. But you cannot trust "
    "us to let you face trouble alone, and go off without a word. We are your friends, Frodo."
)

PEREGRIN = {
    "kty": "EC",
    "kid": "peregrin.took@tuckborough.example",
    "use": "enc",
    "crv": "P-384",
    "x": "YU4rRUzdmVqmRtWOs2OpDE_T5fsNIodcG8G5FWPrTPMyxpzsSOGaQLpe2FpxBmu2",
    "y": "A8-yxCHxkfBz3hKZfI1jUYMjUhsEveZ9THuwFjH2sCNdtksRJU7D5-SkgaFL1ETP",
    "d": "iTx2pk7wW-GqJkHcEkFQb2EFyYcO7RugmaW3mRrQVAOUiPommT0IdnYK2xDlZh-j",
}
TO_PEREGRIN = (
    "eyJhbGciOiJFQ0RILUVTK0ExMjhLVyIsImtpZCI6InBlcmVncmluLnRvb2tAdHVja2Jvcm91Z2guZXhhbXBsZSIsIm"
    "VwayI6eyJrdHkiOiJFQyIsImNydiI6IlAtMzg0IiwieCI6InVCbzRrSFB3Nmtiang1bDB4b3dyZF9vWXpCbWF6LUdL"
    "Rlp1NHhBRkZrYllpV2d1dEVLNml1RURzUTZ3TmROZzMiLCJ5Ijoic3AzcDVTR2haVkMyZmFYdW1JLWU5SlUyTW84S3"
    "BvWXJGRHI1eVBOVnRXNFBnRXdaT3lRVEEtSmRhWTh0YjdFMCJ9LCJlbmMiOiJBMTI4R0NNIn0.0DJjBXri_kBcC46I"
    "kU5_Jk9BqaQeHdv2.mH-G2zVqgztUtnW_.tkZuOO9h95OgHJmkkrfLBisku8rGf6nzVxhRM3sVOhXgz5NJ76oID7lp"
    "nAi_cPWJRCjSpAaUZ5dOR3Spy7QuEkmKx8-3RCMhSYMzsXaEwDdXta9Mn5B7cCBoJKB0IgEnj_qfo1hIi-uEkUpOZ8"
    "aLTZGHfpl05jMwbKkTe2yK3mjF6SBAsgicQDVCkcY9BLluzx1RmC3ORXaM0JaHPB93YcdSDGgpgBWMVrNU1ErkjcMq"
    "MoT_wtCex3w03XdLkjXIuEr2hWgeP-nkUZTPU9EoGSPj6fAS-bSz87RCPrxZdj_iVyC6QWcqAu07WNhjzJEPc4jVnt"
    "RJ6K53NgPQ5p99l3Z408OUqj4ioYezbS6vTPlQ.WuGzxmcreYjpHGJoa17EBg"
)

MERIADOC = {
    "kty": "EC",
    "kid": "meriadoc.brandybuck@buckland.example",
    "use": "enc",
    "crv": "P-256",
    "x": "Ze2loSV3wrroKUN_4zhwGhCqo3Xhu1td4QjeQ5wIVR0",
    "y": "HlLtdXARY_f55A3fnzQbPcm6hgr34Mp8p-nuzQCE0Zw",
    "d": "r_kHyZ-a06rmxM3yESK84r1otSg-aQcVStkRhA-iCM8",
}
TO_MERIADOC = (
    "eyJhbGciOiJFQ0RILUVTIiwia2lkIjoibWVyaWFkb2MuYnJhbmR5YnVja0BidWNrbGFuZC5leGFtcGxlIiwiZXBrIj"
    "p7Imt0eSI6IkVDIiwiY3J2IjoiUC0yNTYiLCJ4IjoibVBVS1RfYkFXR0hJaGcwVHBqanFWc1AxclhXUXVfdndWT0hI"
    "dE5rZFlvQSIsInkiOiI4QlFBc0ltR2VBUzQ2ZnlXdzVNaFlmR1RUMElqQnBGdzJTUzM0RHY0SXJzIn0sImVuYyI6Ik"
    "ExMjhDQkMtSFMyNTYifQ..yc9N8v5sYyv3iGQT926IUg.BoDlwPnTypYq-ivjmQvAYJLb5Q6l-F3LIgQomlz87yW4O"
    "PKbWE1zSTEFjDfhU9IPIOSA9Bml4m7iDFwA-1ZXvHteLDtw4R1XRGMEsDIqAYtskTTmzmzNa-_q4F_evAPUmwlO-ZG"
    "45Mnq4uhM1fm_D9rBtWolqZSF3xGNNkpOMQKF1Cl8i8wjzRli7-IXgyirlKQsbhhqRzkv8IcY6aHl24j03C-AR2le1"
    "r7URUhArM79BY8soZU0lzwI-sD5PZ3l4NDCCei9XkoIAfsXJWmySPoeRb2Ni5UZL4mYpvKDiwmyzGd65KqVw7MsFfI"
    "_K767G9C9Azp73gKZD0DyUn1mn0WW5LmyX_yJ-3AROq8p1WZBfG-ZyJ6195_JGG2m9Csg.WCCkNa-x4BeB9hIDIfFu"
    "hg"
)


@pytest.mark.parametrize(
    ("jwk", "example", "encryption"),
    [
        pytest.param(PEREGRIN, TO_PEREGRIN, Encryption("ECDH-ES+A128KW", "A128GCM"), id="5.4"),
        pytest.param(MERIADOC, TO_MERIADOC, Encryption("ECDH-ES", "A128CBC-HS256"), id="5.5"),
    ],
)
def test_the_recipients_of_the_examples_read_ours_as_they_read_theirs(jwk, example, encryption):
    key = ECKey.import_key({**jwk})
    theirs = jwe.decrypt_compact(example, key, algorithms=SPOKEN)
    public = {name: value for name, value in jwk.items() if name != "d"}
    token = encrypt(TEXT.encode(), jwks=[public], encryption=encryption, content_type=None)
    ours = jwe.decrypt_compact(token, key, algorithms=SPOKEN)
    assert ours.plaintext == theirs.plaintext == TEXT.encode()
    unlike = {"epk"}
    assert {k: v for k, v in ours.headers().items() if k not in unlike} == {
        k: v for k, v in theirs.headers().items() if k not in unlike
    }
    assert set(ours.headers()["epk"]) == set(theirs.headers()["epk"])


def test_what_a_key_agreed_for_one_cannot_be_read_by_another():
    key = ECKey.import_key({**MERIADOC})
    with pytest.raises(Exception, match="key"):
        jwe.decrypt_compact(TO_PEREGRIN, key, algorithms=SPOKEN)
