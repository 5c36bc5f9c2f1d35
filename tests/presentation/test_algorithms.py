"""A verifier takes the algorithms of an issuer that it was told to take, and says so to wallets."""

import pytest

from tests.makers import NOW
from tests.oidc.jwt_makers import private_key
from tests.presentation.conftest import opened
from tests.presentation.wallet import Issuer, Wallet, answer_form


@pytest.fixture
def issuer():
    return Issuer("https://id.example", key=private_key("EdDSA", "issuer"), alg="EdDSA")


@pytest.mark.parametrize("algorithms", [("ES256",), ("ES256", "EdDSA")], ids=" ".join)
async def test_it_takes_those_that_it_was_told_of(tmp_path, issuer, clock, algorithms):
    wallet = Wallet.of(issuer, now=NOW, index=7)
    async with opened(tmp_path, issuer, clock, algorithms=algorithms) as door:
        asked = await door.orders()
        request = await door.opens(asked["link"])
        told = request.parameters["client_metadata"]["vp_formats_supported"]["dc+sd-jwt"]
        assert told == {"sd-jwt_alg_values": [*algorithms], "kb-jwt_alg_values": ["ES256"]}
        presented = wallet.present(request, now=NOW)
        answer = await door.answers(request, answer_form(request, {"person": [presented]}))
        found = await door.result(asked["id"])
    if "EdDSA" in algorithms:
        assert found["credentials"]["person"][0]["status"] == "valid"
    else:
        assert answer.json()["code"] == "verify.algorithm_refused"
