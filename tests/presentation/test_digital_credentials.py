"""The same by the Digital Credentials API: a browser carries request and answer."""

import pytest

from tests.makers import NOW
from tests.presentation.wallet import Request, encrypted, read_request_object

ORIGIN = "https://platform.example"


async def asked_by_browser(door, **order):
    """A request as the wallet reads it, and its id."""
    asked = await door.orders("age_over_18", way="browser", origin=ORIGIN, **order)
    told = asked["browser_request"]
    if told["protocol"] == "openid4vp-v1-signed":
        return asked["id"], read_request_object(told["data"]["request"])
    assert told["protocol"] == "openid4vp-v1-unsigned"
    return asked["id"], Request(told["data"])


async def answered(door, presentation, data, *, origin=ORIGIN):
    body = {"origin": origin, "data": data}
    address = f"/presentations/{presentation}/browser-answer"
    return await door.http.post(address, json=body, headers=door.bearer)


@pytest.mark.parametrize("prefix", ["x509_hash", "redirect_uri"], ids=["signed", "unsigned"])
@pytest.mark.parametrize("is_encrypted", [True, False], ids=["dc_api.jwt", "dc_api"])
async def test_happy_flow(door, wallet, prefix, is_encrypted):
    presentation, request = await asked_by_browser(
        door, client_id_prefix=prefix, encrypted=is_encrypted
    )
    told = request.parameters
    assert told["response_mode"] == ("dc_api.jwt" if is_encrypted else "dc_api")
    # Appendix A.2: what has no place in it.
    assert {"state", "response_uri", "redirect_uri"}.isdisjoint(told)
    assert told.get("expected_origins") == ([ORIGIN] if prefix == "x509_hash" else None)
    assert ("client_id" in told) == (prefix == "x509_hash")

    shown = wallet.present(request, "age_over_18", now=NOW, audience=f"origin:{ORIGIN}")
    data = {"vp_token": {"person": [shown]}}
    answer = await answered(
        door, presentation, {"response": encrypted(request, data)} if is_encrypted else data
    )

    assert answer.json()["credentials"]["person"][0]["claims"]["age_over_18"] is True
    again = await answered(door, presentation, data if not is_encrypted else {"error": "x"})
    assert again.json()["code"] == "presentation.already_answered"


async def test_an_answer_for_another_origin_is_refused(door, wallet):
    presentation, request = await asked_by_browser(door, encrypted=False)
    for audience in ("origin:https://evil.example", request.audience):
        presentation, request = await asked_by_browser(door, encrypted=False)
        shown = wallet.present(request, "age_over_18", now=NOW, audience=audience)
        answer = await answered(door, presentation, {"vp_token": {"person": [shown]}})
        assert answer.json()["code"] == "verify.binding_audience_refused"
    # It came by a page of somebody else's.
    presentation, request = await asked_by_browser(door, encrypted=False)
    shown = wallet.present(request, "age_over_18", now=NOW, audience=f"origin:{ORIGIN}")
    data = {"vp_token": {"person": [shown]}}
    answer = await answered(door, presentation, data, origin="https://evil.example")
    assert answer.json()["code"] == "verify.presentation.origin_refused"
    assert (await answered(door, presentation, data)).status_code == 200


async def test_an_answer_comes_by_the_way_that_was_asked(door):
    presentation, _ = await asked_by_browser(door)
    posted = await door.http.post(f"/responses/{presentation}", data={"response": "x"})
    assert posted.json()["code"] == "presentation.way_refused"
    assert (await door.http.get(f"/requests/{presentation}")).status_code == 403
    asked = await door.orders()
    answer = await answered(door, asked["id"], {"error": "access_denied"})
    assert answer.json()["code"] == "presentation.way_refused"


async def test_an_unencrypted_answer_is_refused_where_encryption_was_asked_for(door, wallet):
    presentation, request = await asked_by_browser(door)
    shown = wallet.present(request, "age_over_18", now=NOW, audience=f"origin:{ORIGIN}")
    answer = await answered(door, presentation, {"vp_token": {"person": [shown]}})
    assert answer.json()["code"] == "verify.presentation.encryption_missing"


async def test_who_declines_in_the_browser_is_told_apart(door):
    presentation, _ = await asked_by_browser(door)
    answer = await answered(door, presentation, {"error": "something of a wallet's own"})
    assert answer.json() == {"status": "declined", "reason": "invalid_request"}
