"""What is no certificate on paper is not taken as one, whoever has signed it."""

import json

import pytest

from authsvc.verify import (
    AlgorithmRefused,
    HeaderRefused,
    IssuedInTheFuture,
    PrintedVerifier,
    TokenMalformed,
)
from authsvc.verify.printed import TYPE
from tests.makers import NOW
from tests.oidc.jwt_makers import private_key, signed
from tests.verify.credential_makers import issued, named_keys, presentation
from tests.verify.makers import ISSUER, token

PIN = "12345678"
SHEET = {
    "iss": ISSUER,
    "iat": int(NOW.timestamp()) - 60,
    "exp": int(NOW.timestamp()) + 3600,
    "jti": "a" * 22,
    "purpose": "办理借书证",
    "claims": {"age_over_18": True},
    "pin": {"salt": "A" * 22, "digest": "A" * 43},
}


def counter() -> PrintedVerifier:
    return PrintedVerifier(issuer=ISSUER, keys=named_keys())


def test_an_ordinary_certificate_is_no_sheet():
    shown = presentation("age_over_18")
    for text in (shown, shown.partition("~")[0], issued().jwt, token()):
        with pytest.raises((HeaderRefused, TokenMalformed)):
            counter().verify(text, pin=PIN, now=NOW)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"iat": int(NOW.timestamp()) + 600}, IssuedInTheFuture),
        ({"cnf": {"jwk": {}}}, TokenMalformed),
        ({"vct": "https://id.example/credentials/types/verified-person"}, TokenMalformed),
        ({"purpose": ""}, TokenMalformed),
        ({"claims": {"age_over_18": ["true"]}}, TokenMalformed),
        ({"pin": {"salt": "short", "digest": "A" * 43}}, TokenMalformed),
        ({"pin": {"salt": "!" * 22, "digest": "A" * 43}}, TokenMalformed),
        ({"exp": 2**60}, TokenMalformed),
    ],
    ids=lambda each: json.dumps(each)[:30] if isinstance(each, dict) else each.__name__,
)
def test_what_no_issuer_writes_is_refused(changes, refusal):
    text = signed({**SHEET, **changes}, private_key("ES256"), typ=TYPE)
    with pytest.raises(refusal):
        counter().verify(text, pin=PIN, now=NOW)


def test_an_algorithm_that_was_not_agreed_upon_is_refused():
    with pytest.raises(AlgorithmRefused):
        text = signed(SHEET, private_key("ES256"), typ=TYPE, says={"alg": "EdDSA"})
        counter().verify(text, pin=PIN, now=NOW)
