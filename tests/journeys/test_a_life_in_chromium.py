"""What happens in the life of a number, between the app and a platform, in a real browser."""

import itertools
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pyotp
import pytest

from authsvc.authentication.assurance import AAL2
from authsvc.cli.tour.servers import Server
from tests.journeys.hands import SECRET, Hands
from tests.journeys.question import Question
from tests.journeys.test_in_a_real_browser import signs_up
from tests.journeys.world import IDENTITY_NUMBER, ROOT, SQUARE, World, lasting_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NEW_SECRET = "five quite different artificial words"
# Long enough that the page which waits is seen.
WAIT_SECONDS = 3
_names = (f"life-person-{serial}" for serial in itertools.count(1))


@pytest.fixture
def person(new_hands: Callable[..., Hands], world: World) -> Hands:
    """Somebody who has opted in, and visits the platform too."""
    person = new_hands(world.square.url)
    person.opts_in(next(_names))
    return person


@pytest.fixture
def hasty_issuer(tmp_path: Path) -> Iterator[str]:
    """Another service, at which a recovery waits for seconds, not for a day."""
    issuer = f"http://localhost:{lasting_port()}"
    service = Server(
        "hasty",
        [
            "authsvc",
            "sandbox",
            f"--port={issuer.rpartition(':')[2]}",
            f"--issuer={issuer}",
            f"--directory={tmp_path / 'hasty'}",
        ],
        url=issuer,
        ready="/.well-known/openid-configuration",
        log=tmp_path / "hasty.log",
        root=ROOT,
        environment={"AUTHSVC_ENROLLMENT__RECOVERY_WAIT_SECONDS": str(WAIT_SECONDS)},
    )
    service.start()
    yield issuer
    service.stop()


def begins_to_verify(hands: Hands, world: World, handle: str) -> None:
    """A fresh member of the platform goes to the service."""
    signs_up(hands.page, world.square, handle)
    hands.page.goto(f"{world.square.url}/verify")
    hands.page.click("#verify")


def signs_in_at_the_service(hands: Hands, name: str, password: str = SECRET) -> None:
    hands.page.fill("#username", name)
    hands.page.fill("#password", password)
    hands.page.click("#sign-in")


def may_name(hands: Hands, world: World, *, ticks: bool) -> bool:
    """Approves what the hall asks, with or without the box; whether it is told who this is."""
    question = world.hall_asks()
    hands.page.goto(question.url)
    assert not hands.page.is_checked("#identity")
    if ticks:
        hands.page.check("#identity")
    hands.page.click("#approve")
    claims = question.answer(hands.page)
    assert claims["sub"]
    return IDENTITY_NUMBER.search(str(claims).encode()) is not None


def comes_back_to(hands: Hands, world: World) -> None:
    """Signs out at the platform, and in again with the online number."""
    hands.page.goto(world.square.url)
    hands.page.click("#sign-out")
    hands.page.goto(f"{world.square.url}/sign-in")
    hands.page.click("#sign-in-with-online-number")


def asks_for_a_code_alone(hands: Hands) -> None:
    assert "A stronger sign-in is asked for" in hands.page.inner_text("main")
    for more in ("#username", "#password", "#approve"):
        assert not hands.page.is_visible(more), more


def test_a_platform_that_is_taken_back_has_to_ask_again(person, world):
    square = world.square
    begins_to_verify(person, world, "taken_back")
    # Whoever is signed in to the app is signed in at the service.
    person.page.click("#approve")
    person.page.wait_for_url(f"{square.url}/verified")
    comes_back_to(person, world)
    person.page.wait_for_url(f"{square.url}/")
    assert "@taken_back" in person.page.inner_text("#handle")

    person.open("platforms")
    assert SQUARE in person.sees("#view .rows")
    person.click("#view .rows button:has-text('Take it back')")
    person.page.wait_for_selector(".told-now:has-text('Taken back')")
    assert "None so far" in person.sees("#view")

    comes_back_to(person, world)
    person.page.click("#approve")
    person.page.wait_for_url(f"{square.url}/")
    assert "@taken_back" in person.page.inner_text("#handle")


def test_a_stronger_sign_in_asks_for_the_missing_code_alone(person, new_hands, world):
    computer = new_hands(world.square.url)
    begins_to_verify(computer, world, "step_up_totp")
    signs_in_at_the_service(computer, person.name)
    computer.page.click("#approve")
    computer.page.wait_for_url(f"{world.square.url}/verified")
    # Codes are turned on elsewhere; the session on the computer is one of a password alone.
    codes = pyotp.TOTP(person.turns_codes_on())

    question = Question(world, world.square, acr_values=AAL2)
    computer.page.goto(question.url)
    asks_for_a_code_alone(computer)
    assert not computer.page.is_visible("#send-code")
    computer.page.fill("#otp", "1")
    computer.page.click("#verify")
    assert computer.page.is_visible("#error")
    # The code of the present was used when they were turned on.
    computer.page.fill("#otp", codes.at(time.time() + 30))
    computer.page.click("#verify")
    claims = question.answer(computer.page)
    assert claims["acr"] == AAL2
    assert {"pwd", "otp"} <= set(claims["amr"])


