"""The words for kinds of certificates, which several rooms know, are the same in all of them."""

import pytest

from authsvc.certificates.credentials import KINDS
from authsvc.clients.client import CERTIFICATES
from authsvc.issuance.configurations import described
from authsvc.issuance.credential_request import MOST_PROOFS
from authsvc.oidc.certificate_words import SENTENCES
from tests.issuance.makers import AT_PLATFORM, PERSON
from tests.whole import visit


def test_each_kind_has_a_scope_a_sentence_and_a_description():
    known = set(KINDS)
    told = described("https://id.example", KINDS.values(), proof_types=(), signed_with="ES256")
    assert {*CERTIFICATES} == {*SENTENCES} == {*told}
    assert {*CERTIFICATES} == known
    assert max(kind.most for kind in KINDS.values()) == MOST_PROOFS


@pytest.mark.asyncio(loop_scope="session")
async def test_a_person_reads_what_a_wallet_may_fetch(issuing):
    async with issuing.service.client() as browser:
        query = {"scope": PERSON, "response_type": "code", "prompt": "consent"}
        page = await consent_page(issuing, browser, query)
        assert SENTENCES[PERSON].en in page
        assert SENTENCES[AT_PLATFORM].en not in page


async def consent_page(issuing, browser, query):
    """What a signed-in person is shown."""
    zhang, wallet = issuing.zhang, issuing.wallet()
    body = {"sign_in_name": zhang.sign_in_name, "password": zhang.password}
    assert (await browser.post("/authentication/password", json=body)).is_success
    browser.headers["accept-language"] = "en"
    challenge = {
        "code_challenge": "w6uP8Tcg6K2QR905Rms8iXTlksL6OD1KOWBxTK7wxPI",
        "code_challenge_method": "S256",
    }
    asked = {"client_id": wallet.client_id, "redirect_uri": wallet.redirect_uri}
    pushed = await wallet.post("/par", query | challenge | asked)
    reference = pushed.json()["request_uri"]
    url = f"/authorize?client_id={wallet.client_id}&request_uri={reference}"
    page = await visit(browser, url)
    assert not isinstance(page, str)
    return page.text
