"""The grant type `client_credentials` (RFC 6749 section 4.4): a client asks for itself.

No person is spoken of, so that no scope of ours is granted: each of them tells something about one.
The token is for the resource servers that the client is registered for (RFC 8707).
"""

from authsvc.oidc.authorize.resource_indicators import read_resources
from authsvc.oidc.errors import InvalidScope, UnauthorizedClient
from authsvc.oidc.token.access_token import SECONDS
from authsvc.oidc.token.access_tokens import AccessTokens
from authsvc.oidc.token.revocation_marks import RevocationMarks
from authsvc.oidc.token.token_request import TokenRequest
from authsvc.oidc.token.tokens import TokenResponse, token_type


class ClientCredentials:
    """Issues tokens to clients that prove themselves."""

    def __init__(self, *, issuer: str, access_tokens: AccessTokens, marks: RevocationMarks) -> None:
        self._issuer = issuer
        self._marks = marks
        self._access_tokens = access_tokens

    async def issue(self, request: TokenRequest) -> TokenResponse:
        """An access token and nothing else; UnauthorizedClient, InvalidScope, InvalidTarget."""
        client = request.client
        if client.public:
            raise UnauthorizedClient("a public client cannot ask for itself")
        if "scope" in request.form:
            raise InvalidScope("every scope here speaks of a person", field="scope")
        token = self._access_tokens.issue_to_client(
            client.client_id,
            resources=read_resources(request.resources, client, issuer=self._issuer),
            confirmation=request.confirmation,
            birth=await self._marks.birth(),
            now=request.now,
        )
        return TokenResponse(
            access_token=token,
            expires_in=SECONDS,
            token_type=token_type(request.confirmation),
        )
