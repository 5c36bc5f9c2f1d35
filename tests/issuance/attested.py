"""A wallet without a server, whose maker says what it is (attest_jwt_client_auth)."""

from typing import Any

from authsvc.identifiers import new_token
from tests.issuance.makers import Wallet, new_keys
from tests.oidc.jwt_makers import signed
from tests.whole import ISSUER

NAME = "wallet-attested"


class AttestedWallet(Wallet):
    """Shows its maker's word in the place of an assertion."""

    def __init__(self, issuing: Any) -> None:
        super().__init__(issuing.service, NAME)
        self.maker = issuing.maker
        [self.key] = new_keys(1)
        self.attestation: dict[str, Any] = {}
        self.proof: dict[str, Any] = {}

    async def post(self, path, form, **headers):
        word = self.maker.attests_wallet(NAME, self.key, now=self.now, **self.attestation)
        claims = {"aud": ISSUER, "iat": int(self.now.timestamp()), "jti": new_token(16)}
        shown = {
            "dpop": self.dpop_proof("POST", path),
            "oauth-client-attestation": word,
            "oauth-client-attestation-pop": signed(
                claims | self.proof, self.key, typ="oauth-client-attestation-pop+jwt", kid=None
            ),
        } | headers
        async with self.service.client() as client:
            return await client.post(path, data=dict(form), headers=shown)
