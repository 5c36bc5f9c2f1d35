"""Redeeming a pre-authorized code (OpenID for Verifiable Credential Issuance 1.0, section 6).

1. load      what the code stands for, for who knows the transaction code
2. decide    what this wallet may have of it
3. claim     exactly one redemption passes; any other is an alarm, of which the family dies
4. record    the person is still there and allows this wallet from now on; the first refresh token,
             if the wallet has them
5. tell      the person, if the wallet is new to them; a minor's guardians
6. answer
"""

from datetime import datetime

import msgspec
import structlog

from authsvc.clock import china_today
from authsvc.oidc.authorization import Authorization
from authsvc.oidc.authorization_details import CREDENTIAL, configurations, read_details
from authsvc.oidc.authorize.errors import InvalidAuthorizationDetails
from authsvc.oidc.authorize.resource_indicators import narrowed_resources
from authsvc.oidc.errors import GrantReused, InvalidGrant
from authsvc.oidc.grants import Grant, Grants, Standing
from authsvc.oidc.guardians.guardian_news import GuardianNews
from authsvc.oidc.scopes import still_registered
from authsvc.oidc.token.confirmation import bound_to
from authsvc.oidc.token.pre_authorized_code import (
    OfferSpent,
    PreAuthorized,
    PreAuthorizedCodes,
)
from authsvc.oidc.token.refresh_token import RefreshTokens
from authsvc.oidc.token.revocation_marks import RevocationMarks
from authsvc.oidc.token.token_request import TokenRequest
from authsvc.oidc.token.tokens import TokenResponse, Tokens
from authsvc.storage import Database
from authsvc.storage.remembered import Stamp
from authsvc.subscribers import OF_AGE, Subscriber, Subscribers, age_on
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Alerts, Entry
from authsvc.subscribers.memory import SubscriberMemory

_log = structlog.get_logger()


class _Recorded(msgspec.Struct, frozen=True):
    subscriber: Subscriber
    grant: Grant
    is_first: bool
    refresh_token: str | None


