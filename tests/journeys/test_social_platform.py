"""The example platform: its own accounts, and every way in and out of verification."""

import sqlite3
from contextlib import closing

import httpx2
import pytest

from tests.journeys.world import MINOR_SINCE, PASSWORD, phone_of

pytestmark = pytest.mark.slow

BADGE = "已验证真人"


@pytest.fixture
def square(world):
    return world.square


def joins_with_online_number(person, browser, square, handle):
    """Signs up with the online number; the page after choosing a handle."""
    page = browser.press(browser.visit(f"{square.url}/sign-up"), "sign-up-with-online-number")
    page = person.identify(browser, page)
    assert page.has("handle")
    return browser.fill(page, "join", handle=handle)


class TestLegacyAccounts:
    def test_every_field_that_is_wrong_is_named_and_nothing_entered_is_lost(self, square, browser):
        page = browser.visit(f"{square.url}/sign-up")
        page = browser.fill(page, "next", handle="x", password=PASSWORD, phone="10000000000")
        assert page.status == 400
        assert "2–20 个字母" in page.text
        assert page.form_with("handle").values["phone"] == "10000000000"
        page = browser.fill(page, "next", handle="careful", password="short", phone="10000000000")
        assert "密码至少 8 个字符" in page.text
        page = browser.fill(page, "next", handle="careful", password=PASSWORD, phone="none")
        assert "请填写手机号" in page.text

    def test_a_handle_is_had_once_however_it_is_written(self, square, browser, new_browser):
        square.sign_up(browser, "Unique")
        other = new_browser()
        page = other.visit(f"{square.url}/sign-up")
        page = other.fill(
            page, "next", handle="ＵＮＩＱＵＥ", password=PASSWORD, phone="10000000000"
        )
        assert page.status == 409
        assert "这个用户名已被使用" in page.text

    def test_a_wrong_password_and_an_unknown_handle_get_the_same_words(self, square, new_browser):
        square.sign_up(new_browser(), "known")
        texts = set()
        for handle in ("known", "unknown"):
            browser = new_browser()
            page = browser.visit(f"{square.url}/sign-in")
            page = browser.fill(page, "next", handle=handle, password="not this one")
            assert page.status == 401
            texts.add(page.text)
        assert len(texts) == 1

    def test_passwords_cannot_be_guessed_for_long(self, square, new_browser):
        square.sign_up(new_browser(), "guarded")
        browser = new_browser()
        page = browser.visit(f"{square.url}/sign-in")
        for _ in range(11):
            page = browser.fill(page, "next", handle="guarded", password="guess")
        assert page.status == 429
        page = browser.fill(page, "next", handle="guarded", password=PASSWORD)
        assert page.status == 429

    def test_a_code_can_be_guessed_five_times(self, square, browser):
        page = browser.visit(f"{square.url}/sign-up")
        phone = "10000000055"
        page = browser.fill(page, "next", handle="guesser", password=PASSWORD, phone=phone)
        for _ in range(4):
            page = browser.fill(page, "confirm", code="wrong")
            assert "验证码不正确" in page.text
        page = browser.fill(page, "confirm", code="wrong")
        assert "这一步已过期" in page.text

    def test_a_form_from_elsewhere_is_refused(self, square, browser):
        square.sign_up(browser, "protected")
        for address in ("/", "/sign-out", "/verify", "/unlink", "/adults", "/sign-in/code"):
            assert httpx2.post(square.url + address, data={"text": "spam"}).status_code == 403

    @pytest.mark.parametrize("address", ["/verify", "/adults", "/what-we-know", "/unlink"])
    def test_pages_of_members_ask_for_signing_in(self, square, browser, address):
        page = browser.visit(square.url + address)
        assert page.status == 401
        assert "请先登录" in page.text

    def test_what_is_not_there_is_a_page_of_its_own(self, square, browser):
        assert browser.visit(f"{square.url}/nowhere").status == 404
        assert browser.visit(f"{square.url}/sign-up/code").status == 400
        assert httpx2.put(square.url).status_code == 405

    def test_it_speaks_the_language_of_the_browser_or_the_chosen_one(self, square, browser):
        english = httpx2.get(square.url, headers={"accept-language": "en-GB"})
        assert "Talk to real people" in english.text
        assert "Talk to real people" in browser.visit(f"{square.url}/?lang=en").text
        assert "Talk to real people" in browser.visit(square.url).text

    def test_what_people_say_stays_text(self, square, browser):
        square.sign_up(browser, "scripter")
        page = browser.fill(browser.visit(square.url), "post", text="<script>alert(1)</script>")
        assert "&lt;script&gt;" in page.html
        assert "<script" not in page.html