def test_who_has_only_a_phone_proves_more_by_a_message(person, new_hands, world):
    computer = new_hands(world.square.url)
    begins_to_verify(computer, world, "step_up_sms")
    signs_in_at_the_service(computer, person.name)
    computer.page.click("#approve")
    computer.page.wait_for_url(f"{world.square.url}/verified")

    question = Question(world, world.square, acr_values=AAL2)
    computer.page.goto(question.url)
    asks_for_a_code_alone(computer)
    assert not computer.page.is_visible("#otp")
    computer.page.click("#send-code")
    computer.page.wait_for_selector("#otp")
    phone = person.card()["phone"]
    assert phone not in computer.page.content()
    outbox = httpx2.get(f"{world.issuer}/sandbox/outbox", params={"phone": phone}, trust_env=False)
    texts = [each["text"] for each in outbox.json()["messages"]]
    [newest] = [text for text in texts if "sign-in code" in text]
    code = re.findall(r"\d{6}", newest)[0]
    computer.page.fill("#otp", code)
    computer.page.click("#verify")
    claims = question.answer(computer.page)
    assert claims["acr"] == AAL2
    assert {"pwd", "sms"} <= set(claims["amr"])


def test_a_recovery_comes_to_its_end(new_hands, hasty_issuer):
    old = new_hands(issuer=hasty_issuer)
    old.opts_in(next(_names))

    new = new_hands(issuer=hasty_issuer)
    # A clock that is a day behind lets nobody wait a day longer.
    new.page.clock.set_fixed_time(time.time() - 86_400)
    new.recovers(old, old.name, NEW_SECRET)
    assert "Please wait" in new.sees("#view h1")
    while not new.page.is_visible("#get-number"):
        new.page.wait_for_timeout(500)
        new.click("button:has-text('Look again')")
        new.settled()
    new.click("#get-number")
    assert new.sees("#online-number") == old.number

    elsewhere = new_hands(issuer=hasty_issuer)
    elsewhere.signs_in_by_password(old.name)
    assert "not right" in elsewhere.sees("#view .alarm")
    elsewhere.signs_in_by_password(old.name, NEW_SECRET)
    assert "Access was recovered" in elsewhere.sees("section.notices")

    # The device of before is signed out, and hears at its next sign-in that it is removed.
    old.page.goto(f"{hasty_issuer}/app/#/home")
    old.page.wait_for_url("**/app/#/sign-in")
    old.click("#by-device")
    assert "This device was removed" in old.sees("#view .alarm")
    # It is no dead end: by the new password it joins anew.
    old.signs_in_by_password(old.name, NEW_SECRET)
    old.click("text=Add this device")
    old.fill("name", "the old phone")
    old.click("#add-device")
    old.proves_phone(old)
    old.page.wait_for_selector("#add-device", state="detached")
    old.context.clear_cookies()
    old.open("sign-in")
    old.click("#by-device")
    old.page.wait_for_selector("#reveal")


def test_everything_at_the_service_works_without_javascript(person, new_hands, world):
    codes, square = pyotp.TOTP(person.turns_codes_on()), world.square
    plain = new_hands(square.url, java_script_enabled=False)
    page = plain.page
    begins_to_verify(plain, world, "without_script")
    signs_in_at_the_service(plain, person.name, "not the password")
    assert page.is_visible("#error")
    signs_in_at_the_service(plain, person.name)
    # A code of yesterday, as a clock that is wrong shows it, and one that was used already.
    for wrong in (time.time() - 86_400, time.time() - 30):
        page.fill("#otp", codes.at(wrong))
        page.click("#verify")
        assert "let the phone set its clock by itself" in page.inner_text("#error")
    # Whoever typed another person's name is not caught here.
    address = page.url
    page.click("#another-name")
    assert page.is_visible("#username")
    page.goto(address)
    # The code of the present was used when they were turned on.
    page.fill("#otp", codes.at(time.time() + 30))
    page.click("#verify")
    page.click("#deny")
    page.wait_for_url(f"{square.url}/online-number/callback?**")
    assert page.is_visible("#refusal")
    page.goto(f"{square.url}/verify")
    page.click("#verify")
    page.click("#approve")
    page.wait_for_url(f"{square.url}/verified")
    assert page.is_visible("#badge")

    # Whom a law names asks by itself for more, in a box that is empty and may stay so.
    is_named = [may_name(plain, world, ticks=ticks) for ticks in (False, True)]
    assert is_named == [False, True]
    person.open("platforms")
    assert "your name and document number, encrypted, until" in person.sees("#view")
    person.click("[data-named=hall]")
    person.page.wait_for_selector("[data-named=hall]", state="detached")
    person.open("activity")
    assert "You took back that a platform is told your name" in person.sees("#view")

    page.goto(f"{world.issuer}/authorize?client_id=nobody")
    assert page.is_visible(".reference")
    page.goto(f"{world.issuer}/end-session")
    page.click("#logout")
    assert "You are signed out" in page.inner_text("h1")
    comes_back_to(plain, world)
    assert page.is_visible("#username")
