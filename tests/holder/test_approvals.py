"""What waits for the person, as the app counts it."""

from urllib.parse import quote_plus

from authsvc.app import open_house
from authsvc.clients.client import CIBA
from tests.clients.makers import SECRET, metadata
from tests.holder.conftest import PERSON, Whole

BANK = metadata(
    "bank", grant_types=[CIBA], redirect_uris=None, backchannel_token_delivery_mode="poll"
)


async def register_bank(whole: Whole) -> None:
    house = open_house(whole.settings, whole.clock)
    await house.clients.import_clients([BANK], now=whole.clock.now())
    await house.close()


async def ask(whole: Whole, **changes: str) -> None:
    form = {"scope": "openid", "login_hint": PERSON.username, **changes}
    answer = await whole.client.post(
        "/backchannel_authentication", data=form, auth=("bank", quote_plus(SECRET))
    )
    assert answer.status_code == 200, answer.text


async def test_nobody_sees_what_waits_without_a_session(whole: Whole) -> None:
    answer = await whole.client.get("/holder/approvals")
    assert answer.status_code == 401
    assert answer.json()["code"] == "holder.session_required"


async def test_a_person_sees_who_asks_from_where_and_since_when(whole: Whole) -> None:
    await whole.sign_in()
    assert (await whole.client.get("/holder/approvals")).json() == []
    await register_bank(whole)
    await ask(whole, binding_message="W-4711")
    asked_at = whole.clock.now()
    whole.clock.advance(seconds=5)
    await ask(whole)
    [first, second] = (await whole.client.get("/holder/approvals")).json()
    assert set(first) == {"id", "client_name", "binding_message", "network", "asked_at"}
    assert first["client_name"] == "平台 bank"
    assert (first["binding_message"], second["binding_message"]) == ("W-4711", None)
    assert first["asked_at"] == asked_at.isoformat().replace("+00:00", "Z")
    assert first["id"] != second["id"]
    assert first["network"]


async def test_what_is_for_nobody_or_too_old_is_not_seen(whole: Whole) -> None:
    await whole.sign_in()
    await register_bank(whole)
    await ask(whole, login_hint="somebody else")
    assert (await whole.client.get("/holder/approvals")).json() == []
    await ask(whole, requested_expiry="30")
    assert len((await whole.client.get("/holder/approvals")).json()) == 1
    whole.clock.advance(seconds=30)
    assert (await whole.client.get("/holder/approvals")).json() == []
