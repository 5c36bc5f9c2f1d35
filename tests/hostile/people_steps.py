"""What people do and what happens to them, as rules of a state machine (row 36)."""

from urllib.parse import urlencode

import pyotp
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from authsvc.authentication.assurance import Factor
from tests.authentication.makers import PASSWORD, wrong_code
from tests.hostile.skipped_steps import World
from tests.hostile.steps_taken import CLIENTS, PEOPLE, SESSION, TOTP, Visit
from tests.oidc.makers import Page, request

BROWSERS, LATELY = st.sampled_from((0, 0, 0, 1)), st.integers(0, 4)
NAMES, PLATFORMS = st.sampled_from(PEOPLE), st.sampled_from(CLIENTS)
RIGHT = st.sampled_from((True, True, True, True, False))


class People(RuleBasedStateMachine):
    """The pages, from every side."""

    world: World

    def fresh_world(self) -> World:
        """A world in which nothing was done yet."""
        raise NotImplementedError

    @initialize()
    def begin(self):
        self.world = self.fresh_world()

    def teardown(self):
        if hasattr(self, "world"):
            self.world.close()

    @rule(
        browser=BROWSERS,
        client=PLATFORMS,
        prompt=st.sampled_from((None, None, None, "none", "login", "consent", "login consent")),
        scope=st.sampled_from(("openid", "openid age", "age")),
    )
    def authorize(self, browser, client, prompt, scope):
        asked = request(client, scope=scope).but(prompt=prompt)
        response = self.world.visit(browser, f"/authorize?{urlencode(asked.parameters)}")
        self.world.landed(browser, response, asked)
        if response.headers["location"].startswith("/interaction/"):
            self.world.visits.append(Visit(response.headers["location"], asked, browser))

    @precondition(lambda self: self.world.visits)
    @rule(which=LATELY, browser=BROWSERS, name=NAMES, right=RIGHT)
    def password(self, which, browser, name, right):
        visit = self._visit(which)
        form = {"username": name, "password": PASSWORD if right else "a wrong password"}
        good = right and visit.open and name not in self.world.frozen
        proven = name if good and name not in TOTP else None
        response = self.world.sign_in(visit, browser, form, proven=proven)
        if good and name in TOTP and response.status_code == 303 and browser == visit.browser:
            visit.password_of = name
        self.world.landed(browser, response, visit.request, visit=visit)

    @precondition(lambda self: self.world.visits)
    @rule(which=LATELY, browser=BROWSERS, name=st.sampled_from(sorted(TOTP)), right=RIGHT)
    def second_factor(self, which, browser, name, right):
        visit = self._visit(which)
        codes = [pyotp.TOTP(secret).at(self.world.clock.now()) for secret in TOTP.values()]
        code = pyotp.TOTP(TOTP[name]).at(self.world.clock.now()) if right else wrong_code(*codes)
        proven = name if right and visit.open and visit.password_of == name else None
        response = self.world.sign_in(visit, browser, {"otp": code}, proven=proven)
        self.world.landed(browser, response, visit.request, visit=visit)

    @precondition(lambda self: self.world.visits)
    @rule(which=LATELY, browser=BROWSERS, name=NAMES, right=RIGHT)
    def passkey(self, which, browser, name, right):
        """A wrong one was touched, and not unlocked."""
        visit = self._visit(which)
        form = self.world.assertion(name, right=right)
        good = right and visit.open and name not in self.world.frozen
        response = self.world.sign_in(
            visit, browser, form, proven=name if good else None, strong=True
        )
        self.world.landed(browser, response, visit.request, visit=visit)

    @precondition(lambda self: self.world.visits)
    @rule(which=LATELY, browser=BROWSERS, decision=st.sampled_from(("approve", "approve", "deny")))
    def decide(self, which, browser, decision):
        visit = self._visit(which)
        response = self.world.visit(browser, visit.url, {"decision": decision})
        approved = decision == "approve"
        self.world.landed(browser, response, visit.request, visit=visit, approved=approved)

    @precondition(lambda self: self.world.visits)
    @rule(which=LATELY, browser=BROWSERS)
    def look_again(self, which, browser):
        visit = self._visit(which)
        response = self.world.visit(browser, visit.url)
        self.world.landed(browser, response, visit.request, visit=visit)

    @rule(browser=BROWSERS, confirmed=st.booleans())
    def sign_out(self, browser, confirmed):
        response = self.world.visit(browser, "/end-session")
        page = Page(response.text)
        if confirmed:
            # What platforms may be told of a sign-out, and what they then lose, is not demanded.
            self._doubt_who_is_signed_in(browser)
            self.world.visit(browser, "/end-session", page.inputs)

    @rule(name=NAMES, frozen=st.booleans())
    def freeze(self, name, frozen):
        self.world.freeze(name, frozen=frozen)

    @rule(name=NAMES, client=PLATFORMS)
    def withdraw(self, name, client):
        self.world.clock.advance(seconds=1)
        self.world.withdraw(name, client)
        self.world.clock.advance(seconds=1)

    @rule(name=NAMES)
    def new_card(self, name):
        self.world.end_everything(name)

    @rule(
        factors=st.frozensets(st.sampled_from(Factor), min_size=1),
        seconds=st.sampled_from((0, 300, 301)),
    )
    def set_up_something(self, factors, seconds):
        self.world.set_up_something(factors, seconds=seconds)

    @rule(seconds=st.sampled_from((1, 31, 61, 601)))
    def time_passes(self, seconds):
        self.world.clock.advance(seconds=seconds)

    def _visit(self, which):
        return self.world.visits[-1 - which % len(self.world.visits)]

    def _doubt_who_is_signed_in(self, browser):
        token = self.world.browsers[browser].http.cookies.get(SESSION)
        session = self.world.sessions.get(token or "")
        for family in self.world.families:
            family.unsure |= session is not None and family.person == session.person
