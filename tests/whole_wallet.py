"""A wallet in somebody's life: what it leaves at rest, and what of it must be found nowhere."""

from typing import Any
from unittest import mock

import httpx2

from authsvc.clients.client import PRE_AUTHORIZED_CODE
from authsvc.evidence.embedded_register import EmbeddedRegister
from authsvc.evidence.errors import RegisterUnavailable
from tests.issuance.makers import PERSON, Wallet, new_keys, register, wallet_metadata
from tests.whole import Service

NAME = "wallet-of-nobody"


async def use_a_wallet(
    service: Service, app: httpx2.AsyncClient
) -> tuple[dict[str, str], dict[str, str]]:
    """One offer is redeemed and one waits; certificates are fetched, and some wait.

    What ties to the wallet, and what opens doors.
    """
    metadata = wallet_metadata(NAME)
    await register(service.settings.database, service.clock, metadata)
    wallet = Wallet(service, NAME)
    secrets: dict[str, str] = {}
    offer: dict[str, Any] = {}
    grant: dict[str, Any] = {}
    for fate in ("waits", "redeemed"):
        answer = await app.post("/holder/wallets/offers", json={"certificates": [PERSON]})
        assert answer.status_code == 201, answer.text
        offer = answer.json()
        grant = offer["credential_offer"]["grants"][PRE_AUTHORIZED_CODE]
        secrets |= {
            f"offer that {fate}: code": grant["pre-authorized_code"],
            f"offer that {fate}: address": offer["credential_offer_uri"].rpartition("/")[2],
        }
    tokens = await wallet.redeem(
        grant_type=PRE_AUTHORIZED_CODE,
        tx_code=offer["transaction_code"],
        **{"pre-authorized_code": grant["pre-authorized_code"]},
    )
    family, _, secret = tokens["refresh_token"].partition(".")
    secrets |= {"wallet: access token": tokens["access_token"], "wallet: family": family}
    secrets |= {"wallet: secret": secret, "wallet: nonce that waits": await wallet.nonce()}
    keys = new_keys(2)
    body = {"credential_configuration_id": PERSON, "proofs": await wallet.proofs(keys)}
    fetched = (await wallet.ask(tokens, body)).json()
    secrets["wallet: notification"] = fetched["notification_id"]
    for number, each in enumerate(fetched["credentials"]):
        signature = each["credential"].partition("~")[0].rpartition(".")[2]
        secrets[f"wallet: certificate {number}"] = signature
    later = new_keys(2)
    secrets["wallet: transaction"] = await _deferred(service, wallet, tokens, later)
    secrets |= {
        f"wallet: key {number}": str(key.as_dict(private=False)["x"])
        for number, key in enumerate([*keys, *later])
    }
    ties = {
        "wallet: client id": NAME,
        "wallet: redirect URI": wallet.redirect_uri,
        "wallet: name": str(metadata["client_name"]),
    }
    return ties, secrets


async def _deferred(
    service: Service, wallet: Wallet, tokens: dict[str, Any], keys: list[Any]
) -> str:
    """The register is away, so that these certificates wait."""
    service.clock.advance(minutes=1)
    body = {"credential_configuration_id": PERSON, "proofs": await wallet.proofs(keys)}
    away = mock.AsyncMock(side_effect=RegisterUnavailable(log="artificially"))
    with mock.patch.object(EmbeddedRegister, "changes_since", away):
        answer = await wallet.ask(tokens, body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["transaction_id"])
