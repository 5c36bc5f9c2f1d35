"""The app as a wallet: certificates are fetched, shown to a platform, drawn at a counter."""

import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import segno

from authsvc.verify import CredentialVerifier, VerificationKeys
from authsvc.verify.dynamic_qr import DynamicQRVerifier, QRReplayed
from tests.journeys.qr import data_blocks, read_modules

PURPOSE = "示例大厅 3 号窗口 · Example Hall, counter 3"
SESSION = "an artificial session of a browser"
_QR = "async (text) => (await import('/app/qr_code.js')).qrCode(text)"


class Platform:
    """A platform's server, at the JSON door of the sandbox's verifier."""

    def __init__(self, world):
        self._issuer = world.issuer
        token = world.verifier_token.read_text().strip()
        self._headers = {"authorization": f"Bearer {token}"}

    def asks(self, *claims):
        """A request for the wallet on this device: its id, and the link to the app."""
        query = {
            "id": "person",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [f"{self._issuer}/credentials/types/verified-person"]},
            "claims": [{"path": [name]} for name in claims],
        }
        made = self._post(
            "",
            query={"credentials": [query]},
            way="same_device",
            session=SESSION,
            return_to=f"{self._issuer}/app/?back",
        )
        return made["id"], made["link"].partition("?")[2]

    def hears(self, name, page):
        """What came of it, for the browser that was sent back."""
        page.wait_for_url(re.compile("response_code="))
        [code] = parse_qs(urlsplit(page.url).query)["response_code"]
        return self._post(f"/{name}/result", session=SESSION, response_code=code)

    def _post(self, path, **body):
        url = f"{self._issuer}/verifier/presentations{path}"
        answer = httpx2.post(url, json=body, headers=self._headers, trust_env=False)
        assert answer.is_success, answer.text
        return answer.json()


def test_the_codes_are_those_that_anybody_draws(new_hands):
    hands = new_hands()
    hands.open()
    # No alignment pattern, the first with its number, those of our codes, the largest. Each is
    # filled to the brim: what pads the others, segno pads with one octet of zeros more.
    for version in (1, 6, 7, 10, 27, 32, 40):
        room = sum(data_blocks(version)) - (2 if version < 10 else 3)
        text = "网证" + ("a1~_" * 740)[: room - 6]
        ours = hands.page.evaluate(_QR, text)
        assert len(ours) == 4 * version + 17
        theirs = (_by_segno(text, version, mask) for mask in range(8))
        assert ours in theirs


def _by_segno(text, version, mask):
    code = segno.make_qr(
        text,
        error="l",
        version=version,
        mode="byte",
        mask=mask,
        encoding="utf-8",
        boost_error=False,
    )
    return [[bool(each) for each in row] for row in code.matrix]


_BUCKETS = """async ([listed, allowed, hosts]) => {
  const { chosenBuckets } = await import('/app/buckets.js');
  return chosenBuckets(listed, allowed, hosts).map((each) => each.credential_identifier);
}"""


def test_few_buckets_are_fetched_whole_and_of_many_those_of_platforms_that_asked(new_hands):
    hands = new_hands()
    hands.open()
    listed = [
        {"credential_identifier": name, "platforms": [f"{name}.example", f"other-{name}.example"]}
        for name in "abcdef"
    ]
    # Of a few nothing is told by what is fetched; what the token is not good for stays.
    assert hands.page.evaluate(_BUCKETS, [listed[:4], ["a", "b", "c"], []]) == ["a", "b", "c"]
    asked = ["wallets.b.example", "other-e.example", "notf.example", "example"]
    assert hands.page.evaluate(_BUCKETS, [listed, [*"abcdef"], asked]) == ["b", "e"]
    assert hands.page.evaluate(_BUCKETS, [listed, [*"abcdef"], []]) == []


@pytest.fixture
def platform(world):
    return Platform(world)


@pytest.fixture
def counter(world):
    metadata = httpx2.get(f"{world.issuer}/.well-known/jwt-vc-issuer", trust_env=False).content
    keys = VerificationKeys.from_issuer_metadata(metadata, issuer=world.issuer)
    kinds = CredentialVerifier(
        issuer=world.issuer, keys=keys, types=[f"{world.issuer}/credentials/types/verified-person"]
    )
    return DynamicQRVerifier(kinds, purpose=PURPOSE)


def test_a_wallet_from_fetching_to_the_counter(new_hands, platform, counter):
    hands = new_hands()
    page = hands.page
    hands.opts_in("wallet-holder")
    hands.open("certificate")
    assert "none" in hands.sees("#wallet-stock")
    hands.click("#fetch-certificates")
    page.wait_for_selector("#wallet-stock:has-text('20 platforms')")

    # To a platform: who asks, what exactly; all of that is told, and no more.
    name, query = platform.asks("age_over_18")
    hands.open(f"present?{query}")
    assert page.url.startswith(f"{hands.issuer}/app/present#")
    assert hands.sees("#who-asks") == urlsplit(hands.issuer).netloc
    assert hands.sees("#what-is-told").splitlines()[-2:] == ["At least 18 years old", "Yes"]
    assert "At least 16" in hands.sees("#what-stays-unsaid")
    assert "used once" in hands.sees("#known-again")
    hands.click("#present-yes")
    [shown] = platform.hears(name, page)["credentials"]["person"]
    assert (shown["claims"]["age_over_18"], shown["status"]) == (True, "valid")
    assert "age_over_16" not in shown["claims"]
    hands.open(f"present?{query}")
    hands.click("#present-yes")
    assert "did not take it" in hands.sees(".alarm")

    # No is as near as yes. What a camera read is pasted.
    name, query = platform.asks("age_over_18")
    hands.open("certificate")
    hands.click("#scan")
    assert "camera cannot be used" in hands.sees(".later .alarm")
    hands.click("summary:has-text('Paste')")
    hands.fill("request", "https://a.example/?nothing=here")
    hands.click("#open-request")
    assert "no platform's request" in hands.sees(".fault")
    hands.page.fill("#field-request", f"openid4vp://?{query}")
    hands.click("#open-request")
    hands.click("#present-no")
    assert platform.hears(name, page)["status"] == "declined"

    # At a counter, without network.
    hands.open("certificate")
    page.wait_for_selector("#wallet-stock:has-text('18 platforms')")
    hands.click("#show-at-counter")
    page.wait_for_selector("#show-age_over_18")
    hands.context.set_offline(True)
    page.check("#show-age_over_18")
    hands.fill("purpose", PURPOSE)
    hands.click("#show-code")
    strokes = page.locator("#dynamic-code path")
    text = read_modules(strokes.get_attribute("d") or "")
    seen = counter.verify(text, now=datetime.now(UTC))
    assert seen.presentation.claims["age_over_18"] is True
    assert "age_over_16" not in seen.presentation.claims
    with pytest.raises(QRReplayed):
        counter.verify(text, now=datetime.now(UTC))
    hands.context.set_offline(False)
