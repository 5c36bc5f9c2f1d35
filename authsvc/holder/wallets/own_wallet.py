"""The person's app as a client: it fetches certificates by the endpoints that any wallet uses.

It is registered by being here. Public, as a page can keep no secret; its tokens are bound to a key
that cannot leave the browser (DPoP), and it is given none but by an offer that its person made.
"""

from urllib.parse import urlsplit

from authsvc.clients.client import (
    CERTIFICATES,
    PRE_AUTHORIZED_CODE,
    REFRESH_TOKEN,
    AuthMethod,
    Client,
)

# As `app/files/wallet_issuer.js` has it.
CLIENT_ID = "authsvc-app"


def own_wallet(issuer: str) -> Client:
    """The registration of the app that this service itself serves."""
    return Client(
        client_id=CLIENT_ID,
        name="网络身份认证 · Online Identity",
        auth_methods=(AuthMethod.NONE,),
        grant_types=(PRE_AUTHORIZED_CODE, REFRESH_TOKEN),
        scopes=CERTIFICATES,
        sector_identifier=urlsplit(issuer).hostname or "",
        dpop_bound_access_tokens=True,
    )
