"""npm's @openid4vc/openid4vp as a wallet: it takes our requests, and we its answers."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.interop.node import run_flow
from tests.interop.receiver import receiving
from tests.journeys.world import lasting_port
from tests.presentation.running import RunningVerifier, running_verifier
from tests.presentation.wallet import PERSON, Issuer, Wallet

pytestmark = [pytest.mark.interop, pytest.mark.slow]

ORIGIN = "https://platform.example"
WALLET = "openid4vp/wallet.mjs"


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVerifier]:
    """A verifier, a process of its own."""
    with receiving(lasting_port()) as documents:
        issuer = Issuer(documents.url)
        metadata = issuer.metadata.decode()
        documents.offers("/.well-known/jwt-vc-issuer", "application/json", metadata)
        with running_verifier(tmp_path_factory.mktemp("verifier"), issuer) as running:
            yield running


@pytest.fixture
def query(verifier: RunningVerifier) -> dict[str, Any]:
    """Is somebody a person, and over 18?"""
    credential = {
        "id": "person",
        "format": "dc+sd-jwt",
        "meta": {"vct_values": [verifier.issuer.type(PERSON)]},
        "claims": [{"path": ["age_over_18"], "values": [True]}],
    }
    return {"credentials": [credential]}


@pytest.fixture
def foreign_wallet(node_directory: Path, verifier: RunningVerifier) -> Callable[..., Any]:
    """Runs a flow of the wallet with a certificate that shows one claim."""
    wallet = Wallet.of(verifier.issuer, now=datetime.now(UTC))
    holds = {
        "shown": wallet.credential.shown(["age_over_18"]),
        "key": wallet.key.as_dict(private=True),
    }

    def run(flow: str, **facts: Any) -> Any:
        return run_flow(node_directory, WALLET, flow, {**holds, **facts}, {})

    return run


@pytest.mark.parametrize(
    "prefix,encrypted",
    [("x509_hash", True), ("x509_san_dns", True), ("redirect_uri", False)],
)
def test_a_foreign_wallet_answers_our_link(verifier, query, foreign_wallet, prefix, encrypted):
    signing = {"type": "signing", "credential_ids": ["person"], "document": "2026-0001"}
    order = {"query": query, "client_id_prefix": prefix, "encrypted": encrypted}
    order["transaction_data"] = [signing]
    asked = verifier.post("/presentations", {"way": "cross_device", **order})

    seen = foreign_wallet("byLink", link=asked["link"])

    told = {"status": 200, "told": {}}
    assert seen == {"prefix": prefix, "query": query, "transactions": [signing], **told}
    outcome = verifier.outcome(asked["id"])
    assert (outcome["status"], outcome["authorized_by"]) == ("presented", ["person"])
    assert outcome["credentials"]["person"][0]["claims"]["age_over_18"] is True


@pytest.mark.parametrize("prefix,encrypted", [("x509_hash", True), ("redirect_uri", False)])
def test_a_foreign_wallet_answers_our_page(verifier, query, foreign_wallet, prefix, encrypted):
    order = {"query": query, "client_id_prefix": prefix, "encrypted": encrypted}
    asked = verifier.post("/presentations", {"way": "browser", "origin": ORIGIN, **order})

    seen = foreign_wallet("byBrowser", browserRequest=asked["browser_request"], origin=ORIGIN)

    answer = {"origin": ORIGIN, "data": seen["data"]}
    outcome = verifier.post(f"/presentations/{asked['id']}/browser-answer", answer)
    assert outcome["credentials"]["person"][0]["claims"]["age_over_18"] is True
