"""The credential endpoint (OpenID4VCI 1.0, section 8): proofs of keys go in, certificates come out.

1. the token is good, and its holder sent it; whoever has set up a second factor proved it when they
   allowed this
2. the request is one of those that a person has in two weeks; it can be read, and asks for what
   they allowed
3. the keys are proved, one for each certificate; for a bucket of platforms, one for each of them
4. the nonce is used up
5. the certificates (`issuing`); or, if nobody knows now whether the person's document still holds,
   an id with which the wallet comes back (`deferred`)
6. the answer, encrypted if that is wanted
"""

from datetime import datetime, timedelta

from authsvc.clients import Clients
from authsvc.issuance.credential_request import read_request
from authsvc.issuance.datasets import Datasets
from authsvc.issuance.deferred import Deferred, told_to_wait
from authsvc.issuance.entitlement import asked_for
from authsvc.issuance.errors import TooManyCertificates
from authsvc.issuance.issuing import Issuing, written
from authsvc.issuance.key_proofs import KeyProofs
from authsvc.issuance.nonces import Nonces
from authsvc.issuance.request_keys import RequestKeys
from authsvc.oidc.errors import InvalidToken
from authsvc.oidc.token.token_door import TokenDoor
from authsvc.storage import Ephemeral
from authsvc.subscribers import Subscriber
from authsvc.web.http import HTTPRequest, HTTPResponse

# A wallet that keeps every bucket of thirty thousand platforms fresh asks a thousand times in two
# weeks, so two of them twice as often. Each request costs up to 64 signatures; and what can live at
# once of one person has all to be withdrawn in one go when they freeze their number.
MOST_REQUESTS = 2000
_REQUESTS = "credential-requests"
_WINDOW = timedelta(days=14)


class CredentialEndpoint:
    """`POST /credentials`."""

    def __init__(
        self,
        *,
        ephemeral: Ephemeral,
        door: TokenDoor,
        clients: Clients,
        datasets: Datasets,
        proofs: KeyProofs,
        nonces: Nonces,
        request_keys: RequestKeys,
        issuing: Issuing,
        deferred: Deferred,
    ) -> None:
        self._ephemeral = ephemeral
        self._door = door
        self._clients = clients
        self._datasets = datasets
        self._proofs = proofs
        self._nonces = nonces
        self._request_keys = request_keys
        self._issuing = issuing
        self._deferred = deferred

    async def answer(self, http: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """The certificates; CredentialError, TooManyCertificates, and what the door raises."""
        # 1.
        admitted = await self._door.admit(http, now=now)
        token, subscriber = admitted.token, admitted.standing.subscriber
        client = await self._clients.find(token.client_id, now=now)
        if client is None:
            raise InvalidToken("the client is no longer registered")
        await self._issuing.require_strength(token, subscriber)
        # 2. Counted before anything is looked at: a request that is refused for its proofs costs as
        # much as a good one, and what is kept of a nonce is kept of one that was made up, too.
        await self._count(subscriber)
        request = read_request(http, self._request_keys, now=now)
        wish = request.credential_response_encryption
        asked = await asked_for(request, token, datasets=self._datasets, now=now)
        # 3.
        proved = self._proofs.read(request.proofs, client_id=client.client_id, now=now)
        wanted = self._issuing.wanted(asked, proved.keys, subscriber)
        # 4.
        await self._nonces.use(proved.nonce, now=now)
        # 5.
        if await self._issuing.is_ready(now=now):
            told = await self._issuing.issue(http, token, asked, wanted, now=now)
            status = 200
        else:
            await self._issuing.require_entitled(token, now=now)
            keys = [each.holder_key for each in wanted]
            told = told_to_wait(await self._deferred.keep(token, asked, keys))
            status = 202
        # 6.
        return self._door.with_nonce(written(told, wish, status=status), http, now=now)

    async def _count(self, subscriber: Subscriber) -> None:
        count = await self._ephemeral.count(_REQUESTS, str(subscriber.id), window=_WINDOW)
        if count > MOST_REQUESTS:
            raise TooManyCertificates
