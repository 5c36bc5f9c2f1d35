"""Row 36: no order of right and wrong steps leads past one of them.

A machine does at random what people, thieves and platforms do, over the real endpoints; `World`
writes down who proved and allowed what, and every session, code, token and answer of UserInfo must
follow from that: the password, the second factor of whoever has one, consent, the platform's own
secret, verifier and address, and a person who still stands by it all.
"""

from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from authsvc.keyring import KeyRing
from tests.databases import copy_sqlite
from tests.hostile.people_steps import BROWSERS, LATELY, NAMES, PLATFORMS, RIGHT, People
from tests.hostile.skipped_steps import World
from tests.hostile.steps_taken import CODE_LIVES, TOTP
from tests.oidc.makers import request


class Doors(People):
    """All doors of the provider, tried in any order."""

    @rule(browser=BROWSERS, client=PLATFORMS, name=NAMES, thief=PLATFORMS, dawdles=st.booleans())
    def every_step(self, browser, client, name, thief="spa", dawdles=False):
        """Everything as it should be: whoever is active and not locked gets their tokens.

        But for somebody who tries the code before, and a platform that may be slow.
        """
        self.world.clock.advance(seconds=90)
        self.authorize(browser, client, "login consent", "openid age")
        visit = self.world.visits[-1]
        self.password(0, browser, name, True)
        if name in TOTP:
            self.second_factor(0, browser, name, True)
        self.decide(0, browser, "approve")
        assert visit.open == (name in self.world.frozen), "a door that locks honest people out"
        if not visit.open:
            self.redeem(0, thief, False, True)
            self.redeem(0, client, False, True)
            self.redeem(0, client, True, False)
            if thief != client:
                self.redeem(0, thief, True, True)
            self.world.clock.advance(seconds=60 if dawdles else 59)
            self.redeem(0, client, True, True)

    @rule(browser=BROWSERS, client=PLATFORMS, name=NAMES)
    def take_back_and_consent_again(self, browser, client, name):
        """What was issued between the two is nothing any more."""
        self.every_step(browser, client, name)
        self.withdraw(name, client)
        self.every_step(browser, client, name)
        if len(self.world.accesses) > 1:
            self.userinfo(1)

    @rule(browser=BROWSERS, client=PLATFORMS, prompt=st.sampled_from((None, "none")))
    def ask_for_more_than_was_allowed(self, browser, client, prompt):
        """Consent to `openid` is none to `age`, however the request is put."""
        self.withdraw("zhang", client)
        self.authorize(browser, client, "login", "openid")
        self.password(0, browser, "zhang", True)
        self.decide(0, browser, "approve")
        self.authorize(browser, client, prompt, "openid age")

    @rule(browser=BROWSERS, client=PLATFORMS)
    def sign_in_again_elsewhere(self, browser, client):
        """The sign-in of another tab is none for a request that wanted its own."""
        for _ in range(2):
            self.authorize(browser, client, "login consent", "openid")
            self.password(0, browser, "zhang", True)
        self.decide(1, browser, "approve")

    @precondition(lambda self: self.world.families)
    @rule(which=LATELY, client=PLATFORMS, right_verifier=RIGHT, right_address=RIGHT)
    def redeem(self, which, client, right_verifier, right_address):
        world, family = self.world, self._family(which)
        changes = {} if right_verifier else {"code_verifier": "w" * 43}
        if not right_address:
            changes["redirect_uri"] = "https://elsewhere.example/callback"
        response = world.do(world.platforms[client].redeem(family.request, family.code, **changes))
        presented = client == family.client and right_verifier and right_address
        young = world.clock.now() < family.at + CODE_LIVES
        if response.status_code == 200:
            assert presented, "a code for who cannot present it"
            assert not family.redeemed, "a code twice"
            assert young, "a code too late"
            world.issued(response, family, client)
            return
        assert response.json()["error"] == "invalid_grant"
        good = presented and young and world.in_force(family)
        assert not good or family.redeemed or family.unsure, "a good code refused"
        if presented and family.redeemed:
            family.dead |= world.in_force(family) and young
            family.unsure = True

    @precondition(lambda self: any(family.refresh_tokens for family in self.world.families))
    @rule(which=LATELY, age=st.sampled_from((1, 1, 1, 2, 3)), client=PLATFORMS, own=RIGHT)
    def refresh(self, which, age, client, own):
        world = self.world
        held = [family for family in world.families if family.refresh_tokens]
        family = held[-1 - which % len(held)]
        client = family.client if own else client
        token = family.refresh_tokens[-min(age, len(family.refresh_tokens))]
        newest = token == family.refresh_tokens[-1]
        response = world.do(world.platforms[client].refresh(token))
        if response.status_code == 200:
            assert token in family.refresh_tokens[-2:], "a refresh token of long ago"
            before = list(family.refresh_tokens)
            world.issued(response, family, client)
            # A repeated refresh may be answered again, and no second branch may grow of it.
            assert newest or family.refresh_tokens == before, "two living branches"
            return
        good = newest and client == family.client and world.in_force(family)
        assert not good or family.unsure, "a good refresh token refused"
        if client == family.client and not newest:
            family.unsure = True

    @precondition(lambda self: self.world.accesses)
    @rule(which=LATELY)
    def userinfo(self, which):
        world, access = self.world, self._access(which)
        family = access.family
        response = world.do(world.platforms[family.client].userinfo(access.token))
        if response.status_code != 200:
            assert response.status_code in (401, 403)
            sound = world.is_good(access) and "openid" in access.scopes
            assert not sound or family.unsure, "a good token refused"
            return
        assert world.is_good(access), "UserInfo without the person's word"
        told = response.json()
        subject = world.do(world.service.subject(world.people[family.person], family.client))
        assert told["sub"] == subject
        assert ("age_band" in told) == ("age" in access.scopes)

    @precondition(lambda self: self.world.accesses)
    @rule(which=LATELY, client=st.sampled_from(("platform-a", "platform-b")))
    def introspect(self, which, client):
        world, access = self.world, self._access(which)
        told = world.do(world.platforms[client].introspect(access.token))
        if told["active"]:
            assert client == access.family.client, "a stranger learns something"
            assert world.is_good(access), "a dead token is called alive"

    @precondition(lambda self: self.world.accesses)
    @rule(which=LATELY, client=PLATFORMS, refresh=st.booleans())
    def revoke(self, which, client, refresh):
        world, access = self.world, self._access(which)
        family = access.family
        token = family.refresh_tokens[-1] if refresh and family.refresh_tokens else access.token
        assert world.do(world.platforms[client].revoke(token)).status_code == 200
        if client == family.client:
            access.revoked |= token == access.token
            family.dead |= token != access.token
        self.userinfo(which)

    @rule(what=st.sampled_from(("code", "refresh_token", "access_token", "interaction")))
    def make_something_up(self, what):
        world = self.world
        platform = world.platforms["platform-a"]
        if what == "code":
            response = world.do(platform.redeem(request(), "A" * 43))
        elif what == "refresh_token":
            response = world.do(platform.refresh("A" * 22 + "." + "A" * 43))
        elif what == "access_token":
            response = world.do(platform.userinfo("eyJhbGciOiJub25lIn0.e30."))
        else:
            response = world.visit(0, "/interaction/" + "A" * 43, {"decision": "approve"})
        assert response.status_code in (400, 401, 404)

    def _family(self, which):
        return self.world.families[-1 - which % len(self.world.families)]

    def _access(self, which):
        return self.world.accesses[-1 - which % len(self.world.accesses)]


@pytest.mark.slow
def test_no_order_of_steps_leads_past_one(key_directory: Path, sqlite_template: Path, tmp_path):
    """Fifty lives of up to forty deeds, each in a world of its own."""
    keyring, number = KeyRing.open(key_directory), count()

    class Machine(Doors):
        def fresh_world(self) -> World:
            return World(keyring, copy_sqlite(sqlite_template, tmp_path / f"{next(number)}.db"))

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=50,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
