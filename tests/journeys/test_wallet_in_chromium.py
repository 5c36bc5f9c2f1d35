"""The app as a wallet: certificates are fetched, shown to a platform, drawn at a counter."""

import base64
import json
import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx2
import pytest
import segno
from cryptography import x509
from joserfc import jwe
from joserfc.jwk import ECKey

from authsvc.verify import (
    CredentialVerifier,
    ReceiptVerifier,
    VerificationKeys,
    new_salt,
    reference_of,
)
from authsvc.verify.dynamic_qr import DynamicQRVerifier, QRReplayed
from tests.journeys.qr import data_blocks, read_modules

PURPOSE = "示例大厅 3 号窗口 · Example Hall, counter 3"
SESSION = "an artificial session of a browser"
_QR = "async (text) => (await import('/app/qr_code.js')).qrCode(text)"


class Platform:
    """A platform's server, at the JSON door of the sandbox's verifier."""

    def __init__(self, world):
        self._issuer = world.issuer
        self._filed = world.verifier_token.parents[1] / "signing" / "chain.crt"
        token = world.verifier_token.read_text().strip()
        self._headers = {"authorization": f"Bearer {token}"}

    def asks(self, *claims, times=1, **more):
        """A request for the wallet on this device: its id, and the link to the app.

        The same question `times`, the first of them called "person".
        """
        query = {
            "id": "person",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [f"{self._issuer}/credentials/types/verified-person"]},
            "claims": [{"path": [name]} for name in claims],
        }
        again = [query | {"id": f"again-{number}"} for number in range(1, times)]
        made = self._post(
            "",
            query={"credentials": [query, *again]},
            way="same_device",
            session=SESSION,
            return_to=f"{self._issuer}/app/?back",
            **more,
        )
        return made["id"], made["link"].partition("?")[2]

    def hears(self, name, page):
        """What came of it, for the browser that was sent back."""
        page.wait_for_url(re.compile("response_code="))
        [code] = parse_qs(urlsplit(page.url).query)["response_code"]
        return self._post(f"/{name}/result", session=SESSION, response_code=code)

    def receipted(self, name, reference):
        """What the platform keeps of it."""
        body = {"reference": reference, "purpose": PURPOSE}
        return self._post(f"/{name}/receipt", **body)["receipt"]

    def auditor(self):
        """Has the service's root, and the certificate of the platform's verifier."""
        root = httpx2.get(f"{self._issuer}/ca/credentials.cer", trust_env=False).content
        [filed] = x509.load_pem_x509_certificates(self._filed.read_bytes())
        return ReceiptVerifier(
            issuer=self._issuer,
            anchors=[x509.load_der_x509_certificate(root)],
            platform=f"{self._issuer}/verifier",
            platform_keys=VerificationKeys.from_certificates([filed]),
            types=[f"{self._issuer}/credentials/types/verified-person"],
        )

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


_SHOWN_AT = """async ([listed, hosts]) => {
  const { othersBelow } = await import('/app/buckets.js');
  const { AT_PLATFORM, claimsOf } = await import('/app/wallet.js');
  const { forget, keep } = await import('/app/store.js');
  const part = (said) => btoa(JSON.stringify(said)).replaceAll('=', '');
  const text = `.${part({ vct: 'a type' })}.~${part(['salt', 'sub', 'of the shop'])}~`;
  const sector = 'shop.example';
  const below = othersBelow(sector, listed);
  const own = { kind: AT_PLATFORM, text, keys: null, until: Date.now() + 60_000, sector, below };
  await keep('wallet', { certificates: [own] });
  const told = [];
  for (const host of hosts) told.push((await claimsOf(AT_PLATFORM, host))?.sub ?? null);
  await forget('wallet');
  return told;
}"""


