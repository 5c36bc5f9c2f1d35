"""The smallest client, driven as a developer drives it."""

import json
import subprocess
import sys

import pytest

from tests.journeys.world import MINIMAL, ROOT

pytestmark = pytest.mark.slow

FILE = ROOT / "examples" / "minimal_client.py"


def test_it_fits_on_a_page():
    assert len(FILE.read_text("utf-8").splitlines()) < 60


def test_it_prints_the_claims(world, browser):
    person = world.enrolled_person()
    process = subprocess.Popen(
        [sys.executable, "-m", "examples.minimal_client", world.issuer, MINIMAL],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        process.stdout.readline()
        page = person.identify(browser, browser.visit(process.stdout.readline().strip()))
        assert page.html.startswith("Done")
        claims = json.loads(process.communicate(timeout=20)[0])
    finally:
        process.kill()
        process.wait()
    assert claims["iss"] == world.issuer
    assert claims["aud"] == MINIMAL
    assert claims["sub"]
    assert not {"name", "birthdate", "phone_number"} & claims.keys()
