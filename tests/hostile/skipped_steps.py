"""What a person really did, written down beside the service while it is led astray.

A `World` is a provider with people, browsers and platforms, whose every answer is looked at: a new
session, a code, a token or a word of UserInfo that the deeds written down here do not justify is an
AssertionError. It decides nothing by itself; `test_row_36_skipped_steps` chooses the deeds.
"""

import asyncio
import json
from contextlib import AsyncExitStack
from datetime import datetime

import httpx2

from authsvc.authentication.assurance import Factor
from authsvc.authentication.errors import FreshSignInRequired
from authsvc.authentication.signed_in import SignedIn
from authsvc.authentication.step_up.errors import PhoneProofRequired
from authsvc.keyring import KeyRing
from authsvc.storage import Database, Ephemeral
from authsvc.subscribers import Subscriber, SubscriberStatus
from tests.authentication.authenticators import PRESENT, Authenticator
from tests.authentication.passkey_makers import add
from tests.databases import MEMORY_URL, ephemeral_backend
from tests.hostile.steps_taken import (
    CLIENTS,
    FRESH_FOR,
    PEOPLE,
    SESSION,
    SESSION_LIVES,
    TOKEN_LIVES,
    TOTP,
    Access,
    Family,
    Session,
    Visit,
)
from tests.makers import AdjustableClock
from tests.oidc.jwt_makers import unverified
from tests.oidc.makers import Answer, Browser, Platform, Request, service