def test_a_platform_below_another_ones_host_does_not_learn_its_pseudonym(new_hands):
    """It is registered itself, and its own certificate has not been fetched yet."""
    hands = new_hands()
    hands.open()
    listed = [
        {"credential_identifier": "a", "platforms": ["shop.example", "other.example"]},
        {"credential_identifier": "b", "platforms": ["tenant.shop.example", "notshop.example"]},
    ]
    told = {
        "shop.example": "of the shop",
        "wallets.shop.example": "of the shop",
        "tenant.shop.example": None,
        "wallets.tenant.shop.example": None,
        "notshop.example": None,
    }
    assert hands.page.evaluate(_SHOWN_AT, [listed, [*told]]) == [*told.values()]


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
    name, query = platform.asks("age_over_18", "receipt")
    hands.open(f"present?{query}")
    assert page.url.startswith(f"{hands.issuer}/app/present#")
    assert hands.sees("#who-asks") == urlsplit(hands.issuer).netloc
    told = hands.sees("#what-is-told").splitlines()
    assert told[-4:-2] == ["At least 18 years old", "Yes"]
    assert told[-1] == "that you were verified, and not who you are"
    assert "At least 16" in hands.sees("#what-stays-unsaid")
    assert "used once" in hands.sees("#known-again")
    hands.click("#present-yes")
    [shown] = platform.hears(name, page)["credentials"]["person"]
    assert (shown["claims"]["age_over_18"], shown["status"]) == (True, "valid")
    assert "age_over_16" not in shown["claims"]
    # What the platform keeps for an auditor.
    reference = reference_of(new_salt(), "an account")
    kept = platform.receipted(name, reference)
    now = datetime.now(UTC)
    proved = platform.auditor().verify(kept, reference=reference, now=now)
    assert (proved.claims, proved.purpose) == (("age_over_18",), PURPOSE)
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


@pytest.fixture
def holder(new_hands):
    """Somebody who has opted in and fetched certificates, by a name that only this test has."""

    def opened(name):
        hands = new_hands()
        hands.opts_in(name)
        hands.open("certificate")
        hands.click("#fetch-certificates")
        hands.page.wait_for_selector("#wallet-stock:has-text('20 platforms')")
        return hands

    return opened


def test_every_way_to_ask_is_answered(holder, platform):
    hands = holder("asked-in-many-ways")
    for way in (
        {"client_id_prefix": "x509_san_dns"},
        {"encrypted": False},
        {"client_id_prefix": "x509_san_dns", "encrypted": False},
    ):
        name, query = platform.asks("age_over_18", **way)
        hands.open(f"present?{query}")
        hands.click("#present-yes")
        [shown] = platform.hears(name, hands.page)["credentials"]["person"]
        assert shown["claims"]["age_over_18"] is True


def test_who_asks_many_times_at_once_is_shown_one_certificate(holder, platform):
    """Sixteen would use up nearly all that a person has, by one yes."""
    hands = holder("asked-sixteen-times")
    name, query = platform.asks("age_over_18", times=16)
    hands.open(f"present?{query}")
    hands.click("#present-yes")
    credentials = platform.hears(name, hands.page)["credentials"]
    assert len(credentials) == 16
    hands.open("certificate")
    hands.page.wait_for_selector("#wallet-stock:has-text('19 platforms')")


def test_a_request_that_somebody_changed_on_its_way_shows_nothing(holder, platform):
    hands = holder("asked-in-other-words")
    _, query = platform.asks("age_over_18")
    hands.page.route("**/verifier/requests/*", _in_other_words)
    hands.open(f"present?{query}")
    assert "not to be trusted" in hands.sees("#view .alarm")


def _in_other_words(route):
    answer = route.fetch()
    head, body, signature = answer.text().split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims["dcql_query"]["credentials"][0]["claims"].append({"path": ["document_class"]})
    told = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    route.fulfill(response=answer, body=f"{head}.{told}.{signature}")


_PRESENTS = """async ([enc, jwk]) => {
  const { encrypted, encryptionOf } = await import('/app/presentation.js');
  const client_metadata = { jwks: { keys: [jwk] }, encrypted_response_enc_values_supported: [enc] };
  return encrypted({ vp_token: { person: ['x'] } }, encryptionOf({ client_metadata }));
}"""


