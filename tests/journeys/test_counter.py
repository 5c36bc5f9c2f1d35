"""People whose phone reads no chip, or who have none, at a counter with two agents."""

import json
import re
import secrets
import subprocess
import sys
from urllib.parse import urlencode

import pytest

from tests.journeys.hands import SECRET

pytestmark = pytest.mark.slow


@pytest.fixture
def counter(world, tmp_path):
    """Runs the counter's program, with two agents whom the operator has added."""

    def runs(*words):
        command = [sys.executable, "-m", "examples.counter", *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    agents = []
    for name in ("first", "second"):
        file = tmp_path / f"{name}.pem"
        made = runs("key", str(file))
        assert runs("key", str(file)).returncode == 1
        added = world.operates(
            "agents", "add", "--name", name, "--station", "Example Hall 3", "-", text=made.stdout
        )
        agents.append(f"{json.loads(added)['agent']}:{file}")

    def enroll(person, *more, alone=False):
        first, second = agents[0], agents[0 if alone else 1]
        return runs(
            "enroll",
            f"--service={world.issuer}",
            f"--chip={person.chip}",
            f"--holder={person.papers}",
            f"--first={first}",
            f"--second={second}",
            *more,
        )

    return enroll


def test_somebody_without_a_phone_gets_a_number_and_signs_in(world, counter, tmp_path):
    person = world.person()
    words = tmp_path / "password"
    words.write_text("a long enough password 7")
    outcome = counter(
        person, "--no-phone", f"--sign-in-name={person.sign_in_name}", f"--password-file={words}"
    )
    assert outcome.returncode == 0, outcome.stderr
    assert re.search(r"online number.*: \w{10}", outcome.stdout)


def test_one_agent_is_not_enough(world, counter):
    outcome = counter(world.person(), alone=True)
    assert outcome.returncode == 1
    assert "[enrollment.four_eyes_missing]" in outcome.stderr


def test_a_phone_goes_on_with_what_the_counter_began(world, counter):
    person = world.person()
    outcome = counter(person)
    assert outcome.returncode == 0, outcome.stderr
    link = outcome.stdout.split()[-1]
    taken = person.runs("take-over", link)
    assert taken.returncode == 0, taken.stderr
    enrolled = world.enroll(person)
    assert enrolled.returncode == 0, enrolled.stderr
    assert "step: document" not in enrolled.stdout
    # The link is of no use to anybody any more.
    assert world.person().runs("take-over", link).returncode == 1


@pytest.mark.browser
def test_the_app_on_ones_own_phone_goes_on_to_the_number(world, counter, new_hands):
    person, hands = world.person(), new_hands()
    link = counter(person).stdout.split()[-1]
    hands.page.goto(link)
    hands.settled()
    assert "Go on with your own phone" in hands.sees("h1")
    hands.click("#take-over")
    hands.page.wait_for_selector("#send-code")
    assert "token" not in hands.page.url
    hands.fill("phone", json.loads(person.papers.read_text())["phone"])
    hands.confirms_phone()
    hands.fill("sign_in_name", person.sign_in_name)
    hands.fill("password", SECRET)
    hands.click("#choose-credentials")
    hands.click("#get-number")
    assert len(hands.sees("#online-number").replace(" ", "")) == 10


@pytest.mark.browser
@pytest.mark.parametrize(
    "led",
    [
        "../holder/freeze?",
        "../holder/platforms/withdrawal-of-all#",
        "..%2Fholder%2Ffreeze?",
        "a/../..",
    ],
)
def test_a_link_of_somebody_else_does_nothing_in_ones_own_name(world, new_hands, led):
    """What stands in the link becomes an address of the service, and the browser is signed in."""
    hands = new_hands()
    hands.opts_in(f"led astray {secrets.token_hex(4)}")
    asked = []
    hands.page.on("request", lambda request: asked.append((request.method, request.url)))
    named = urlencode({"enrollment": led, "token": "x" * 43})
    hands.page.goto(f"{world.issuer}/app/#/take-over?{named}")
    hands.settled()
    if hands.page.locator("#take-over").count():
        hands.click("#take-over")
        hands.settled()
    assert [url for method, url in asked if method == "POST"] == []
    assert "This is not a link of a counter" in hands.sees("h1")
