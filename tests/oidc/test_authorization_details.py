import json
from html import unescape

import pytest

from authsvc.oidc.authorization_details import TYPES, read_details, sentences
from authsvc.oidc.authorize.errors import InvalidAuthorizationDetails
from tests.clients.makers import client
from tests.oidc.front_makers import register, signing
from tests.oidc.makers import Answer, Platform, request

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
CHECK = {"type": "identity_check", "purpose": "开立账户"}
CASE = {"type": "service_case", "case_id": "2026-0001", "action": "sign"}


def read(document, types=TYPES):
    text = document if isinstance(document, str) else json.dumps(document)
    return read_details(text, client(authorization_details_types=list(types)))


def test_what_is_read_is_kept_with_what_it_left_open():
    assert read_details(None, client()) == ()
    assert read([CHECK, CASE]) == (CHECK | {"valid_for": 300}, CASE)


def test_each_says_in_one_sentence_what_it_asks():
    for text in sentences(read([CHECK, CASE])):
        assert text.zh
        assert text.en
    check, case = sentences(read([CHECK, CASE]))
    assert "开立账户" in check.zh
    assert "开立账户" in check.en
    assert "5 min" in check.en
    assert case.en == "sign your case 2026-0001"


@pytest.mark.parametrize(
    "document",
    [
        pytest.param("", id="nothing"),
        pytest.param("no JSON", id="no JSON"),
        pytest.param([], id="none"),
        pytest.param(CHECK, id="no array"),
        pytest.param([1], id="a number"),
        pytest.param([{}], id="no type"),
        pytest.param([{"type": "payment_initiation"}], id="an unknown type"),
        pytest.param([{"type": ["identity_check"]}], id="a type that is a list"),
        pytest.param([CHECK | {"actions": ["read"]}], id="an unknown member"),
        pytest.param([{"type": "identity_check"}], id="no purpose"),
        pytest.param([CHECK | {"purpose": ""}], id="an empty purpose"),
        pytest.param([CHECK | {"purpose": "x" * 121}], id="a long purpose"),
        pytest.param([CHECK | {"purpose": "a\u202egpj"}], id="a purpose that turns around"),
        pytest.param([CHECK | {"purpose": "a\nb"}], id="a purpose of two lines"),
        pytest.param([CHECK | {"valid_for": 59}], id="too short"),
        pytest.param([CHECK | {"valid_for": 3601}], id="too long"),
        pytest.param([CHECK | {"valid_for": "300"}], id="a number in quotes"),
        pytest.param([CASE | {"action": "delete"}], id="an unknown act"),
        pytest.param([CASE | {"case_id": "<b>"}], id="a case that is no name"),
        pytest.param([CASE | {"case_id": "A\n"}], id="a case and a line"),
        pytest.param([CHECK] * 6, id="six at once"),
        pytest.param("[" * 9000, id="endless"),
        pytest.param("[" * 5000, id="deep"),
    ],
)
def test_what_is_unknown_or_malformed_is_refused(document):
    with pytest.raises(InvalidAuthorizationDetails):
        read(document)


def test_a_type_that_the_client_is_not_registered_for_is_refused():
    with pytest.raises(InvalidAuthorizationDetails):
        read([CHECK, CASE], types=["service_case"])
    with pytest.raises(InvalidAuthorizationDetails):
        read([CASE], types=[])


@pytest.fixture
async def hall(provider):
    """A platform that may ask for both."""
    await register(provider, signing(authorization_details_types=list(TYPES)))
    return Platform(provider, "signer")


def asking(*details, **parameters):
    return request("signer", authorization_details=json.dumps(details), **parameters)


async def consent_page(browser, asked, **headers):
    await browser.authorize(request("signer"))
    response, page = await browser.follow(
        await browser.http.get("/authorize", params=asked.parameters, headers=headers)
    )
    assert "approve" in page.buttons
    response = await browser.http.get(response.url, headers=headers)
    return unescape(response.text)


@ONE_STORE
@pytest.mark.parametrize(
    ("language", "words"),
    [("zh", "签署办件 2026-0001"), ("en", "sign your case 2026-0001")],
)
async def test_the_person_is_shown_each_act_and_asked_every_time(browser, hall, language, words):
    asked = asking(CASE, CHECK)
    for _ in range(2):
        page = await consent_page(browser, asked, **{"accept-language": language})
        assert words in page
        assert "开立账户" in page
        await browser.authorize(asked)
    silent = asked.but(prompt="none")
    answer = Answer.of(await browser.get("/authorize", **silent.parameters))
    assert answer.parameters["error"] == "consent_required"


@ONE_STORE
async def test_what_was_granted_comes_with_the_token(browser, hall):
    asked = asking(CASE)
    answer = await browser.authorize(asked)
    tokens = (await hall.redeem(asked, answer.parameters["code"])).json()
    assert tokens["authorization_details"] == [CASE]


@ONE_STORE
async def test_details_may_stand_without_scope(browser, hall):
    asked = asking(CASE).but(scope=None, nonce=None)
    answer = await browser.authorize(asked)
    tokens = (await hall.redeem(asked, answer.parameters["code"])).json()
    assert "id_token" not in tokens
    assert tokens["authorization_details"] == [CASE]
    without = request("signer").but(scope=None)
    answer = Answer.of(await browser.get("/authorize", **without.parameters))
    assert answer.parameters["error"] == "invalid_scope"


@ONE_STORE
async def test_a_refusal_is_told_to_the_platform(browser, hall):
    asked = asking({"type": "payment_initiation"})
    answer = Answer.of(await browser.get("/authorize", **asked.parameters))
    assert answer.parameters["error"] == "invalid_authorization_details"
    response = await hall.post("/par", **asked.parameters)
    assert response.json()["error"] == "invalid_authorization_details"