@pytest.mark.parametrize("enc", ["A128GCM", "A256GCM"])
def test_an_answer_is_encrypted_as_others_decrypt_it(new_hands, enc):
    hands = new_hands()
    hands.open()
    key = ECKey.generate_key("P-256", {"kid": "one", "use": "enc", "alg": "ECDH-ES"})
    message = hands.page.evaluate(_PRESENTS, [enc, key.as_dict(private=False)])
    opened = jwe.decrypt_compact(message, key, algorithms=["ECDH-ES", enc])
    assert opened.protected["enc"] == enc
    assert json.loads(opened.plaintext or b"") == {"vp_token": {"person": ["x"]}}


def test_a_request_that_is_over_or_another_ones_shows_nothing(holder, platform):
    hands = holder("asked-by-strangers")
    _, query = platform.asks("age_over_18")
    told = dict(parse_qsl(query))
    for wrong in (
        {"request_uri": told["request_uri"][:-4] + "AAAA"},
        {"client_id": "x509_hash:" + "A" * 43},
        {"client_id": "redirect_uri:" + told["request_uri"]},
        {"request_uri": "javascript:alert(1)"},
        {"request_uri": "http://platform.example/requests/1"},
    ):
        hands.open(f"present?{urlencode(told | wrong)}")
        said = hands.sees("#view .alarm")
        assert "This request is" in said
        assert hands.page.locator("#present-yes").count() == 0
        # No dead end: there is a way on.
        assert hands.page.locator("#view a").count() > 0
    hands.open("certificate")
    assert "20 platforms" in hands.sees("#wallet-stock")


def test_whoever_never_enrolled_is_told_that_nobody_must(new_hands, platform):
    hands = new_hands()
    name, query = platform.asks("age_over_18")
    hands.open(f"present?{query}")
    said = hands.sees("#nothing-to-show")
    assert "no online number on this device" in said
    assert "nobody needs one" in said
    assert hands.page.get_attribute("#nothing-to-show a >> nth=0", "href") == "/app/#/opt-in"
    hands.click("#present-no")
    assert platform.hears(name, hands.page)["status"] == "declined"
    hands.open("present")
    assert "No platform asks" in hands.sees("h1")
    hands.open("counter")
    assert "Fetch certificates first" in hands.sees("#view")


_AGES = """async () => {
  const { change, recall } = await import('/app/store.js');
  await change('wallet', (wallet) => ({
    kept: {
      ...wallet,
      bucketsAt: 0,
      certificates: wallet.certificates.slice(0, 3).map((each) => ({ ...each, until: 1 })),
    },
  }));
}"""
_KEPT = "async () => (await import('/app/store.js')).recall('wallet')"
_COUNT = f"async () => (await ({_KEPT})())?.certificates.length ?? null"
_TOKEN = f"async () => (await ({_KEPT})())?.refresh ?? null"


def test_what_runs_short_is_fetched_again_without_asking_and_forgotten_with_the_device(holder):
    hands = holder("topped-up")
    page = hands.page
    before, token = page.evaluate(_COUNT), page.evaluate(_TOKEN)
    page.evaluate(_AGES)
    # Signed out: it is the refresh token that fetches.
    hands.context.clear_cookies()
    hands.open("certificate")
    assert "20 platforms" in hands.sees("#wallet-stock")
    assert page.evaluate(_COUNT) == before
    assert page.evaluate(_TOKEN) != token

    hands.open("sign-in")
    hands.click("#by-device")
    page.wait_for_selector("h1:has-text('My online number')")
    hands.open("devices")
    hands.click("summary:has-text('Rename or remove')")
    hands.click("button:has-text('Remove this device')")
    # The session was this device's, and is over with it.
    page.wait_for_selector("h1:has-text('Sign in')")
    assert page.evaluate(_COUNT) is None


def test_whoever_leaves_leaves_no_certificate_on_the_device(holder):
    hands = holder("leaving-with-a-wallet")
    hands.open("leave")
    hands.fill("confirmation", "leave")
    hands.click("#opt-out")
    hands.page.wait_for_selector("h1:has-text('You have left')")
    assert hands.page.evaluate(_COUNT) is None
