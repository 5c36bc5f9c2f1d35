"""Whatever a wallet sends is an answer or a refusal, and never a fault of ours."""

import json
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from authsvc.errors import InvalidInput
from authsvc.identifiers import b64url
from authsvc.verify.presentation import (
    Answer,
    Declined,
    Query,
    read_from_browser,
    read_posted,
    request_by_browser,
    request_by_post,
)
from authsvc.verify.presentation.query_answer import check_claims, check_presentations

QUERY = Query.read(
    {
        "credentials": [
            {
                "id": "a",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": ["https://id.example/type"]},
                "claims": [{"path": ["x", None, 0], "values": [1, True]}],
            }
        ]
    }
)
CLIENT, ADDRESS = "redirect_uri:https://v.example", "https://v.example"
CLEAR = request_by_post(client_id=CLIENT, query=QUERY, response_uri=ADDRESS, encrypted=False)
SECRET = request_by_post(client_id=CLIENT, query=QUERY, response_uri=ADDRESS)
BROWSER = request_by_browser(query=QUERY, origin=ADDRESS, encrypted=False)
KEY = SECRET.response_key
assert KEY is not None

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.floats(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below),
    max_leaves=8,
)
# A header that is nearly right gets furthest.
headers = st.fixed_dictionaries(
    {"alg": st.just("ECDH-ES"), "enc": st.sampled_from(["A128GCM", "A256GCM"])},
    optional={
        "kid": st.sampled_from([KEY.kid, "x"]),
        "epk": st.just(KEY.public_jwk) | values,
        "apu": values,
        "apv": values,
    },
)
parts = st.binary(max_size=40).map(b64url)
encrypted = st.builds(
    lambda header, *rest: ".".join([b64url(json.dumps(header).encode()), *rest]),
    headers | values,
    st.just("") | parts,
    st.just("A" * 16) | parts,
    parts,
    st.just("A" * 22) | parts,
)


def read(how):
    try:
        found = how()
    except InvalidInput:
        return
    assert isinstance(found, Answer | Declined)
    if isinstance(found, Answer):
        with suppress(InvalidInput):
            check_presentations(QUERY, found.presentations)


@given(st.text() | values.map(json.dumps))
def test_any_vp_token(text):
    form = {"vp_token": text, "state": CLEAR.state or ""}
    read(lambda: read_posted(form, CLEAR))


@given(encrypted | st.text())
def test_any_encrypted_answer(text):
    read(lambda: read_posted({"response": text}, SECRET))


@given(st.dictionaries(st.sampled_from(["vp_token", "error", "response"]), values))
def test_any_answer_of_a_browser(data):
    read(lambda: read_from_browser(data, BROWSER, origin=ADDRESS))


@given(st.dictionaries(st.sampled_from(["x", "y"]), values))
def test_any_claims(claims):
    [credential] = QUERY.credentials
    try:
        check_claims(credential, claims)
    except InvalidInput:
        return
    assert any(type(each[0]) in (bool, int) for each in claims["x"] if each)
