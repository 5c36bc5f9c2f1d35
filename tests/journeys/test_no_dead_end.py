"""Whatever somebody does in a browser, the page says what happened and what to do (Chromium)."""

import pytest

from tests.journeys.question import Question
from tests.journeys.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_two_tabs_sign_in_at_two_platforms_and_one_goes_back(world, new_hands):
    person, platforms = world.enrolled_person(), (world.square, world.market)
    hands = new_hands(*(each.url for each in platforms), locale="fr-FR")
    asked = [Question(world, each) for each in platforms]
    tabs = [hands.page, hands.context.new_page()]
    for tab, question in zip(tabs, asked, strict=True):
        tab.goto(question.url)
        # Who reads neither of the two languages is answered in English.
        assert tab.inner_text("h1") == "Sign in"
    for tab in tabs:
        tab.fill("#username", person.sign_in_name)
        tab.fill("#password", PASSWORD)
        tab.click("#sign-in")
        tab.wait_for_selector("#approve")
    told = []
    for tab, question in zip(tabs, asked, strict=True):
        tab.click("#approve")
        told.append(question.answer(tab))
    assert told[0]["sub"] != told[1]["sub"]

    tabs[0].go_back()
    said = tabs[0].inner_text("main")
    assert "This page is no longer open" in said
    assert "If you have finished, there is nothing left to do" in said
    tabs[0].go_forward()
    tabs[0].wait_for_url(f"{world.square.url}/online-number/callback?**")


def test_whose_browser_keeps_no_cookies_is_told_so(world, new_hands):
    hands = new_hands(world.square.url)
    page, cookies = hands.page, hands.context
    page.goto(Question(world, world.square).url)
    cookies.clear_cookies()
    page.fill("#username", "somebody")
    page.fill("#password", PASSWORD)
    page.click("#sign-in")
    said = page.inner_text("main")
    assert "Your browser sent no cookie" in said
    assert "Allow cookies for this site" in said

    page.goto(f"{world.issuer}/device")
    cookies.clear_cookies()
    page.fill("#user_code", "BBBB-BBBB")
    page.click("#continue")
    assert "Your browser sent no cookie" in page.inner_text("#error")
    # Now that they are kept, what was typed is looked at.
    page.click("#continue")
    assert "No device is waiting under this code" in page.inner_text("#error")
