"""Linked platforms: seen by the person alone, taken back at once."""

from urllib.parse import parse_qs, urlsplit

from authsvc.app import open_house
from tests.holder.conftest import CLIENT, PERSON, Whole
from tests.oidc.identity_makers import named_by_a_law, opened
from tests.oidc.makers import Page

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


async def _authorize(
    whole: Whole, client_id: str = "one", *, scope: str = "openid age", ticks: bool = False
) -> dict[str, str]:
    """The whole code flow in one browser; the tokens."""
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": CLIENT["redirect_uris"][0],
        "scope": scope,
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    page = await whole.client.get("/authorize", params=query, follow_redirects=False)
    address = page.headers["location"]
    form = {"username": PERSON.username, "password": PERSON.password}
    # Whoever is signed in already is asked only whether they agree.
    await whole.client.post(address, data=form, follow_redirects=False)
    decided = {"decision": "approve"}
    if ticks:
        decided |= Page((await whole.client.get(address)).text).boxes
    done = await whole.client.post(address, data=decided, follow_redirects=False)
    [code] = parse_qs(urlsplit(done.headers["location"]).query)["code"]
    answer = await whole.client.post(
        "/token",
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CLIENT["redirect_uris"][0],
            "code_verifier": VERIFIER,
        },
        auth=(client_id, str(CLIENT["client_secret"])),
    )
    tokens: dict[str, str] = answer.json()
    return tokens


async def _userinfo(whole: Whole, tokens: dict[str, str]) -> int:
    header = {"authorization": f"Bearer {tokens['access_token']}"}
    return (await whole.client.get("/userinfo", headers=header)).status_code


async def test_nobody_is_linked_to_anything_at_first(whole: Whole) -> None:
    assert (await whole.client.get("/holder/platforms")).status_code == 401
    await whole.sign_in()
    assert (await whole.client.get("/holder/platforms")).json() == []


async def test_a_person_sees_whom_they_allowed_what(whole: Whole) -> None:
    await _authorize(whole)
    [platform] = (await whole.client.get("/holder/platforms")).json()
    assert platform["client_id"] == "one"
    assert platform["name"] == "Platform One"
    assert platform["scopes"] == ["openid", "age"]


async def test_what_is_taken_back_is_dead_at_once(whole: Whole) -> None:
    tokens = await _authorize(whole)
    assert await _userinfo(whole, tokens) == 200
    for _ in range(2):
        answer = await whole.client.post("/holder/platforms/withdrawal", json={"client_id": "one"})
        assert answer.status_code == 204
    assert (await whole.client.get("/holder/platforms")).json() == []
    assert await _userinfo(whole, tokens) == 401
    refreshed = await whole.client.post(
        "/token",
        data={"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]},
        auth=("one", str(CLIENT["client_secret"])),
    )
    assert refreshed.json()["error"] == "invalid_grant"


async def test_taking_back_needs_a_session_and_a_name(whole: Whole) -> None:
    answer = await whole.client.post("/holder/platforms/withdrawal", json={"client_id": "one"})
    assert answer.status_code == 401
    await whole.sign_in()
    answer = await whole.client.post("/holder/platforms/withdrawal", json={})
    assert answer.status_code == 400
    assert answer.json()["field"] == "client_id"


async def test_a_consent_of_its_own_is_seen_taken_along_and_taken_back_alone(whole: Whole) -> None:
    law = named_by_a_law("hall") | {**CLIENT, "client_id": "hall"}
    house = open_house(whole.settings, whole.clock)
    await house.clients.import_clients([law], now=whole.clock.now())
    await house.close()
    tokens = await _authorize(whole, "hall", scope="openid identity", ticks=True)
    header = {"authorization": f"Bearer {tokens['access_token']}"}
    [(person, _)] = whole.authority.people()
    assert person.number.value in str(opened(await whole.client.get("/userinfo", headers=header)))
    [platform] = (await whole.client.get("/holder/platforms")).json()
    assert platform["scopes"] == ["openid"]
    assert platform["identity_until"].startswith("2027-11-23")
    [part] = (await whole.client.get("/holder/export")).json()["platforms"]
    assert part["identity_until"] == platform["identity_until"]

    for _ in range(2):
        answer = await whole.client.post(
            "/holder/platforms/identity-withdrawal", json={"client_id": "hall"}
        )
        assert answer.status_code == 204
    [platform] = (await whole.client.get("/holder/platforms")).json()
    assert platform["identity_until"] is None
    claims = opened(await whole.client.get("/userinfo", headers=header))
    assert claims.keys() == {"iss", "aud", "sub"}
    entries = (await whole.client.get("/holder/activity")).json()["entries"]
    kinds = [entry["kind"] for entry in entries]
    for kind in ("identity_allowed", "identity_told", "identity_withdrawn"):
        assert kinds.count(kind) == 1, kind
