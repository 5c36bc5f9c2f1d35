"""Rows 51 and 39 at the front door: whole HTTP answers tell nobody who is known here.

Known and unknown people are asked about side by side, and the answers are compared byte for byte
but for what is random in each. And trying many is limited, with a clear 429.
"""

import base64
import re
import statistics
import time
from collections.abc import AsyncIterator

import httpx2
import pytest

from authsvc.authentication.password import OWASP
from tests.whole import CARD, SQUARE, Enrolling, Resident, Service, open_service, visit

RANDOM = re.compile(
    r"[A-Za-z0-9_-]{22,}"  # tokens
    r"|20[0-9]{2}-[0-9-]{5}T[0-9:.]+Z"  # moments
    r'|(?<="chip_challenge":")[A-Za-z0-9+/]{11}='
)


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    async with service.client() as client:
        yield client


@pytest.fixture
async def known(service: Service) -> Resident:
    return await service.enrolled("样例甲")


@pytest.fixture
def unknown(service: Service) -> Resident:
    return service.resident("样例甲")


def seen(answer: httpx2.Response, *own: str) -> tuple[object, ...]:
    """An answer as a stranger compares it: without what is random, or what they sent."""
    body = answer.text
    for value in own:
        body = body.replace(value, "…")
    headers = [
        (name, RANDOM.sub("…", value))
        for name, value in sorted(answer.headers.items())
        if name != "content-length"
    ]
    return answer.status_code, headers, RANDOM.sub("…", body)


async def answers_to_a_thief(client: httpx2.AsyncClient, resident: Resident) -> list[object]:
    """Every step with somebody's card and another face."""
    enrolling = Enrolling(client, resident)
    await enrolling.begin()
    face = base64.b64encode(b"the face of a thief").decode()
    found = [
        await enrolling.document(),
        await enrolling.put("holder-check", capture=face),
        await enrolling.put("phone", phone=resident.phone),
        await enrolling.put("credentials", sign_in_name=resident.sign_in_name, password="x" * 9),
        await enrolling.put("document", kind=CARD, chip="AAAA"),
        await enrolling.document(),
    ]
    return [seen(answer, resident.sign_in_name) for answer in found]


async def test_whoever_holds_a_card_learns_nothing_by_enrolling(
    service: Service, client: httpx2.AsyncClient, known: Resident, unknown: Resident
):
    """The card of an enrolled person, a new card of theirs, and the card of a stranger."""
    first = await answers_to_a_thief(client, known)
    assert await answers_to_a_thief(client, unknown) == first
    service.new_card(known)
    assert await answers_to_a_thief(client, known) == first


@pytest.mark.parametrize("password", ["wrong", "", "x" * 300, "密码"])
async def test_whoever_guesses_a_name_learns_nothing_by_signing_in(
    client: httpx2.AsyncClient, known: Resident, unknown: Resident, password: str
):
    """Until the throttle speaks, and then too: known and unknown names side by side."""
    found: list[tuple[object, ...]] = []
    for _ in range(8):
        found.clear()
        for resident in (known, unknown):
            body = {"sign_in_name": resident.sign_in_name, "password": password}
            found.append(seen(await client.post("/authentication/password", json=body)))
        assert found[0] == found[1]
    assert found[0][0] == 429


async def test_the_sign_in_page_says_the_same_to_everybody(
    service: Service, known: Resident, unknown: Resident
):
    """The page after a wrong password, and after too many."""
    pages = []
    for resident in (known, unknown):
        seen_by_one = []
        async with service.client() as browser:
            page = await visit(browser, str(httpx2.URL("/authorize", params=SQUARE.request)))
            assert not isinstance(page, str)
            for _ in range(7):
                form = {"username": resident.sign_in_name, "password": "wrong"}
                answer = await browser.post(page.url, data=form)
                seen_by_one.append(seen(answer, resident.sign_in_name))
        pages.append(seen_by_one)
    assert pages[0] == pages[1]
    assert pages[0][0][0] == 401
    assert pages[0][-1][0] == 429


async def test_one_address_cannot_try_the_id_space(storage_urls, keyring, clock, tmp_path):
    """Cards by the hundred from one address: 429 with Retry-After, and an hour later again."""
    limit = {"AUTHSVC_ENROLLMENT__BEGUN_PER_ADDRESS_PER_HOUR": "20"}
    async with (
        open_service(storage_urls, keyring, clock, tmp_path, **limit) as service,
        service.client() as client,
    ):
        answers = [await client.post("/enrollments") for _ in range(30)]
        assert [answer.status_code for answer in answers] == [201] * 20 + [429] * 10
        assert int(answers[-1].headers["retry-after"]) > 0
        # Whatever a client says about itself does not help.
        for name in ("x-forwarded-for", "x-real-ip", "forwarded"):
            answer = await client.post("/enrollments", headers={name: "198.51.100.9"})
            assert answer.status_code == 429


async def test_one_address_cannot_try_names_without_end(storage_urls, keyring, clock, tmp_path):
    """One password for many names (password spraying): the address is limited, too."""
    limit = {"AUTHSVC_THROTTLE__FAILURES_PER_ADDRESS": "10"}
    async with (
        open_service(storage_urls, keyring, clock, tmp_path, **limit) as service,
        service.client() as client,
    ):
        statuses = []
        for number in range(15):
            body = {"sign_in_name": f"somebody-{number}", "password": "wrong"}
            statuses.append((await client.post("/authentication/password", json=body)).status_code)
        assert statuses == [401] * 10 + [429] * 5


@pytest.mark.slow
@pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
async def test_known_and_unknown_names_take_as_long(storage_urls, keyring, clock, tmp_path):
    """At the front door, at the real cost of a hash; tries by turns, so that noise hits both."""
    patient = {"AUTHSVC_THROTTLE__FAILURES_PER_PERSON": "1000000"}
    async with (
        open_service(storage_urls, keyring, clock, tmp_path, OWASP, **patient) as service,
        service.client() as client,
    ):
        known, other = await service.enrolled("样例甲"), await service.enrolled("样例乙")
        times: dict[str, list[float]] = {
            known.sign_in_name: [],
            other.sign_in_name: [],
            service.resident("样例丙").sign_in_name: [],
        }
        for _ in range(50):
            for name, spent in times.items():
                body = {"sign_in_name": name, "password": "wrong"}
                start = time.perf_counter()
                await client.post("/authentication/password", json=body)
                spent.append(time.perf_counter() - start)
    first, second, stranger = (statistics.median(spent) for spent in times.values())
    quarters = statistics.quantiles(times[known.sign_in_name], n=4)
    noise = max(abs(first - second), quarters[2] - quarters[0], 0.1 * first)
    # A missing hash would show as the whole median.
    assert abs(first - stranger) < noise
