"""A page of a sibling host posts with a person's cookie: SameSite lets it, the service does not."""

import pytest

from tests.holder.conftest import Whole, whole  # noqa: F401 - the fixture


@pytest.mark.parametrize(
    "origin",
    ["https://sibling.example", "http://127.0.0.1:9001", "http://127.0.0.1:9000.evil", "null"],
)
async def test_opting_out_from_a_page_of_another_origin_is_refused(
    whole: Whole,  # noqa: F811 - the fixture
    origin: str,
) -> None:
    """POST /holder/opt-out with a live cookie and a foreign Origin: 403, and nobody is erased."""
    await whole.sign_in()
    answer = await whole.client.post(
        "/holder/opt-out",
        headers={"origin": origin, "content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 403
    assert answer.json()["code"] == "web.foreign_origin"
    assert (await whole.client.get("/holder")).status_code == 200


async def test_our_own_pages_may(
    whole: Whole,  # noqa: F811 - the fixture
) -> None:
    """The same from our own origin: 200."""
    await whole.sign_in()
    answer = await whole.client.post("/holder/opt-out", headers={"origin": whole.settings.issuer})
    assert answer.status_code == 200