class World:
    """The provider, and what justifies its answers."""

    def __init__(self, keyring: KeyRing, database_url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._stack = AsyncExitStack()
        self.clock = AdjustableClock()
        self.people: dict[str, Subscriber] = {}
        self.authenticators: dict[str, Authenticator] = {}
        self.frozen: set[str] = set()
        self.sessions: dict[str, Session] = {}
        self.consents: dict[tuple[str, str], tuple[set[str], datetime]] = {}
        self.families: list[Family] = []
        self.accesses: list[Access] = []
        self.visits: list[Visit] = []
        self.do(self._open(keyring, database_url))

    def do(self, deed):
        """Awaits something."""
        return self._loop.run_until_complete(deed)

    def close(self) -> None:
        """Lets everything go."""
        self.do(self._stack.aclose())
        self._loop.close()

    async def _open(self, keyring: KeyRing, database_url: str) -> None:
        backend = ephemeral_backend(MEMORY_URL, self.clock)
        database = Database(database_url)
        self._stack.push_async_callback(backend.close)
        self._stack.push_async_callback(database.close)
        passing = Ephemeral(backend, seals=keyring.sealer, digests=keyring.digests)
        self.service = await self._stack.enter_async_context(
            service(database, passing, keyring, self.clock)
        )
        for name in PEOPLE:
            self.people[name] = await self.service.person(name, totp=TOTP.get(name))
            await self._give_passkey(name)
        self._beginner = await self.service.person("beginner")
        self.browsers = [Browser(self.service), Browser(self.service)]
        self.platforms = {name: Platform(self.service, name) for name in CLIENTS}

    async def _give_passkey(self, name: str) -> None:
        house, authenticator = self.service.house, Authenticator()
        both = frozenset({Factor.PASSWORD, Factor.TOTP})
        proved = SignedIn(self.people[name].id, both, self.clock.now())
        await add(house, await house.session(proved), authenticator)
        self.authenticators[name] = authenticator

    def assertion(self, name: str, *, right: bool) -> dict[str, str]:
        """What the script of a page sends after somebody's passkey was used."""
        wrong = {} if right else {"flags": PRESENT}
        offered = self.do(self.service.house.passkey_sign_in.offer(now=self.clock.now()))
        credential = self.authenticators[name].get(offered.options, **wrong)
        return {"challenge": offered.challenge, "credential": json.dumps(credential)}

    def set_up_something(self, factors: frozenset[Factor], *, seconds: int) -> None:
        """Whoever has a phone and no second factor begins to set one up, some time after.

        These factors were proved when they signed in.
        """
        house = self.service.house
        signed_in = SignedIn(self._beginner.id, factors, self.clock.now())
        session, now = self.do(house.session(signed_in)), self.clock.advance(seconds=seconds)
        may = seconds <= FRESH_FOR and factors != {Factor.PASSWORD}
        # A session that a second factor opened need not be of this moment to replace it.
        replaces = bool(factors & {Factor.TOTP, Factor.PASSKEY})
        for begin, allowed in (
            (house.passkeys.offer, may),
            (house.totp_enrollment.begin, may or replaces),
        ):
            try:
                self.do(begin(session, now=now))
            except (PhoneProofRequired, FreshSignInRequired):
                assert not allowed, "a door that locks honest people out"
            else:
                assert allowed, "a way in for who knows the password alone, or found a session"

    # What happens to people.

    def freeze(self, name: str, *, frozen: bool) -> None:
        """Freezes or thaws somebody. Whether what was issued survives that is not demanded."""
        status = SubscriberStatus.FROZEN if frozen else SubscriberStatus.ACTIVE

        async def change() -> None:
            async with self.service.database.transaction() as tx:
                await self.service.house.subscribers.set_status(tx, self.people[name].id, status)

        self.do(change())
        (self.frozen.add if frozen else self.frozen.discard)(name)
        self._doubt(name)

    def withdraw(self, name: str, client: str) -> None:
        """Somebody takes their consent back."""

        async def change() -> None:
            async with self.service.database.transaction() as tx:
                await self.service.provider.grants.withdraw(tx, self.people[name], client)

        self.do(change())
        self.consents.pop((name, client), None)
        for family in self.families:
            family.dead |= (family.person, family.client) == (name, client)

    def end_everything(self, name: str) -> None:
        """The watermark passes all that somebody has (a new card)."""
        now = self.clock.advance(seconds=1)

        async def change() -> None:
            async with self.service.database.transaction() as tx:
                await self.service.house.subscribers.raise_watermark(
                    tx, self.people[name].id, now=now
                )

        self.do(change())
        self.sessions = {t: s for t, s in self.sessions.items() if s.person != name}
        for family in self.families:
            family.dead |= family.person == name
        for visit in self.visits:
            if visit.password_of == name:
                visit.password_of = None

    # What browsers are answered.

    def visit(self, browser: int, url: str, form: dict[str, str] | None = None) -> httpx2.Response:
        """A request of a browser during which nobody may come to be signed in."""
        response, token = self._asked(browser, url, form)
        assert token is None, "a session without a sign-in"
        return response

    def sign_in(
        self,
        visit: Visit,
        browser: int,
        form: dict[str, str],
        *,
        proven: str | None,
        strong: bool = False,
    ) -> httpx2.Response:
        """A request that may open a session of `proven` (None: of nobody)."""
        response, token = self._asked(browser, visit.url, form)
        if token is not None:
            assert proven is not None, "a session without every factor"
            assert proven not in self.frozen, "a session of a frozen person"
            assert visit.browser == browser, "a session by another browser's page"
            strong = strong or proven in TOTP
            self.sessions[token] = Session(proven, self.clock.now(), strong)
            visit.session = token
            visit.password_of = None
        return response

    def landed(self, browser: int, response: httpx2.Response, request: Request, **context) -> None:
        """Looks at the way back to a platform, if it is one."""
        location = response.headers.get("location", "")
        if response.status_code != 303 or location.startswith("/"):
            assert "code=" not in location
            return
        answer = Answer.of(response)
        assert location.startswith(request.parameters["redirect_uri"] + "?")
        assert answer.parameters["iss"] == self.service.issuer
        visit = context.get("visit")
        if visit is not None:
            visit.open = False
        if "code" in answer.parameters:
            self._justify_code(browser, answer.parameters["code"], request, **context)

    def _justify_code(
        self,
        browser: int,
        code: str,
        request: Request,
        *,
        visit: Visit | None = None,
        approved: bool = False,
    ) -> None:
        now = self.clock.now()
        token = self.browsers[browser].http.cookies.get(SESSION)
        session = self.sessions.get(token or "")
        assert session is not None, "a code without a sign-in"
        assert session.person not in self.frozen, "a code of a frozen person"
        assert now < session.opened + SESSION_LIVES, "a code of a session that is over"
        prompts = request.parameters.get("prompt", "").split()
        if "login" in prompts:
            assert visit is not None, "no fresh sign-in at all"
            assert visit.session == token, "no fresh sign-in for this request"
        key = (session.person, request.parameters["client_id"])
        asked = set(request.parameters["scope"].split())
        given, since = self.consents.get(key, (set(), now))
        if approved:
            assert visit is not None, "an approval of nothing"
            assert visit.browser == browser, "an approval in another browser"
            self.consents[key] = given | asked, since
        else:
            assert "consent" not in prompts, "consent was to be asked for"
            assert asked <= given, "a code without consent"
        self.families.append(Family(session.person, request, now, code, session.strong))

    def _asked(
        self, browser: int, url: str, form: dict[str, str] | None
    ) -> tuple[httpx2.Response, str | None]:
        """The answer, and the token of a session that it opened."""
        http = self.browsers[browser].http
        before = http.cookies.get(SESSION)
        response = self.do(http.get(url) if form is None else http.post(url, data=form))
        assert response.status_code < 500, response.text
        after = http.cookies.get(SESSION)
        if after == before:
            return response, None
        if before is not None:
            self.sessions.pop(before, None)
        return response, after or None

    # What platforms are answered.

    def in_force(self, family: Family) -> bool:
        """Whether the person stands by this authorization now."""
        if family.dead or family.person in self.frozen:
            return False
        given, since = self.consents.get((family.person, family.client), (set(), family.at))
        return family.scopes <= given and since <= family.at

    def issued(self, response: httpx2.Response, family: Family, client: str) -> None:
        """Tokens came: for this person, this platform, this request; and no more than asked."""
        tokens = response.json()
        assert client == family.client, "tokens for another platform"
        assert self.in_force(family) or family.unsure, "tokens against the person's word"
        assert family.person not in self.frozen, "tokens of a frozen person"
        scopes = set(tokens["scope"].split())
        assert scopes <= family.scopes, "more than was consented to"
        subject = self.do(self.service.subject(self.people[family.person], client))
        claims = [unverified(tokens["access_token"])]
        if "openid" in scopes:
            claims.append(unverified(tokens["id_token"]))
            assert claims[1]["aud"] == client
            assert claims[1]["nonce"] == family.request.parameters["nonce"]
        assert {each["sub"] for each in claims} == {subject}, "tokens of somebody else"
        strength = "aal2" if family.strong else "aal1"
        assert all(each["acr"].endswith(strength) for each in claims), "a strength nobody proved"
        family.redeemed = True
        if "refresh_token" in tokens and tokens["refresh_token"] not in family.refresh_tokens:
            family.refresh_tokens.append(tokens["refresh_token"])
        self.accesses.append(Access(tokens["access_token"], family, scopes, self.clock.now()))

    def is_good(self, access: Access) -> bool:
        """Whether an access token should open UserInfo now."""
        young = self.clock.now() < access.at + TOKEN_LIVES
        return young and not access.revoked and self.in_force(access.family)

    def _doubt(self, name: str) -> None:
        for family in self.families:
            family.unsure |= family.person == name
