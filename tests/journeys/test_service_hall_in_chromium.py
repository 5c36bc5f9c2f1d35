"""The service hall in a real browser: a card, a household, a permit, and one thing for all."""

import itertools
import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journeys.axe import bring_axe, grave_faults
from tests.journeys.hands import NARROW, SECRET, WIDE, Hands
from tests.journeys.service_hall import ServiceHall, Visitor
from tests.journeys.world import IDENTITY_NUMBER, Holder, World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHENZHEN, HANGZHOU, CHENGDU = "440300", "330100", "510100"
_names = (f"hall-person-{serial}" for serial in itertools.count(1))


@pytest.fixture(scope="module")
def hall(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceHall]:
    """The hall and its back office."""
    directory = tmp_path_factory.mktemp("hall")
    hall = ServiceHall(world, directory, service_directory=world.service_directory)
    try:
        hall.start()
        yield hall
    finally:
        hall.stop()


@pytest.fixture
def person(world: World) -> Holder:
    """Somebody with an online number."""
    return world.enrolled_person()


@pytest.fixture
def visitor(hall: ServiceHall, person: Holder, new_hands: Callable[..., Hands]) -> Visitor:
    """The same person with a browser."""
    return Visitor(hall, new_hands(hall.url).page, person)


def subjects(hall: ServiceHall) -> list[str]:
    """The names that the hall has for those who applied, newest last."""
    with sqlite3.connect(hall.data) as connection:
        rows = connection.execute("SELECT subject FROM application ORDER BY rowid").fetchall()
    connection.close()
    return [subject for (subject,) in rows]


def test_a_lost_card_is_replaced_from_home_and_everything_goes_on(hall, person, visitor):
    number = person.runs("show").stdout.splitlines()[0]
    before = set(hall.mailbox.glob("*.chip"))
    visitor.applies("card")
    steps = visitor.page.inner_text("#case-card")
    assert steps.index("Old card reported lost") < steps.index("New card issued")

    [chip] = set(hall.mailbox.glob("*.chip")) - before
    holder = Path(str(chip).removesuffix(".chip") + ".holder.json")
    taken = person.runs("replace", f"--chip={chip}", f"--holder={holder}")
    assert taken.returncode == 0, taken.stderr
    assert person.runs("show").stdout.splitlines()[0] == number

    visitor.comes_back()
    assert "the same as before" in visitor.attested()
    # A second application, after the card was changed, is filed by the same pseudonym.
    visitor.applies("permit", HANGZHOU)
    assert subjects(hall)[-1] == subjects(hall)[-2]
    visitor.page.click("#my-applications")
    assert visitor.page.locator("#applications li").count() == 2


def test_a_household_moves_and_a_permit_is_linked(hall, person, visitor, world):
    visitor.applies("move", SHENZHEN)
    visitor.links("move", "residence")
    visitor.comes_back()
    assert "Guangdong" in visitor.attested()
    assert "Shenzhen" in visitor.attested()

    visitor.applies("permit", HANGZHOU)
    assert not visitor.page.is_visible("#code-permit")
    visitor.comes_back()
    assert "Hangzhou" in visitor.attested()
    # The feed is followed every twenty seconds.
    until = time.monotonic() + 60
    while "residence_moved" not in (log := person.runs("log").stdout):
        assert time.monotonic() < until, log
        time.sleep(1)
    assert log.count("attributes_asked") >= 2

    # Whoever lives there already is told so, and nothing is filed.
    filed = len(subjects(hall))
    visitor.begins("move", SHENZHEN)
    visitor.agrees()
    assert "in this province already" in visitor.page.inner_text("#refusal")
    assert len(subjects(hall)) == filed


def test_one_consent_asks_three_departments_and_files_three_applications(hall, person, visitor):
    visitor.begins("new-in-town", CHENGDU)
    acts = visitor.page.inner_text("main")
    for department in ("the residence department", "the education department"):
        assert department in acts
    assert visitor.page.locator("input[type=checkbox]:checked").count() == 0
    visitor.agrees()
    told = visitor.page.inner_text(".told")
    assert person.name in told
    assert person.number not in told
    assert told.count("not linked yet") == 5
    visitor.page.click("#file")
    visitor.waits()
    for case, department in (
        ("permit", "residence"),
        ("school", "education"),
        ("insurance", "social_insurance"),
    ):
        visitor.links(case, department)
    visitor.comes_back()
    attested = visitor.attested()
    assert "Chengdu" in attested
    assert len(re.findall(r"\byes\b", attested)) == 3


