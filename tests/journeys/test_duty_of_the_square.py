"""The Square shows an auditor that its verified accounts are verified, and holds no identity."""

import json
import subprocess
import sys

import httpx2
import pytest

from tests.journeys.test_social_platform import joins_with_online_number
from tests.journeys.world import ROOT, SQUARE, World, run
from tests.oidc.jwt_makers import unverified

pytestmark = pytest.mark.slow


@pytest.fixture
def audited(world: World, tmp_path):
    """What an auditor says to lines; the root was fetched beforehand."""
    root = tmp_path / "credentials.cer"
    root.write_bytes(httpx2.get(f"{world.issuer}/ca/credentials.cer", trust_env=False).content)

    def audit(lines: str, client_id: str = SQUARE) -> subprocess.CompletedProcess[str]:
        command = ["-m", "examples.auditor", f"--issuer={world.issuer}", f"--root={root}"]
        return subprocess.run(
            [sys.executable, *command, f"--client-id={client_id}"],
            cwd=ROOT,
            input=lines,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return audit


def handed_in(world: World) -> str:
    return run(["examples.social_platform.duty", f"--data={world.square.data}"], check=True).stdout


def test_every_verified_account_has_a_receipt_and_none_says_whose(world, new_browser, audited):
    square = world.square
    before = len(handed_in(world).splitlines())
    people = [world.enrolled_person() for _ in range(2)]
    for person, handle in zip(people, ("dutiful", "dutiful_too"), strict=True):
        browser = new_browser()
        joins_with_online_number(person, browser, square, handle)
        assert 'id="receipt"' in browser.visit(f"{square.url}/what-we-know").html
        # Coming again makes no second one.
        page = browser.press(browser.visit(f"{square.url}/sign-in"), "sign-in-with-online-number")
        assert page.status == 200

    lines = handed_in(world).splitlines()
    assert len(lines) == before + 2
    outcome = audited("\n".join(lines))
    assert outcome.stdout == f"{len(lines)} verified accounts\n", outcome.stderr
    assert outcome.returncode == 0
    page = new_browser().visit(f"{square.url}/duty?lang=en")
    assert f"Receipts kept: {len(lines)}." in page.text

    inside = "".join(lines) + "".join(
        json.dumps(unverified(json.loads(line)["receipt"])) for line in lines
    )
    for person, handle in zip(people, ("dutiful", "dutiful_too"), strict=True):
        for name in (person.number, person.name, person.sign_in_name, handle):
            assert name not in inside

    # What was not given for this account, or for this platform, is seen.
    first, second = (json.loads(line) for line in lines[-2:])
    swapped = [{**first, "receipt": second["receipt"]}, first, first]
    outcome = audited("\n".join(map(json.dumps, swapped)))
    assert outcome.returncode == 1
    assert outcome.stdout == (
        "1 verified accounts\n"
        "1 refused: verify.receipt_reference_refused\n"
        "1 refused: verify.receipt_reference_repeated\n"
    )
    outcome = audited("\n".join(lines), "market")
    assert outcome.stdout.startswith("0 verified accounts\n")
