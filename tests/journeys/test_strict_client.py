"""The client of FAPI 2.0, driven as a developer drives it."""

import json
import subprocess
import sys

import pytest

from tests.journeys.world import ROOT, STRICT

pytestmark = pytest.mark.slow

FILE = ROOT / "examples" / "strict_client.py"


def test_it_is_short():
    assert len(FILE.read_text("utf-8").splitlines()) < 150


def test_its_key_is_for_itself_alone(world):
    key = world.secret_file(STRICT)
    assert key.stat().st_mode & 0o077 == 0
    assert "d" in json.loads(key.read_text())


def test_it_signs_in_and_prints_what_is_learned(world, browser):
    person = world.enrolled_person()
    key = str(world.secret_file(STRICT))
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "examples.strict_client", STRICT, key, world.issuer],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        process.stdout.readline()
        address = process.stdout.readline().strip()
        assert "request_uri=" in address
        assert "nonce" not in address
        page = person.identify(browser, browser.visit(address))
        assert page.html.startswith("Done")
        learned = json.loads(process.communicate(timeout=20)[0])
    finally:
        process.kill()
        process.wait()
    assert learned["age_over_18"] in {True, False}
    assert set(learned) == {"sub", "age_over_14", "age_over_16", "age_over_18", "age_band"}
