"""The revocation endpoint (RFC 7009): a client gives a token back.

A refresh token takes its whole family along, access tokens included (section 2.1). A token that is
unknown, over, or another client's is answered like any other and left alone (section 2.2).
"""

from datetime import datetime

from authsvc.clients import Client
from authsvc.clients.authentication import ClientAuthentication
from authsvc.oidc.errors import InvalidRequest, InvalidToken
from authsvc.oidc.oauth_error import NOT_STORED
from authsvc.oidc.token.access_tokens import AccessTokens
from authsvc.oidc.token.refresh_token import PresentedToken, RefreshTokens
from authsvc.oidc.token.revocation_marks import RevocationMarks
from authsvc.storage import Database
from authsvc.web.forms import omit_empty
from authsvc.web.http import HTTPRequest, HTTPResponse, empty


class RevocationEndpoint:
    """`POST /revoke`."""

    def __init__(
        self,
        *,
        database: Database,
        authentication: ClientAuthentication,
        access_tokens: AccessTokens,
        refresh_tokens: RefreshTokens,
        marks: RevocationMarks,
    ) -> None:
        self._database = database
        self._authentication = authentication
        self._access_tokens = access_tokens
        self._refresh_tokens = refresh_tokens
        self._marks = marks

    async def answer(self, request: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """200 without a body, whatever became of the token."""
        form = omit_empty(request.form())
        client = await self._authentication.authenticate(request, form, now=now)
        if "token" not in form:
            raise InvalidRequest("token is missing", field="token")
        presented = PresentedToken.parse(form["token"])
        if presented is not None:
            await self._refresh_token(presented, client, now=now)
        else:
            await self._access_token(form["token"], client, now=now)
        return empty(200, NOT_STORED)

    async def _access_token(self, text: str, client: Client, *, now: datetime) -> None:
        try:
            token = self._access_tokens.read(text, now=now)
        except InvalidToken:
            return
        if token.client_id == client.client_id:
            await self._marks.revoke_token(token)

    async def _refresh_token(
        self, presented: PresentedToken, client: Client, *, now: datetime
    ) -> None:
        async with self._database.transaction() as tx:
            family = await self._refresh_tokens.find(tx, presented.family_id, now=now)
            if family is None or family.authorization.client_id != client.client_id:
                return
            # The mark first: a refresh that is under way signs for the same family.
            await self._marks.revoke_family(presented.family_id)
            await self._refresh_tokens.end(tx, presented.family_id)
