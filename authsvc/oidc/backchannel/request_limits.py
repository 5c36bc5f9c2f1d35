"""How many requests may begin: each is kept for a while, and some of them bother a person."""

from datetime import timedelta

from authsvc.clients import Client
from authsvc.oidc.backchannel.errors import TooManyRequests
from authsvc.storage import Ephemeral
from authsvc.web.forwarded import network_of

# A client that proved itself: ten a second, for a platform of a whole country's television sets.
# What it can fill so is bounded: about 6000 records of half a kilobyte.
_PER_CLIENT = 600
_CLIENT_WINDOW = timedelta(minutes=1)
_ADDRESS_WINDOW = timedelta(hours=1)


class RequestLimits:
    """Counts requests; `per_address` are those of public clients, in an hour."""

    def __init__(self, ephemeral: Ephemeral, *, per_address: int) -> None:
        self._ephemeral = ephemeral
        self._per_address = per_address

    async def admit(self, client: Client, *, address: str) -> None:
        """Counts one request and lets it through; TooManyRequests.

        Anybody can speak for a public client, so that it is the address that counts there: nobody
        must be able to use up what all its devices share.
        """
        if client.public:
            key, window, most = network_of(address), _ADDRESS_WINDOW, self._per_address
        else:
            key, window, most = client.client_id, _CLIENT_WINDOW, _PER_CLIENT
        kind = "address" if client.public else "client"
        count = await self._ephemeral.count(f"backchannel-by-{kind}", key, window=window)
        if count > most:
            raise TooManyRequests(retry_after=int(window.total_seconds()))