def test_the_hall_has_only_what_was_agreed_to(hall, person, visitor):
    visitor.begins("new-in-town", CHENGDU)
    visitor.page.check("#identity")
    visitor.page.click("#approve")
    # The sensitive question was left out, and that looks like nothing else.
    told = visitor.page.inner_text(".told")
    assert told.count("you did not agree") == 2
    # While a draft waits, and after it was filed, no identity number is on the disk.
    assert person.number.encode() not in hall.kept()
    visitor.page.click("#file")
    visitor.waits()
    assert person.number.encode() not in hall.kept()
    for received in (hall.kept(), hall.received()):
        assert not IDENTITY_NUMBER.search(received)
    assert person.name not in hall.received().decode("utf-8", "replace")
    with sqlite3.connect(hall.data) as connection:
        [told_json] = connection.execute(
            "SELECT told FROM application ORDER BY rowid DESC LIMIT 1"
        ).fetchone()
    connection.close()
    kept = json.loads(told_json)
    assert set(kept) == {"name", "number", "attributes", "missing"}
    assert kept["number"] == "*" * 14 + person.number[-4:]


def test_whoever_is_not_named_or_says_no_is_told_what_to_do(hall, visitor):
    visitor.begins("card")
    visitor.page.click("#approve")
    assert "without your name" in visitor.page.inner_text("#refusal")
    visitor.begins("card")
    visitor.page.click("#deny")
    assert "told nothing" in visitor.page.inner_text("#refusal")


def test_without_script_the_page_shows_the_same(hall, person, new_hands):
    page = new_hands(hall.url, java_script_enabled=False).page
    visitor = Visitor(hall, page, person)
    visitor.begins("card")
    visitor.agrees()
    page.click("#file")
    while page.locator("#look").count():
        page.click("#look")
        page.wait_for_timeout(500)
    assert page.get_attribute("#progress", "data-state") == "done"


@pytest.mark.parametrize(
    "look",
    [
        pytest.param({**NARROW, "locale": "zh-CN", "color_scheme": "dark"}, id="chinese-dark"),
        pytest.param({**WIDE, "locale": "en-GB", "color_scheme": "light"}, id="english-light"),
    ],
)
def test_no_page_has_a_grave_fault(hall, person, browser_program, look, tmp_path):
    faults: dict[str, list[str]] = {}
    context = browser_program.new_context(**look)
    context.set_default_timeout(15_000)
    bring_axe(context)
    page = context.new_page()
    visitor = Visitor(hall, page, person)

    def looks(name: str) -> None:
        if found := grave_faults(page):
            faults[name] = found
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.viewport_size["width"], name
        page.screenshot(path=tmp_path / f"{name}.png", full_page=True)

    page.goto(hall.url)
    looks("front")
    page.click("#service-permit")
    looks("service")
    visitor.begins("permit", HANGZHOU)
    visitor.agrees()
    looks("told")
    page.click("#file")
    looks("under-way")
    visitor.waits()
    looks("done")
    visitor.links("permit", "residence")
    visitor.comes_back()
    looks("attested")
    page.click("#my-applications")
    looks("applications")
    page.goto(f"{hall.url}/nowhere")
    looks("refusal")
    context.close()
    assert faults == {}


def test_the_new_card_reaches_the_app_in_a_browser_and_the_permit_is_linked_there(hall, new_hands):
    hands = new_hands(hall.url)
    hands.opts_in(next(_names))
    nowhere = Path("nowhere")
    number = hands.identity_number()
    person = Holder(number, "", nowhere, nowhere, nowhere, sign_in_name=hands.name)
    visitor = Visitor(hall, hands.page, person, password=SECRET)
    before = set(hall.mailbox.glob("*.chip"))
    visitor.applies("card")
    [chip] = set(hall.mailbox.glob("*.chip")) - before
    hands.takes_card(chip.read_bytes())
    assert hands.sees("#online-number") == hands.number
    hands.page.goto(f"{hall.url}/applications")
    hands.click("#applications a")
    visitor.comes_back()
    assert "the same as before" in visitor.attested()

    visitor.applies("permit", HANGZHOU)
    code, address = hands.page.inner_text("#code-permit"), hands.page.url
    hands.open("departments")
    hands.click("#department-residence summary")
    hands.fill("code-residence", "BCDF-GHJK")
    hands.click("#link-residence")
    assert hands.sees("#view .fault")
    hands.page.fill("#field-code-residence", code)
    hands.click("#link-residence")
    hands.page.wait_for_selector(".told-now:has-text('Linked')")
    hands.page.goto(address)
    visitor.comes_back()
    assert "Hangzhou" in visitor.attested()
