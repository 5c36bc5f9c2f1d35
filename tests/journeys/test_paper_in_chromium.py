"""A certificate on paper: made in the app, printed, and checked at a door without a network."""

import itertools
import json
import re
import subprocess
import sys

import pytest

from tests.journeys.hands import Hands
from tests.journeys.qr import read_qr

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PURPOSE = "办理借书证"
_names = (f"paper-person-{serial}" for serial in itertools.count(1))


@pytest.fixture
def holder(new_hands) -> Hands:
    hands: Hands = new_hands()
    hands.opts_in(next(_names))
    return hands


@pytest.fixture
def door(world, tmp_path):
    """The example of a door, which has fetched once; then there is no network."""

    def run(*arguments, said=""):
        command = [sys.executable, "-W", "error", "-m", "examples.offline_verifier"]
        return subprocess.run(
            [*command, "--state", str(tmp_path / "door"), *arguments],
            input=said,
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert run("trust", world.issuer).returncode == 0
    assert run("refresh").returncode == 0
    return run


def test_a_sheet_is_printed_and_good_once_at_a_door(holder, door):
    page = holder.page
    holder.open("certificate")
    holder.click("#to-print")
    page.check("#tell-age_over_18")
    holder.fill("purpose", PURPOSE)
    holder.click("#make-sheet")
    page.wait_for_selector("#pin")
    pin = page.inner_text("#pin").replace(" ", "")
    sheet = page.inner_text(".sheet")
    assert PURPOSE in sheet
    assert "At least 18 years old" in sheet
    assert pin not in sheet.replace(" ", "")

    # On paper there is the sheet and nothing else; above all not the PIN.
    page.emulate_media(media="print")
    assert page.is_visible(".sheet img")
    for screen_only in ("#pin", "#print", "#make-sheet", "h1", "nav", ".top"):
        assert not page.is_visible(screen_only), screen_only
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1
    page.emulate_media(media="screen")

    text = read_qr(page.get_attribute(".sheet img", "src") or "")
    wrong = door("paper", "--pin", f"{(int(pin) + 1) % 10**8:08}", said=text)
    assert wrong.returncode == 1
    assert "verify.pin_refused" in wrong.stderr
    good = door("paper", "--pin", pin, said=text)
    assert good.returncode == 0, good.stderr
    assert json.loads(good.stdout) == {"purpose": PURPOSE, "claims": {"age_over_18": True}}
    again = door("paper", "--pin", pin, said=text)
    assert "verify.sheet_taken" in again.stderr
    holder.is_content()


def test_a_purpose_that_is_missing_is_asked_for_at_its_field(holder):
    holder.open("print")
    holder.click("#make-sheet")
    assert holder.sees(".fault")
    assert not holder.page.is_visible("#pin")
