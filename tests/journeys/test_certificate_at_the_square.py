"""Signing up with a certificate: the platform, its verifier and a wallet; the service has no part.

The issuer is a folder of documents on loopback: nothing of ours answers while somebody presents.
"""

import html
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx2
import pytest
import segno
from cryptography import x509

from authsvc.cli.tour.browser import Browser, Page
from authsvc.cli.tour.servers import Server
from authsvc.verify import ReceiptVerifier, VerificationKeys, VerifiedReceipt
from tests.interop.receiver import receiving
from tests.journeys.world import ROOT, lasting_port, run
from tests.oidc.jwt_makers import unverified
from tests.presentation.running import SECTOR, RunningVerifier, running_verifier
from tests.presentation.wallet import (
    AT_PLATFORM,
    Issuer,
    Request,
    Wallet,
    answer_form,
    read_link,
    read_request_object,
)

pytestmark = pytest.mark.slow

BADGE = "已验证真人"


@dataclass(frozen=True)
class Place:
    """The platform with its verifier, and the issuer whose certificates are taken."""

    issuer: Issuer
    verifier: RunningVerifier
    url: str
    data: Path
    record: Path

    def wallet(self, subject: str) -> Wallet:
        """Somebody with a certificate for this platform."""
        now = datetime.now(UTC)
        options = {"kind": AT_PLATFORM, "sector": SECTOR, "sub": subject}
        counterfoil = self.issuer.counterfoil(AT_PLATFORM, now, SECTOR)
        return Wallet.of(self.issuer, now=now, receipt=counterfoil, **options)

    def auditor(self) -> ReceiptVerifier:
        """Knows the issuer's keys, and the certificate that the platform has filed."""
        chain = x509.load_pem_x509_certificates(self.verifier.certificate_file.read_bytes())
        return ReceiptVerifier(
            issuer=self.issuer.url,
            keys=VerificationKeys.from_issuer_metadata(
                self.issuer.metadata, issuer=self.issuer.url
            ),
            platform=self.verifier.public_url,
            platform_keys=VerificationKeys.from_certificates(chain[:1]),
            types=[self.issuer.type(AT_PLATFORM)],
            sector=SECTOR,
        )

    def newest_step(self) -> dict[str, str]:
        """What the platform keeps of the question that it asked last."""
        with closing(sqlite3.connect(self.data)) as database:
            query = "SELECT facts FROM step WHERE name = 'certificate' ORDER BY rowid DESC"
            asked: dict[str, str] = json.loads(database.execute(query).fetchone()[0])["asked"]
        return asked


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Everything running, on loopback."""
    directory = tmp_path_factory.mktemp("certificates")
    port = lasting_port()
    secret = directory / "secret"
    secret.write_text("a secret that nobody asks for here")
    data, record = directory / "square.db", directory / "square.record"
    with receiving(lasting_port()) as documents:
        issuer = Issuer(documents.url)
        metadata = issuer.metadata.decode()
        documents.offers("/.well-known/jwt-vc-issuer", "application/json", metadata)
        with running_verifier(directory, issuer) as verifier:
            square = Server(
                "square",
                [
                    "examples.social_platform",
                    f"--port={port}",
                    f"--issuer={issuer.url}",
                    "--client-id=square",
                    f"--client-secret-file={secret}",
                    f"--verifier={verifier.url}",
                    f"--verifier-token-file={verifier.token_file}",
                    f"--data={data}",
                    f"--record={record}",
                ],
                url=f"http://127.0.0.1:{port}",
                ready="/",
                log=directory / "square.log",
                root=ROOT,
                environment={},
            )
            try:
                square.start()
                yield Place(issuer, verifier, square.url, data, record)
            finally:
                square.stop()


def begins(browser: Browser, place: Place, purpose: str, address: str) -> Page:
    """Presses the button, and is shown a link and a code."""
    return browser.press(browser.visit(place.url + address), f"{purpose}-with-certificate")


def opened(page: Page) -> Request:
    """The wallet on this device follows the link of the page."""
    link = re.search(r'id="other-wallet"[^>]* href="([^"]+)"', page.html)
    assert link is not None
    address = read_link(html.unescape(link[1]))["request_uri"]
    return read_request_object(httpx2.get(address, trust_env=False).text)


def scanned(place: Place, page: Page) -> Request:
    """The wallet on a phone reads the code of the page."""
    asked = place.newest_step()
    begin, _, _ = read_link(asked["other_link"])["request_uri"].rpartition("/")
    address = f"{begin}/{asked['on_a_phone']}"
    request = read_request_object(httpx2.get(address, trust_env=False).text)
    told = {
        "client_id": request.audience,
        "request_uri": address,
        "request_uri_method": "post",
    }
    link = f"{place.issuer.url}/app/present#/present?{urlencode(told, quote_via=quote)}"
    drawn = segno.make_qr(link, error="l").svg_data_uri(scale=4)
    assert drawn in html.unescape(page.html)
    return request


def presents(wallet: Wallet, request: Request, *names: str) -> dict[str, str]:
    """The wallet answers; what it is told."""
    shown = wallet.present(request, *names, now=datetime.now(UTC))
    form = answer_form(request, {"person": [shown]})
    answer = httpx2.post(request.parameters["response_uri"], data=form, trust_env=False)
    assert answer.status_code == 200, answer.text
    told: dict[str, str] = answer.json()
    return told


def test_somebody_signs_up_on_one_device_and_signs_in_by_the_phone(place, new_browser):
    wallet, browser = place.wallet("a pseudonym of this platform"), new_browser()
    page = begins(browser, place, "sign-up", "/sign-up")
    assert page.url == f"{place.url}/certificate"
    back = presents(wallet, opened(page), "sub")["redirect_uri"]
    page = browser.visit(back)
    page = browser.fill(page, "join", handle="certified")
    assert BADGE in page.text

    # Another device of theirs, where the phone is asked.
    browser = new_browser()
    page = begins(browser, place, "sign-in", "/sign-in")
    assert "waiting" in page.html
    assert httpx2.get(f"{place.url}/certificate/state", trust_env=False).json() == {
        "waiting": False
    }
    assert presents(place.wallet("a pseudonym of this platform"), scanned(place, page), "sub") == {}
    page = browser.visit(f"{place.url}/certificate")
    assert "@certified" in page.text

    # One question more, of which one word is kept.
    page = begins(browser, place, "age", "/adults")
    request = opened(page)
    wallet = place.wallet("a pseudonym of this platform")
    page = browser.visit(presents(wallet, request, "sub", "age_over_18")["redirect_uri"])
    assert "欢迎来到成人区" in page.text


def test_an_auditor_sees_that_each_was_verified_and_nobodys_name(place, new_browser):
    """One by the device, one by the phone; a third kept their counterfoil back, and is in."""
    for handle, names in (
        ("receipted", ("sub", "receipt")),
        ("receipted_too", ("sub", "receipt")),
        ("reticent", ("sub",)),
    ):
        browser = new_browser()
        page = begins(browser, place, "sign-up", "/sign-up")
        wallet = place.wallet(f"a pseudonym of {handle}")
        if handle == "receipted_too":
            presents(wallet, scanned(place, page), *names)
            page = browser.visit(f"{place.url}/certificate")
        else:
            page = browser.visit(presents(wallet, opened(page), *names)["redirect_uri"])
        page = browser.fill(page, "join", handle=handle)
        assert BADGE in page.text
        knows = browser.visit(f"{place.url}/what-we-know")
        assert ('id="receipt"' in knows.html) is ("receipt" in names)
    handed_in = run(["examples.social_platform.duty", f"--data={place.data}"], check=True).stdout
    rows = [json.loads(line) for line in handed_in.splitlines()]
    now = datetime.now(UTC)
    pairs = [(row["reference"], row["receipt"]) for row in rows]
    found = list(place.auditor().verify_many(pairs, now=now))
    good = [each for each in found if isinstance(each, VerifiedReceipt)]
    assert len(good) == len(found) == 2
    assert {each.day for each in good} <= {now.date(), (now - timedelta(minutes=5)).date()}
    inside = handed_in + "".join(json.dumps(unverified(row["receipt"])) for row in rows)
    for who in ("receipted", "reticent", "a pseudonym", "cnf", "status"):
        assert who not in inside


def test_a_second_account_of_one_person_is_refused(place, new_browser):
    def comes(browser: Browser) -> Page:
        page = begins(browser, place, "sign-up", "/sign-up")
        wallet = place.wallet("somebody who comes twice")
        return browser.visit(presents(wallet, opened(page), "sub")["redirect_uri"])

    first = new_browser()
    assert BADGE in first.fill(comes(first), "join", handle="first").text
    assert comes(new_browser()).status == 409


def test_a_link_that_somebody_else_asked_for_signs_nobody_in(place, new_browser):
    # Row 34: the attacker asks, the victim presents, and comes back in their own browser.
    attacker, victim = new_browser(), new_browser()
    page = begins(attacker, place, "sign-up", "/sign-up")
    begins(victim, place, "sign-up", "/sign-up")
    back = presents(place.wallet("a victim"), opened(page), "sub")["redirect_uri"]
    code = back.partition("response_code=")[2]

    # Victim's browser has a question of its own, which this does not answer.
    assert victim.visit(back).status == 400
    # The attacker sees no code, and without one there is nothing.
    assert attacker.visit(f"{place.url}/certificate").url == f"{place.url}/certificate"
    assert attacker.visit(f"{place.url}/certificate/back").status == 400
    assert attacker.visit(f"{place.url}/certificate/back?response_code={code[::-1]}").status == 400


def test_whoever_says_no_in_the_app_is_told_so(place, new_browser):
    browser = new_browser()
    page = begins(browser, place, "sign-in", "/sign-in?lang=en")
    assert "Show your certificate" in page.text
    request = scanned(place, page)
    form = {"error": "access_denied", "state": request.parameters["state"]}
    httpx2.post(request.parameters["response_uri"], data=form, trust_env=False)
    page = browser.visit(f"{place.url}/certificate")
    assert page.status == 403
    assert "You did not agree" in page.text


def test_the_platform_is_told_nothing_by_which_two_could_compare(place):
    received = place.record.read_bytes()
    assert b"a pseudonym of this platform" in received
    # What only verifies stays at the verifier: no key, no digest, no place in a list.
    for kept in (b'"cnf"', b"_sd", b"jwk", b"holder_key", b"status_list"):
        assert kept not in received
