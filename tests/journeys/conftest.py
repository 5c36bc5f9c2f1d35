"""The world that the journeys lead through."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser as Chromium

from authsvc.cli.tour.browser import Browser
from tests.journeys.hands import WIDE, Hands, chromium
from tests.journeys.world import World


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The service, two platforms and a register; whoever stops one of them starts it again."""
    world = World(tmp_path_factory.mktemp("world"))
    try:
        world.start()
        yield world
    finally:
        world.stop()


@pytest.fixture
def new_browser() -> Iterator[Callable[[], Browser]]:
    """Opens browsers, each with cookies of its own; closes them at the end."""
    opened: list[Browser] = []

    def open_browser() -> Browser:
        opened.append(Browser())
        return opened[-1]

    yield open_browser
    for browser in opened:
        browser.close()


@pytest.fixture
def browser(new_browser: Callable[[], Browser]) -> Browser:
    """One browser."""
    return new_browser()


@pytest.fixture(scope="module")
def browser_program() -> Iterator[Chromium]:
    """One Chromium for the file."""
    with chromium() as program:
        yield program


@pytest.fixture
def new_hands(browser_program: Chromium, world: World) -> Iterator[Callable[..., Hands]]:
    """Opens fresh profiles; the test fails if a browser complained or looked elsewhere.

    Addresses of platforms are not elsewhere if they are named; options are the profile's.
    """
    opened: list[Hands] = []

    def open_hands(*platforms: str, issuer: str = world.issuer, **options: object) -> Hands:
        context = browser_program.new_context(**{**WIDE, "locale": "en-GB", **options})
        context.set_default_timeout(15_000)
        opened.append(Hands(context, issuer, platforms))
        return opened[-1]

    yield open_hands
    complaints = [each.complaints for each in opened]
    for each in opened:
        each.context.close()
    assert complaints == [[]] * len(opened)