class PreAuthorizedRedemption:
    """The grant type `urn:ietf:params:oauth:grant-type:pre-authorized_code`."""

    def __init__(
        self,
        *,
        issuer: str,
        database: Database,
        codes: PreAuthorizedCodes,
        subscribers: Subscribers,
        grants: Grants,
        refresh_tokens: RefreshTokens,
        marks: RevocationMarks,
        tokens: Tokens,
        memory: SubscriberMemory,
        activity: ActivityLog,
        alerts: Alerts,
        news: GuardianNews,
    ) -> None:
        self._issuer = issuer
        self._database = database
        self._codes = codes
        self._subscribers = subscribers
        self._grants = grants
        self._refresh_tokens = refresh_tokens
        self._marks = marks
        self._tokens = tokens
        self._memory = memory
        self._activity = activity
        self._alerts = alerts
        self._news = news

    async def redeem(self, request: TokenRequest) -> TokenResponse:
        """Tokens for a code; InvalidGrant, InvalidScope, InvalidTarget.

        InvalidAuthorizationDetails; GrantReused for a code that was redeemed before.
        """
        code, now = request.required("pre-authorized_code"), request.now
        # 1.
        try:
            allowed = await self._codes.open(code, request.form.get("tx_code"), now=now)
        except OfferSpent as refusal:
            await self._tell_of_guesses(refusal.allowed, request)
            raise
        # 2.
        granted = _authorization(allowed, request, issuer=self._issuer)
        authorization = bound_to(granted, request.confirmation)
        # 3.
        # The claim first: a memory lost in between shows in the birth that the stamp has.
        first = await self._codes.claim(code)
        stamp = await self._memory.stamp(allowed.subscriber_id)
        if not first:
            await self._alarm(authorization)
            raise GrantReused("the code was redeemed before")
        # 4.
        recorded = await self._record(allowed, authorization, request)
        # 5.
        await self._tell(recorded.subscriber, stamp, is_first=recorded.is_first, now=now)
        # 6.
        return await self._tokens.issue_first(
            authorization,
            request=request,
            standing=Standing(recorded.subscriber, recorded.grant, stamp),
            refresh_token=recorded.refresh_token,
        )

    async def _record(
        self, allowed: PreAuthorized, authorization: Authorization, request: TokenRequest
    ) -> _Recorded:
        client, now, refresh_token = request.client, request.now, None
        async with self._database.transaction() as tx:
            subscriber = await self._subscribers.hold(tx, allowed.subscriber_id)
            if subscriber is None or not subscriber.was_in_force(allowed.offered_at):
                raise InvalidGrant("the person no longer grants this")
            grant, earlier = await self._grants.remember(
                tx,
                subscriber,
                client_id=client.client_id,
                scopes=authorization.scopes,
                now=now,
            )
            if earlier is None:
                await self._activity.write(tx, subscriber, _entry(authorization, now=now))
            if client.refreshes:
                refresh_token = await self._refresh_tokens.begin(tx, authorization, now=now)
        # A reuse may have raised the alarm between our claim and our commit.
        if await self._marks.family_is_revoked(authorization.family_id):
            await self._end_family(authorization)
        return _Recorded(subscriber, grant, earlier is None, refresh_token)

    async def _tell_of_guesses(self, allowed: PreAuthorized, request: TokenRequest) -> None:
        """The person reads it in their log, and hears of it: they may want to look around."""
        now = request.now
        guessed = Entry(
            kind=ActivityKind.OFFER_GUESSED,
            at=now,
            client_id=request.client.client_id,
            scopes=allowed.scopes,
        )
        async with self._database.transaction() as tx:
            subscriber = await self._subscribers.hold(tx, allowed.subscriber_id)
            if subscriber is None or not subscriber.was_in_force(allowed.offered_at):
                return
            await self._activity.write(tx, subscriber, guessed)
        await self._alerts.tell(subscriber, ActivityKind.OFFER_GUESSED, now=now)

    async def _tell(
        self, subscriber: Subscriber, stamp: Stamp, *, is_first: bool, now: datetime
    ) -> None:
        if is_first:
            await self._alerts.tell(subscriber, ActivityKind.PLATFORM_ALLOWED, now=now)
        born = await self._memory.birth_date(subscriber, stamp, now=now)
        if born is not None and age_on(born, china_today(now)) < OF_AGE:
            await self._news.of_use(subscriber, now=now)

    async def _alarm(self, authorization: Authorization) -> None:
        """The mark first: whoever begins the family a moment later will see it."""
        _log.warning("grant_reused", kind="pre-authorized_code")
        await self._marks.revoke_family(authorization.family_id)
        await self._end_family(authorization)

    async def _end_family(self, authorization: Authorization) -> None:
        async with self._database.transaction() as tx:
            await self._refresh_tokens.end(tx, authorization.family_id)


def _authorization(allowed: PreAuthorized, request: TokenRequest, *, issuer: str) -> Authorization:
    """What this wallet gets: all that was offered, or what it names of that (section 6.1.1).

    The tokens are for the issuer, and for no other resource server.
    """
    whole = Authorization(
        family_id=allowed.family_id,
        subscriber_id=allowed.subscriber_id,
        client_id=request.client.client_id,
        scopes=still_registered(allowed.scopes, request.client),
        authorized_at=request.now,
        acr=allowed.acr,
        amr=allowed.amr,
        resources=narrowed_resources(request.resources, (issuer,)),
    )
    details = read_details(request.form.get("authorization_details"), request.client)
    if not details:
        return whole
    only_certificates = all(each["type"] == CREDENTIAL for each in details)
    if not only_certificates or not set(configurations(details)) <= set(whole.scopes):
        raise InvalidAuthorizationDetails("more than was offered", field="authorization_details")
    return msgspec.structs.replace(whole, scopes=(), details=details)


def _entry(authorization: Authorization, *, now: datetime) -> Entry:
    return Entry(
        kind=ActivityKind.PLATFORM_ALLOWED,
        at=now,
        client_id=authorization.client_id,
        scopes=authorization.scopes,
    )
