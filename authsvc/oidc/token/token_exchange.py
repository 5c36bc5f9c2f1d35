"""The grant type `token-exchange` (RFC 8693): a service calls the next one for the same person.

The service shows the access token that it was called with and gets one for the next service in the
chain: of the same person, under no wider scope, good for no longer, and saying who acts (`act`).
Only the token's audience may do this, or the client that it was issued to (which aims it at one
resource server, or narrows it). The person's word and the watermark hold along the whole chain.
"""

from typing import Any

from authsvc.clients import Client
from authsvc.oidc import scopes
from authsvc.oidc.authorize.errors import InvalidTarget
from authsvc.oidc.authorize.resource_indicators import read_resources
from authsvc.oidc.errors import InvalidRequest, InvalidToken, UnauthorizedClient
from authsvc.oidc.token.access_token import AccessToken
from authsvc.oidc.token.access_tokens import AccessTokens
from authsvc.oidc.token.token_request import TokenRequest
from authsvc.oidc.token.token_status import TokenStatus
from authsvc.oidc.token.tokens import TokenResponse, token_type

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105  a name
_REQUESTED = (None, ACCESS_TOKEN)
# Each service of a chain adds one; a longer chain is a loop.
_LONGEST_CHAIN = 5


class TokenExchange:
    """Gives a token for a token."""

    def __init__(self, *, issuer: str, access_tokens: AccessTokens, status: TokenStatus) -> None:
        self._issuer = issuer
        self._access_tokens = access_tokens
        self._status = status

    async def exchange(self, request: TokenRequest) -> TokenResponse:
        """An access token for the next service; InvalidRequest, InvalidScope, InvalidTarget.

        A subject token that is not good is an invalid request (section 2.2.2).
        """
        if request.client.public:
            raise UnauthorizedClient("a public client is no service")
        subject = await self._subject_token(request)
        resources = self._resources(request)
        narrowed = scopes.narrowed(request.form.get("scope"), subject.scopes)
        token = self._access_tokens.issue_onward(
            subject,
            client_id=request.client.client_id,
            scopes=narrowed,
            resources=resources,
            confirmation=request.confirmation,
            actor=_actor(subject, request.client),
            now=request.now,
        )
        return TokenResponse(
            access_token=token,
            expires_in=int(subject.expires_at - request.now.timestamp()),
            scope=" ".join(narrowed),
            token_type=token_type(request.confirmation),
            issued_token_type=ACCESS_TOKEN,
        )

    async def _subject_token(self, request: TokenRequest) -> AccessToken:
        if request.required("subject_token_type") != ACCESS_TOKEN:
            raise InvalidRequest("only access tokens are exchanged", field="subject_token_type")
        if request.form.get("requested_token_type") not in _REQUESTED:
            raise InvalidRequest("only access tokens are given", field="requested_token_type")
        if "actor_token" in request.form or "actor_token_type" in request.form:
            raise InvalidRequest("the client itself is the actor", field="actor_token")
        try:
            token = self._access_tokens.read(request.required("subject_token"), now=request.now)
            if not _may_exchange(request.client, token):
                raise InvalidToken("a token of somebody else")
            await self._status.require_good(token, now=request.now)
        except InvalidToken:
            raise InvalidRequest("the subject token is not valid", field="subject_token") from None
        return token

    def _resources(self, request: TokenRequest) -> tuple[str, ...]:
        """`audience` and `resource` name the same thing here (section 2.1)."""
        asked = (*request.resources, *request.audiences)
        if not asked:
            raise InvalidTarget("resource or audience is needed", field="resource")
        return read_resources(asked, request.client, issuer=self._issuer)


def _may_exchange(client: Client, token: AccessToken) -> bool:
    if token.client_id == client.client_id:
        return True
    return client.protected_resource is not None and client.protected_resource in token.audience


def _actor(subject: AccessToken, client: Client) -> dict[str, Any] | None:
    """Who acts, and who did before (section 4.1); nobody new where a client aims its own token."""
    if subject.client_id == client.client_id:
        return subject.actor
    actor: dict[str, Any] = {"sub": client.client_id}
    if subject.actor is not None:
        actor["act"] = subject.actor
    depth, link = 0, actor
    while link:
        depth, link = depth + 1, link.get("act", {})
    if depth > _LONGEST_CHAIN:
        raise InvalidRequest("the chain of services is too long", field="subject_token")
    return actor
