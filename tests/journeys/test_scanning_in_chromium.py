"""The camera of the app reads a code; and what a counter reads is new every half minute."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from playwright.sync_api import Browser

from authsvc.verify import CredentialVerifier, VerificationKeys
from authsvc.verify.dynamic_qr import DynamicQRVerifier, audience_of
from tests.journeys.camera import HEIGHT, WIDTH, camera_plays, camera_sees, picture_of
from tests.journeys.hands import chromium
from tests.journeys.qr import read_modules

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PURPOSE = "示例大厅 3 号窗口 · Example Hall, counter 3"
_READ = """async ([light, width, height]) => {
  const bytes = Uint8Array.from(atob(light), (each) => each.charCodeAt(0));
  const data = new Uint8ClampedArray(4 * bytes.length);
  bytes.forEach((each, at) => data.fill(each, 4 * at, 4 * at + 3));
  return (await import('/app/qr_reader.js')).readQR({ data, width, height });
}"""

_IS_NEW = "before => document.querySelector('#dynamic-code path').getAttribute('d') !== before"


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """What the camera plays."""
    return tmp_path_factory.mktemp("camera") / "film.y4m"


@pytest.fixture(scope="module")
def browser_program(film) -> Iterator[Browser]:
    """A Chromium with a camera."""
    with chromium(*camera_plays(film)) as program:
        yield program


def reads(hands, light):
    """What the app makes of a picture."""
    encoded = b64encode(light).decode()
    return hands.page.evaluate(_READ, [encoded, WIDTH, HEIGHT])


@pytest.mark.parametrize("error", ["l", "m", "q", "h"])
def test_codes_of_every_level_and_kind_are_read(new_hands, error):
    hands = new_hands()
    hands.open()
    long = "https://id.example/" + "x" * 90
    for text in ("8675309" * 3, "HTTPS://ID.EXAMPLE/A-1", audience_of(PURPOSE), long):
        assert reads(hands, picture_of(text, error=error)) == text


def test_a_spot_on_the_code_is_put_right_and_nothing_is_made_up(new_hands):
    hands = new_hands()
    hands.open()
    light = bytearray(picture_of(audience_of(PURPOSE), error="h"))
    middle = (HEIGHT // 2) * WIDTH + WIDTH // 2
    for down in range(-25, 25):
        for right in range(-25, 25):
            light[middle + down * WIDTH + right] = 20
    assert reads(hands, bytes(light)) == audience_of(PURPOSE)
    for down in range(-110, 110):
        for right in range(-110, 110):
            light[middle + down * WIDTH + right] = 20
    assert reads(hands, bytes(light)) is None
    assert reads(hands, bytes([200]) * (WIDTH * HEIGHT)) is None


def test_the_counters_code_is_scanned_and_its_own_is_new_every_half_minute(new_hands, world, film):
    metadata = httpx2.get(f"{world.issuer}/.well-known/jwt-vc-issuer", trust_env=False).content
    keys = VerificationKeys.from_issuer_metadata(metadata, issuer=world.issuer)
    kinds = CredentialVerifier(
        issuer=world.issuer, keys=keys, types=[f"{world.issuer}/credentials/types/verified-person"]
    )
    counter = DynamicQRVerifier(kinds, purpose=PURPOSE)

    hands = new_hands(permissions=["camera"])
    page = hands.page
    hands.opts_in("scanning-holder")
    hands.open("certificate")
    hands.click("#fetch-certificates")
    page.wait_for_selector("#show-at-counter")
    # A code of somebody else's is no way anywhere.
    camera_sees(film, "https://elsewhere.example/?x=1")
    hands.click("#scan")
    page.wait_for_selector("text=no code of a platform or counter")
    assert page.url.startswith(f"{world.issuer}/app/scan#")
    camera_sees(film, audience_of(PURPOSE))
    page.reload()
    page.wait_for_selector("#show-code")
    assert page.input_value("#field-purpose") == PURPOSE
    # Whoever left the view has no camera on; no other page may ask for one.
    refused = "navigator.mediaDevices.getUserMedia({video: true}).catch((error) => error.name)"
    assert page.evaluate(refused) == "NotAllowedError"
    assert "camera is not allowed" in hands.complaints.pop()

    page.clock.install()
    page.check("#show-age_over_18")
    hands.click("#show-code")
    strokes = page.locator("#dynamic-code path")
    first = read_modules(strokes.get_attribute("d") or "")
    now = datetime.now(UTC)
    assert counter.verify(first, now=now).purpose == PURPOSE
    page.clock.run_for(20_000)
    assert read_modules(strokes.get_attribute("d") or "") == first
    before = strokes.get_attribute("d") or ""
    page.clock.run_for(10_500)
    page.wait_for_function(_IS_NEW, arg=before)
    second = read_modules(strokes.get_attribute("d") or "")
    later = now + timedelta(seconds=31)
    shown = counter.verify(second, now=later)
    assert shown.presentation.claims["age_over_18"] is True
    # One certificate for a purpose, another proof for each code.
    assert first.rpartition("~")[0] == second.rpartition("~")[0]
    assert first != second
