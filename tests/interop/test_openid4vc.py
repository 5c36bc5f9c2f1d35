"""npm's @openid4vc/openid4vci: a wallet that fetches certificates."""

import re
from typing import Any

import httpx2
import pytest

from tests.interop.people import PASSWORD, PHONE, USERNAME
from tests.interop.platforms import MAKER

pytestmark = [pytest.mark.interop, pytest.mark.slow]

FLOWS = "openid4vc/flows.mjs"
WALLETS = ["wallet", "wallet-attested"]


@pytest.fixture
def wallet(request, flow, issuer):
    """Runs a flow of the public wallet, or of the one whose maker speaks for it."""
    client_id = request.param
    maker = MAKER.private_jwk if client_id == WALLETS[1] else None
    return lambda name, **facts: flow(FLOWS, name, client_id, maker=maker, **facts)


def offer(issuer: str) -> dict[str, Any]:
    """What the person's app is told."""
    with httpx2.Client(base_url=issuer) as app:
        body = {"sign_in_name": USERNAME, "password": PASSWORD}
        assert app.post("/authentication/password", json=body).is_success
        assert app.post("/authentication/step-up/sms").is_success
        outbox = app.get("/sandbox/outbox", params={"phone": PHONE}).json()
        code = re.findall(r"\b[0-9]{6}\b", outbox["messages"][-1]["text"])[0]
        assert app.post("/authentication/step-up", json={"otp": code}).is_success
        wish = {"certificates": ["verified-person"]}
        answer = app.post("/holder/wallets/offers", json=wish)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.mark.parametrize("wallet", WALLETS, indirect=True)
def test_openid4vci_asks_for_certificates_and_keeps_them(wallet):
    seen = wallet("byAsking")

    assert (len(seen["found"]), seen["bound"]) == (3, True)
    assert (seen["tokenType"], seen["pushed"]) == ("DPoP", True)


@pytest.mark.parametrize("wallet", WALLETS, indirect=True)
def test_openid4vci_takes_up_an_offer_that_it_fetches(wallet, issuer):
    made = offer(issuer)
    link = httpx2.URL(
        "openid-credential-offer://", params={"credential_offer_uri": made["credential_offer_uri"]}
    )
    seen = wallet("byOffer", link=str(link), txCode=made["transaction_code"])

    assert (len(seen["found"]), seen["bound"]) == (2, True)


@pytest.mark.parametrize("wallet", WALLETS[:1], indirect=True)
def test_openid4vci_takes_up_an_offer_that_is_in_its_link(wallet, issuer):
    made = offer(issuer)
    seen = wallet("byOffer", link=made["link"], txCode=made["transaction_code"])

    assert (len(seen["found"]), seen["bound"]) == (2, True)
