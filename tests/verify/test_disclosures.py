"""RFC 9901 section 7.1, steps 3 to 5: each disclosure has its one place, and no place two."""

import json

import pytest

from authsvc.identifiers import b64url
from authsvc.verify import SDJWT, AlgorithmRefused, DisclosureRefused, TokenMalformed
from authsvc.verify.credentials.disclosures import disclosed
from tests.verify.credential_makers import digest, disclosure, issued, presentation

OVER_18 = disclosure("salt", "age_over_18", True)
CHINA = disclosure("salt", "CN")


def hidden(*texts):
    return [digest(text) for text in texts]


def test_what_is_kept_back_leaves_no_trace():
    payload = {
        "_sd": hidden(OVER_18, "a decoy"),
        "_sd_alg": "sha-256",
        "countries": [{"...": digest(CHINA)}, {"...": digest("a decoy in it")}, "FR"],
        "nested": {"_sd": hidden("another decoy")},
    }
    assert disclosed(payload, []) == {"countries": ["FR"], "nested": {}}
    whole = {"countries": ["CN", "FR"], "nested": {}, "age_over_18": True}
    assert disclosed(payload, [OVER_18, CHINA]) == whole


def test_what_is_inside_a_disclosure_is_reached_through_it_alone():
    inner = disclosure("salt", "18", True)
    outer = disclosure("salt", "age_over", {"_sd": hidden(inner), "14": True})
    payload = {"_sd": hidden(outer)}
    assert disclosed(payload, [inner, outer]) == {"age_over": {"14": True, "18": True}}
    assert disclosed(payload, [outer]) == {"age_over": {"14": True}}
    with pytest.raises(DisclosureRefused):
        disclosed(payload, [inner])


def deep(depth):
    return {"x": deep(depth - 1)} if depth else {}


TWICE = disclosure("salt", "sub", "x")
WRONG = {
    "one that the issuer has not made": ({}, [OVER_18]),
    "the same twice": ({"_sd": hidden(OVER_18)}, [OVER_18, OVER_18]),
    "a digest twice in one place": ({"_sd": hidden(OVER_18, OVER_18)}, [OVER_18]),
    "a digest in two places": ({"_sd": hidden(CHINA), "a": [{"...": digest(CHINA)}]}, []),
    "a claim that is there already": ({"sub": "y", "_sd": hidden(TWICE)}, [TWICE]),
    "two claims of one name": (
        {"_sd": hidden(OVER_18, disclosure("other", "age_over_18", False))},
        [OVER_18, disclosure("other", "age_over_18", False)],
    ),
    "an element in the place of a claim": ({"_sd": hidden(CHINA)}, [CHINA]),
    "a claim in the place of an element": ({"a": [{"...": digest(OVER_18)}]}, [OVER_18]),
    "_sd that is no array": ({"_sd": "ab"}, []),
    "a digest that is no text": ({"_sd": [1]}, []),
    "a digest of an element that is no text": ({"a": [{"...": 1}]}, []),
    "an element with more than a digest": ({"a": [{"...": digest(CHINA), "b": 1}]}, [CHINA]),
    "dots outside an array": ({"...": digest(CHINA)}, []),
    "a hash named inside": ({"a": {"_sd_alg": "sha-256"}}, []),
    "nested too deep": (deep(20), []),
}
NAMES = ("_sd", "...", "_sd_alg", 1, None)
WRONG |= {
    f"the name {name!r}": (
        {"_sd": hidden(disclosure("salt", name, "x"))},
        [disclosure("salt", name, "x")],
    )
    for name in NAMES
}
TEXTS = {
    "no base64url": "a+b",
    "padding": OVER_18 + "=",
    "not ASCII": "é",
    "no JSON": b64url(b"x"),
    "no array": b64url(b'{"salt":1}'),
    "one part": disclosure("salt"),
    "four parts": disclosure("salt", "age_over_18", True, 1),
    "a salt that is no text": disclosure(1, "age_over_18", True),
    "a member twice": b64url(b'["salt","a",{"b":1,"b":2}]'),
}
WRONG |= {name: ({"_sd": hidden(text)}, [text]) for name, text in TEXTS.items()}
# As JSON can spell it, and UTF-8 cannot.
WRONG["half a character"] = ({"_sd": [digest(OVER_18)]}, ["\ud800"])


@pytest.mark.parametrize(("payload", "shown"), WRONG.values(), ids=WRONG)
def test_what_is_out_of_place_is_refused(payload, shown):
    with pytest.raises(DisclosureRefused):
        disclosed(payload, shown)


def test_another_hash_is_refused():
    for name in ("sha-512", "SHA-256", "md5", 1, None, ["sha-256"]):
        with pytest.raises(AlgorithmRefused):
            disclosed({"_sd_alg": name, "_sd": []}, [])


def test_any_spelling_of_a_disclosure_is_as_good_since_its_text_is_what_was_hashed():
    spaced = b64url(json.dumps(["salt", "name", "随机"], ensure_ascii=False, indent=1).encode())
    assert disclosed({"_sd": hidden(spaced)}, [spaced]) == {"name": "随机"}


def test_an_sd_jwt_is_taken_apart_and_put_together():
    text = presentation("age_over_18", "document_class")
    shown = SDJWT.parse(text)
    assert len(shown.disclosures) == 2
    assert f"{shown.unbound}{shown.binding}" == text
    assert shown.disclosed()["age_over_18"] is True
    bare = SDJWT.parse(issued().shown())
    assert (bare.disclosures, bare.binding) == ((), None)
    assert "age" not in repr(shown)


@pytest.mark.parametrize(
    "text",
    ["", "~", issued().jwt, "~" + issued().shown(), f"{issued().jwt}~~", issued().jwt + "~" * 102],
    ids=["nothing", "a tilde", "a JWT", "no JWT", "an empty one", "too many"],
)
def test_what_is_no_sd_jwt_is_refused(text):
    with pytest.raises(TokenMalformed):
        SDJWT.parse(text)


def test_what_is_too_long_is_not_taken_apart():
    with pytest.raises(TokenMalformed):
        SDJWT.parse(issued().shown() + "A" * 70_000 + "~")
