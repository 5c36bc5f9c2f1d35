"""The Square takes certificates from the app, in a real browser: on one device, and by a phone.

Its verifier is a process of its own, as a platform has it; the service learns of none of it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from authsvc.cli.tour.servers import Server
from tests.journeys.camera import camera_plays, camera_sees
from tests.journeys.hands import chromium
from tests.journeys.qr import read_qr
from tests.journeys.question import Question
from tests.journeys.world import ROOT, SQUARE, lasting_port
from tests.presentation.running import SECTOR, running_verifier

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass(frozen=True)
class Place:
    """The Square, and where its verifier is."""

    url: str
    verifier: str
    data: Path

    def subjects(self):
        """By which pseudonyms its verified members are known, by handle."""
        asked = "SELECT handle, subject FROM account JOIN verification ON account_id = account.id"
        with closing(sqlite3.connect(self.data)) as database:
            return dict(database.execute(asked).fetchall())


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """What the phone's camera plays."""
    return tmp_path_factory.mktemp("camera") / "film.y4m"


@pytest.fixture(scope="module")
def browser_program(film) -> Iterator[Browser]:
    """A Chromium with a camera."""
    with chromium(*camera_plays(film)) as program:
        yield program


@pytest.fixture(scope="module")
def place(world, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The Square with a verifier on its own host."""
    directory = tmp_path_factory.mktemp("square")
    port, data = lasting_port(), directory / "square.db"
    with running_verifier(directory, world.service, name=SECTOR) as verifier:
        square = Server(
            SQUARE,
            [
                "examples.social_platform",
                f"--port={port}",
                f"--issuer={world.issuer}",
                f"--client-id={SQUARE}",
                f"--client-secret-file={world.secret_file(SQUARE)}",
                f"--verifier={verifier.url}",
                f"--verifier-token-file={verifier.token_file}",
                f"--data={data}",
            ],
            url=f"http://127.0.0.1:{port}",
            ready="/",
            log=directory / "square.log",
            root=ROOT,
            environment={},
        )
        try:
            square.start()
            yield Place(square.url, verifier.url, data)
        finally:
            square.stop()


@pytest.fixture
def new_holder(new_hands, place, world):
    """Opens browsers of people who have opted in and fetched certificates there."""

    def opened(name, **options):
        hands = new_hands(place.url, place.verifier, world.square.url, **options)
        hands.opts_in(name)
        hands.open("certificate")
        hands.click("#fetch-certificates")
        hands.page.wait_for_selector("#wallet-stock:has-text('20 platforms')")
        return hands

    return opened


def test_somebody_opens_an_account_and_comes_back_by_another_device(
    place, new_holder, new_hands, world, film
):
    phone = new_holder("square-holder", permissions=["camera"])
    page = phone.page
    page.goto(f"{place.url}/sign-up?lang=en")
    phone.click("#sign-up-with-certificate")
    phone.click("#open-wallet")
    phone.settled()
    # Who asks, what for, what exactly; and what is not told.
    assert page.url.startswith(f"{world.issuer}/app/present#")
    assert phone.sees("#who-asks") == place.verifier.removeprefix("http://")
    own_words = phone.sees("#own-words")
    assert "The Square" in own_words
    assert "Open an account" in own_words
    assert "its own words" in own_words
    told = phone.sees("#what-is-told")
    assert "Your pseudonym there" in told
    assert "18" not in told
    assert "knows you again" in phone.sees("#known-again")
    unsaid = phone.sees("#what-stays-unsaid")
    assert "Your name, document number" in unsaid
    assert "At least 18" in unsaid
    assert "pseudonym" not in unsaid
    phone.click("#present-yes")
    page.wait_for_url(f"{place.url}/**")
    phone.page.fill("#handle", "certified")
    phone.click("#join")
    [subject] = place.subjects().values()

    # By OpenID Connect the same platform hears the same pseudonym.
    question = Question(world, world.square)
    page.goto(question.url)
    phone.click("#approve")
    assert question.answer(page)["sub"] == subject

    # At a computer the code of the page is read by the phone: the same certificate, once more.
    desk = new_hands(place.url)
    desk.page.goto(f"{place.url}/sign-in?lang=en")
    desk.click("#sign-in-with-certificate")
    camera_sees(film, read_qr(desk.page.get_attribute("#qr", "src") or ""))
    phone.open("scan")
    page.wait_for_url("**/app/present#**")
    phone.settled()
    assert "Sign in" in phone.sees("#own-words")
    phone.click("#present-yes")
    page.wait_for_selector("h1:has-text('It was shown')")
    desk.page.wait_for_selector("text=@certified")
    assert place.subjects() == {"certified": subject}


# A list is looked at again after 30 s, and may be that old when it is fetched (docs/credential.md).
_SEEN_WITHIN = timedelta(seconds=75)


def signs_in(phone, place):
    """Signs in at the Square by the app on the same device; whether the platform let them in."""
    page = phone.page
    page.goto(f"{place.url}/sign-in?lang=en")
    phone.click("#sign-in-with-certificate")
    phone.click("#open-wallet")
    phone.click("#present-yes")
    page.wait_for_selector("#view .action .alarm, body:has-text('@frozen_once')")
    if page.url.startswith(place.url):
        phone.context.clear_cookies(domain="127.0.0.1")
        return True
    assert "did not take it" in phone.sees("#view .action .alarm")
    return False


def test_whose_number_is_frozen_is_let_in_nowhere_until_it_is_unfrozen(place, new_holder):
    phone = new_holder("frozen-holder")
    page = phone.page
    page.goto(f"{place.url}/sign-up?lang=en")
    phone.click("#sign-up-with-certificate")
    phone.click("#open-wallet")
    phone.click("#present-yes")
    page.wait_for_url(f"{place.url}/**")
    page.fill("#handle", "frozen_once")
    phone.click("#join")
    phone.context.clear_cookies(domain="127.0.0.1")

    phone.open("leave")
    phone.click("#freeze")
    page.wait_for_selector("h1:has-text('frozen')")
    phone.open("certificate")
    assert "Platforms know within a minute" in phone.sees("#frozen")
    # What nobody can withdraw is gone from the device that was told.
    assert "0 counters" in phone.sees("#wallet-stock")
    until = datetime.now(UTC) + _SEEN_WITHIN
    while signs_in(phone, place):
        assert datetime.now(UTC) < until
        page.wait_for_timeout(3000)
    assert "frozen" in phone.sees("#frozen")

    phone.open("unfreeze")
    phone.click("#begin")
    phone.click("#own-card")
    phone.click("#virtual-capture")
    page.wait_for_selector("h1:has-text('works again')")
    until = datetime.now(UTC) + _SEEN_WITHIN
    while not signs_in(phone, place):
        assert datetime.now(UTC) < until
        assert not page.is_visible("#frozen")
        page.wait_for_timeout(3000)
