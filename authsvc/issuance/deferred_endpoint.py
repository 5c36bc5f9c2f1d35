"""The deferred credential endpoint (OpenID4VCI 1.0, section 9): a wallet comes back.

1. the token is good, sent by its holder, strong enough, and of the authorization that asked
2. if nothing is known yet, the wallet waits on
3. exactly one fetches; what the person allowed then must be allowed still
4. the certificates, as at the credential endpoint
"""

from datetime import datetime

from authsvc.errors import Unavailable
from authsvc.issuance.credential_request import read_deferred
from authsvc.issuance.deferred import Deferred, told_to_wait
from authsvc.issuance.entitlement import require_allowed
from authsvc.issuance.issuing import Issuing, written
from authsvc.issuance.request_keys import RequestKeys
from authsvc.oidc.token.token_door import TokenDoor
from authsvc.web.http import HTTPRequest, HTTPResponse


class DeferredCredentialEndpoint:
    """`POST /credentials/deferred`."""

    def __init__(
        self,
        *,
        door: TokenDoor,
        deferred: Deferred,
        issuing: Issuing,
        request_keys: RequestKeys,
    ) -> None:
        self._door = door
        self._deferred = deferred
        self._issuing = issuing
        self._request_keys = request_keys

    async def answer(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """The certificates, or that the wallet waits on; InvalidTransactionID, CredentialError."""
        # 1.
        admitted = await self._door.admit(http, now=now)
        token, subscriber = admitted.token, admitted.standing.subscriber
        await self._issuing.require_strength(token, subscriber)
        request = read_deferred(http, self._request_keys, now=now)
        wish, transaction_id = request.credential_response_encryption, request.transaction_id
        waiting = await self._deferred.find(transaction_id, token)
        asked = waiting.asked
        require_allowed(asked.kind, token)
        # 2.
        if not await self._issuing.is_ready(now=now):
            told = told_to_wait(transaction_id)
            return self._door.with_nonce(written(told, wish, status=202), http, now=now)
        wanted = self._issuing.wanted(asked, waiting.holder_keys, subscriber)
        # 3.
        await self._deferred.claim(transaction_id)
        # 4.
        try:
            told = await self._issuing.issue(http, token, asked, wanted, now=now)
        except Unavailable:
            await self._deferred.give_back(transaction_id)
            raise
        await self._deferred.forget(transaction_id)
        return self._door.with_nonce(written(told, wish), http, now=now)