class TestVerification:
    def test_a_newcomer_signs_up_with_the_online_number_in_one_go(self, world, square, browser):
        person = world.enrolled_person()
        page = joins_with_online_number(person, browser, square, "straight")
        assert page.url == f"{square.url}/verified"
        assert BADGE in page.text
        # A second account in the same way is refused; signing in finds the first.
        browser.press(page, "sign-out")
        page = browser.visit(f"{square.url}/sign-up")
        page = person.identify(browser, browser.press(page, "sign-up-with-online-number"))
        assert page.status == 409
        page = browser.visit(f"{square.url}/sign-in")
        page = person.identify(browser, browser.press(page, "sign-in-with-online-number"))
        assert "@straight" in page.text

    def test_whoever_has_no_password_sets_one_before_unlinking(self, world, square, browser):
        person = world.enrolled_person()
        joins_with_online_number(person, browser, square, "carefree")
        page = browser.visit(f"{square.url}/unlink")
        assert page.status == 409
        assert "请先设置密码和手机号" in page.text
        page = browser.visit(f"{square.url}/password")
        phone = phone_of("carefree")
        page = browser.fill(page, "next", password=PASSWORD, phone=phone)
        browser.fill(page, "confirm", code=square.code_for(phone))
        page = browser.press(browser.visit(f"{square.url}/unlink"), "unlink")
        assert page.url == f"{square.url}/what-we-know"
        browser.press(page, "sign-out")
        page = square.sign_in(browser, "carefree")
        assert "@carefree" in page.text
        assert BADGE not in page.text

    def test_after_unlinking_one_other_account_may_be_verified(self, world, square, new_browser):
        person = world.enrolled_person()
        old, new = new_browser(), new_browser()
        square.sign_up(old, "old_account")
        square.sign_up(new, "new_account")
        person.identify(old, old.press(old.visit(f"{square.url}/verify"), "verify"))
        old.press(old.visit(f"{square.url}/unlink"), "unlink")
        page = person.identify(new, new.press(new.visit(f"{square.url}/verify"), "verify"))
        assert BADGE in page.text
        page = person.identify(old, old.press(old.visit(f"{square.url}/verify"), "verify"))
        assert page.status == 409

    def test_an_account_cannot_change_hands(self, world, square, browser, new_browser):
        owner, other = world.enrolled_person(), world.enrolled_person()
        square.sign_up(browser, "owned")
        page = browser.press(browser.visit(f"{square.url}/verify"), "verify")
        assert BADGE in owner.identify(browser, page).text
        # The same account in another browser, and somebody else at the service.
        second = new_browser()
        square.sign_in(second, "owned")
        page = second.visit(f"{square.url}/adults")
        page = other.identify(second, second.press(page, "ask-age"))
        assert page.status == 409
        assert "此账号已由另一人验证" in page.text

    def test_saying_no_at_the_service_changes_nothing(self, world, square, browser):
        person = world.enrolled_person()
        square.sign_up(browser, "reluctant")
        page = browser.press(browser.visit(f"{square.url}/verify"), "verify")
        page = browser.fill(page, "sign-in", username=person.sign_in_name, password=PASSWORD)
        page = browser.press(page, "deny")
        assert page.status == 403
        assert "您没有同意验证" in page.text
        assert BADGE not in browser.visit(square.url).text

    def test_an_answer_that_nobody_here_asked_for_is_refused(self, world, square, new_browser):
        person = world.enrolled_person()
        asking, framed = new_browser(), new_browser()
        square.sign_up(asking, "asking")
        square.sign_up(framed, "framed")
        page = asking.press(asking.visit(f"{square.url}/verify"), "verify")
        page = person.identify(asking, page)
        assert BADGE in page.text
        redirect = [line for line in square.record.read_text().split("REDIRECT\n") if line][-1]
        answer = "&".join(redirect.split("\n\n")[0].splitlines())
        # The same answer once more, and in somebody else's browser.
        for browser in (asking, framed):
            page = browser.visit(f"{square.url}/online-number/callback?{answer}")
            assert page.status == 400
        assert BADGE not in framed.visit(square.url).text

    def test_an_answer_of_another_issuer_is_refused(self, square, browser):
        square.sign_up(browser, "mixed_up")
        browser.press(browser.visit(f"{square.url}/verify"), "verify")
        with closing(sqlite3.connect(square.data)) as database:
            step = database.execute("SELECT name FROM step ORDER BY expires_at DESC").fetchone()[0]
        state = step.removeprefix("question ")
        forged = f"code=x&state={state}&iss=https://evil.example"
        page = browser.visit(f"{square.url}/online-number/callback?{forged}")
        assert page.status == 400
        assert "验证结果无法采信" in page.text


class TestAgeGate:
    @pytest.mark.parametrize(
        "birth_date,status,words",
        [
            pytest.param("1990-01-01", 200, "欢迎来到成人区", id="adult"),
            pytest.param(MINOR_SINCE, 403, "这里只对年满 18 岁的成员开放", id="minor"),
        ],
    )
    def test_the_platform_learns_one_answer(
        self, world, square, browser, birth_date, status, words
    ):
        born = f"--birth-date={birth_date}"
        person = world.minor() if birth_date == MINOR_SINCE else world.enrolled_person(born)
        joins_with_online_number(person, browser, square, f"born_{birth_date[:4]}")
        page = browser.press(browser.visit(f"{square.url}/adults"), "ask-age")
        page = person.identify(browser, page)
        assert page.url == f"{square.url}/adults"
        assert page.status == status
        assert words in page.text
        assert birth_date.encode() not in square.received()
        assert birth_date.replace("-", "").encode() not in square.data.read_bytes()

    def test_without_verification_there_is_no_question(self, square, browser):
        square.sign_up(browser, "unverified")
        page = browser.visit(f"{square.url}/adults")
        assert page.status == 403
        assert "此页面需要已验证的账号" in page.text
