"""The world that the journeys lead through."""

from collections.abc import Callable, Iterator

import pytest

from authsvc.cli.tour.browser import Browser
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
