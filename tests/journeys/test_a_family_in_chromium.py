"""A family's life with their numbers, in real browsers: children, teenagers, helpers."""

import itertools
from collections.abc import Callable

import pytest

from tests.journeys.hands import SECRET, Hands
from tests.journeys.test_in_a_real_browser import signs_up
from tests.journeys.world import SQUARE, World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_names = (f"family-person-{serial}" for serial in itertools.count(1))


@pytest.fixture
def parent(new_hands: Callable[..., Hands]) -> Hands:
    """Somebody who has opted in."""
    parent = new_hands()
    parent.opts_in(next(_names))
    return parent


@pytest.fixture
def guardian(parent: Hands) -> Hands:
    """Somebody who is signed in by two factors, as whoever vouches has to be."""
    return by_two_factors(parent)


def by_two_factors(hands: Hands) -> Hands:
    hands.signs_in_by_password(hands.name)
    hands.page.wait_for_selector("#reveal")
    hands.turns_codes_on()
    return hands


@pytest.fixture
def minor(new_hands: Callable[..., Hands], guardian: Hands, world: World) -> Callable[[str], Hands]:
    """A minor of a date of birth, for whom the guardian has vouched."""

    def enrolls(birth_date: str) -> Hands:
        minor = new_hands(world.square.url)
        minor.is_vouched_for(guardian, birth_date, next(_names))
        return minor

    return enrolls


def test_a_child_waits_for_either_guardian_and_a_former_one_sees_nothing(
    guardian, new_hands, world
):
    other, child, square = new_hands(), new_hands(world.square.url), world.square
    other.opts_in(next(_names))
    by_two_factors(other)
    guardian.vouches(child.shows_a_code_for(guardian, "2016-05-01"))
    numbers = child.identity_number(), other.identity_number()
    world.changes_custody("add", *numbers)
    child.click("summary:has-text('another guardian')")
    other.vouches(child.sees("#second-guardian-code"))
    name = next(_names)
    child.finishes(name)

    signs_up(child.page, square, "two_guardians")
    child.page.goto(f"{square.url}/verify")
    child.page.click("#verify")
    child.page.click("#approve")
    assert "Ask your guardian" in child.sees("h1")
    requests = [each.page.locator("section", has_text="requests") for each in (guardian, other)]
    for each, request in zip((guardian, other), requests, strict=True):
        each.open("home")
        assert SQUARE in request.inner_text()
    requests[1].locator("button:has-text('Allow')").click()
    other.page.wait_for_selector(".told-now:has-text('Allowed')")
    # The page goes on by itself, and the platform has its answer.
    child.page.wait_for_url(f"{square.url}/verified")
    assert child.page.is_visible("#badge")
    guardian.open("home")
    assert not requests[0].is_visible()

    # One of the two is a guardian no more: from now on the child's life is none of their business.
    world.changes_custody("end", *numbers)
    child.page.click("#sign-out")
    child.page.goto(f"{square.url}/sign-in")
    child.page.click("#sign-in-with-online-number")
    child.page.wait_for_selector("#until")
    other.open("home")
    assert not requests[1].is_visible()
    other.open("family")
    assert child.card()["name"] not in other.sees("#view")
    # What they allowed has ended with it, and so have the child's sessions.
    child.page.fill("#username", name)
    child.page.fill("#password", SECRET)
    child.page.click("#sign-in")
    child.page.wait_for_selector("#until")

    # A guardian agrees to each use, and may refuse this one, in the words of the child.
    guardian.open("home")
    requests[0].locator("button:has-text('Refuse')").click()
    guardian.page.wait_for_selector(".told-now:has-text('Refused')")
    child.page.wait_for_url(f"{square.url}/online-number/callback?**")
    assert child.page.is_visible("#refusal")
    assert "guardian" not in child.page.content().lower()
    assert "error=access_denied" in child.page.url


def test_of_a_teenager_the_guardian_sees_when_and_not_where(minor, guardian, world):
    teenager, square = minor("2011-05-01"), world.square
    guardian.open("family")
    assert "When it was used" not in guardian.page.inner_text("#view")
    signs_up(teenager.page, square, "teenager")
    teenager.page.goto(f"{square.url}/verify")
    teenager.page.click("#verify")
    teenager.page.click("#approve")
    # Nobody is waited for.
    teenager.page.wait_for_url(f"{square.url}/verified")

    guardian.open("family")
    guardian.click("summary:has-text('When it was used (1)')")
    uses = guardian.page.locator("details:has(summary:has-text('When it was used')) li")
    assert uses.count() == 1
    assert uses.is_visible()
    guardian.open("activity")
    assert "A child used their online number" in guardian.sees("#view")
    for view in ("family", "activity", "home"):
        guardian.open(view)
        seen = guardian.page.inner_text("#view")
        assert SQUARE not in seen, view
        assert "platform was told" not in seen, view
    # Nor does the service send what the page does not show.
    for path in ("wards", "activity"):
        sent = guardian.page.request.get(f"{world.issuer}/holder/{path}").text()
        assert SQUARE not in sent, path


def test_a_helper_freezes_the_number_of_who_invited_them(parent, new_hands):
    helper = new_hands()
    helper.opts_in(next(_names))

    parent.open("family")
    parent.click("#invite-helper")
    code = parent.sees("#helper-code")
    helper.open("family")
    helper.click("summary:has-text('Help somebody')")
    helper.page.fill("#field-helped_code", code.lower())
    helper.click("button:has-text('Begin to help')")
    helper.page.wait_for_selector(".told-now:has-text('You are a helper now')")
    parent.open("home")
    assert "helper was added" in parent.sees("section.notices")

    helper.open("family")
    helper.click("button:has-text('Freeze for them')")
    helper.page.wait_for_selector(".told-now:has-text('Frozen')")
    assert "Frozen" in helper.sees("#view .state.wait")
    parent.page.goto(f"{parent.issuer}/app/#/home")
    parent.page.reload()
    parent.page.wait_for_url("**/app/#/sign-in")
    parent.click("#by-device")
    assert "on hold" in parent.sees("#view .alarm")
