"""Minors and their guardians, in the whole service: who is asked, and who is told what."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta

import httpx2
import pytest

from tests.family import App, Visit, app_of, browser_of, grown_up, reads, told, ward_of
from tests.holder.conftest import refused
from tests.whole import MARKET, SQUARE, Resident, Service

# The tests begin on 2026-11-23, at ten in the morning in China.
CHILD = date(2016, 5, 5)
ALMOST_14 = date(2012, 11, 24)
TEENAGER = date(2011, 5, 5)
ALMOST_18 = date(2008, 11, 24)

WAITS = "Ask your guardian"


@pytest.fixture
async def mother(service: Service) -> AsyncIterator[App]:
    """A guardian's app."""
    async with grown_up(service, "样例欧阳母亲甲") as app:
        yield app


@pytest.fixture
async def father(service: Service) -> AsyncIterator[App]:
    """Another guardian's app."""
    async with grown_up(service, "样例欧阳父亲乙") as app:
        yield app


@pytest.fixture
async def child(service: Service, mother: App) -> Resident:
    """Somebody of ten, whose mother has vouched for them."""
    return await ward_of(service, mother, birth_date=CHILD)


@pytest.fixture
async def visit(service: Service, child: Resident) -> AsyncIterator[Visit]:
    """The child's browser."""
    async with browser_of(service, child) as browser:
        yield browser


async def test_a_childs_use_waits_for_a_guardian_and_goes_on_by_itself(
    service: Service, mother: App, child: Resident, visit: Visit
) -> None:
    answer = await visit.go(SQUARE)
    assert WAITS in reads(answer)
    assert mother.resident.name in reads(answer)
    assert SQUARE.name in reads(answer)
    assert "until 2026-11-23 10:05 (UTC+8)" in reads(answer)
    assert f'http-equiv="refresh" content="3; url={visit.address}"' in answer.text
    assert "<script" not in answer.text

    [waiting] = await mother.waiting()
    assert waiting["ward_name"] == child.name
    assert waiting["client_name"] == SQUARE.name
    assert waiting["scopes"] == ["openid"]
    assert waiting["network"] == "192.0.2.77"
    assert WAITS in reads(await visit.again())

    assert (await mother.decide(waiting["id"])).status_code == 204
    assert await mother.waiting() == []
    assert told(await visit.again())["code"]


async def test_the_code_that_a_guardian_allowed_is_a_code_like_any_other(
    service: Service, mother: App, visit: Visit
) -> None:
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    await visit.go(SQUARE, code_challenge=challenge, scope="openid age")
    [waiting] = await mother.waiting()
    await mother.decide(waiting["id"])
    form = {
        "grant_type": "authorization_code",
        "code": told(await visit.again())["code"],
        "redirect_uri": SQUARE.redirect_uri,
        "code_verifier": verifier,
    }
    async with service.client() as platform:
        answer = await platform.post("/token", data=form, auth=(SQUARE.client_id, SQUARE.secret))
        assert answer.status_code == 200, answer.text
        bearer = {"authorization": f"Bearer {answer.json()['access_token']}"}
        claims = (await platform.get("/userinfo", headers=bearer)).json()
    assert [claims[f"age_over_{years}"] for years in (14, 16, 18)] == [False, False, False]
    assert claims["age_band"] == "under_14"


async def _tokens_of_a_use(service: Service, mother: App, visit: Visit) -> dict[str, str]:
    """What a platform holds after a guardian's yes."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    await visit.go(SQUARE, code_challenge=challenge)
    [waiting] = await mother.waiting()
    await mother.decide(waiting["id"])
    code = told(await visit.again())["code"]
    answer = await _asks(
        service,
        "/token",
        grant_type="authorization_code",
        code=code,
        redirect_uri=SQUARE.redirect_uri,
        code_verifier=verifier,
    )
    assert answer.status_code == 200, answer.text
    tokens: dict[str, str] = answer.json()
    return tokens


async def _asks(service: Service, path: str, **form: str) -> httpx2.Response:
    """A request of the platform, with its credentials."""
    async with service.client() as platform:
        return await platform.post(path, data=form, auth=(SQUARE.client_id, SQUARE.secret))


async def _refreshed(service: Service, tokens: dict[str, str]) -> dict[str, str] | None:
    """New tokens for old ones; None if there are none any more."""
    answer = await _asks(
        service, "/token", grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    )
    if answer.status_code == 200:
        return dict(answer.json())
    assert answer.json()["error"] == "invalid_grant"
    return None


async def test_what_a_guardian_allowed_lasts_a_day(
    service: Service, mother: App, visit: Visit, time_passes
) -> None:
    tokens = await _tokens_of_a_use(service, mother, visit)
    await time_passes(timedelta(hours=24) - timedelta(minutes=1))
    last = await _refreshed(service, tokens)
    assert last is not None
    await time_passes(minutes=2)
    assert await _refreshed(service, last) is None
    for kind in ("access_token", "refresh_token"):
        told_of = await _asks(service, "/introspect", token=last[kind])
        assert told_of.json() == {"active": False}


async def test_what_a_guardian_allowed_ends_with_the_guardianship(
    service: Service, mother: App, visit: Visit
) -> None:
    tokens = await _tokens_of_a_use(service, mother, visit)
    newer = await _refreshed(service, tokens)
    assert newer is not None
    service.clock.advance(seconds=1)
    [ward] = await mother.sees("/wards")
    assert (await mother.does("/wards/ending", id=ward["id"])).status_code == 204
    assert await _refreshed(service, newer) is None
    told_of = await _asks(service, "/introspect", token=newer["access_token"])
    assert told_of.json() == {"active": False}


async def test_a_yes_that_was_not_used_yet_ends_with_the_guardianship(
    service: Service, mother: App, visit: Visit
) -> None:
    """The child goes on after the guardian has said yes and has ceased to be the guardian."""
    await visit.go(SQUARE)
    [waiting] = await mother.waiting()
    assert (await mother.decide(waiting["id"])).status_code == 204
    service.clock.advance(seconds=1)
    [ward] = await mother.sees("/wards")
    assert (await mother.does("/wards/ending", id=ward["id"])).status_code == 204
    answer = await visit.go_on()
    assert "There is no guardian to ask" in reads(answer)


async def test_a_yes_of_one_who_is_the_guardian_no_more_is_not_the_others(
    service: Service, mother: App, father: App
) -> None:
    child = await ward_of(service, mother, father, birth_date=CHILD, name="样例欧阳幼童丙")
    async with browser_of(service, child) as visit:
        await visit.go(SQUARE)
        [waiting] = await mother.waiting()
        assert (await mother.decide(waiting["id"])).status_code == 204
        service.clock.advance(seconds=1)
        [ward] = await mother.sees("/wards")
        assert (await mother.does("/wards/ending", id=ward["id"])).status_code == 204
        assert WAITS in reads(await visit.go_on())
        [anew] = await father.waiting()
        assert (await father.decide(anew["id"])).status_code == 204
        assert told(await visit.again())["code"]


async def test_a_guardians_no_looks_to_the_platform_like_the_childs_own(
    mother: App, visit: Visit
) -> None:
    await visit.go(SQUARE)
    [waiting] = await mother.waiting()
    assert (await mother.decide(waiting["id"], "deny")).status_code == 204
    by_guardian = told(await visit.again())
    await visit.go(SQUARE)
    by_child = told(await visit.give_up())
    assert by_guardian == by_child
    assert by_child["error"] == "access_denied"


async def test_what_was_refused_is_not_remembered_as_consent(
    service: Service, mother: App, child: Resident, visit: Visit
) -> None:
    await visit.go(SQUARE)
    [waiting] = await mother.waiting()
    await mother.decide(waiting["id"], "deny")
    await visit.again()
    async with app_of(service, child) as app:
        assert await app.sees("/platforms") == []


async def test_whoever_gives_up_is_no_longer_asked_for(mother: App, visit: Visit) -> None:
    await visit.go(SQUARE)
    [waiting] = await mother.waiting()
    assert told(await visit.give_up())["error"] == "access_denied"
    assert await mother.waiting() == []
    refused(await mother.decide(waiting["id"]), 404, "oidc.ward_use_over")


async def test_each_use_is_asked_about_also_with_a_session_and_a_remembered_grant(
    mother: App, visit: Visit
) -> None:
    for _ in range(2):
        answer = await visit.go(SQUARE)
        assert WAITS in reads(answer)
        [waiting] = await mother.waiting()
        await mother.decide(waiting["id"])
        assert told(await visit.again())["code"]


async def test_where_no_page_may_be_shown_the_answer_is_interaction_required(
    mother: App, visit: Visit
) -> None:
    await visit.go(SQUARE)
    [waiting] = await mother.waiting()
    await mother.decide(waiting["id"])
    await visit.again()
    silent = await visit.go(SQUARE, prompt="none")
    assert told(silent)["error"] == "interaction_required"
    assert await mother.waiting() == []


async def test_of_two_guardians_the_first_word_counts(
    service: Service, mother: App, father: App
) -> None:
    child = await ward_of(service, mother, father, birth_date=CHILD)
    async with browser_of(service, child) as visit:
        page = reads(await visit.go(SQUARE))
        assert mother.resident.name in page
        assert father.resident.name in page
        [of_mother], [of_father] = await mother.waiting(), await father.waiting()
        assert of_mother["id"] == of_father["id"]
        assert (await father.decide(of_father["id"], "deny")).status_code == 204
        refused(await mother.decide(of_mother["id"]), 404, "oidc.ward_use_over")
        assert await mother.waiting() == []
        assert told(await visit.again())["error"] == "access_denied"


async def test_two_guardians_who_decide_at_once_are_not_both_heard(
    service: Service, mother: App, father: App
) -> None:
    child = await ward_of(service, mother, father, birth_date=CHILD)
    async with browser_of(service, child) as visit:
        await visit.go(SQUARE)
        [waiting] = await mother.waiting()
        words = [(mother, "approve"), (father, "deny")] * 3
        answers = await asyncio.gather(*(app.decide(waiting["id"], word) for app, word in words))
        assert sorted(answer.status_code for answer in answers) == [204, *[404] * 5]
        [won] = [
            word
            for (_, word), answer in zip(words, answers, strict=True)
            if answer.status_code == 204
        ]
        outcome = told(await visit.again())
        assert ("code" in outcome) is (won == "approve")


async def test_when_custody_has_ended_nobody_is_shown_what_waits(
    service: Service, mother: App, child: Resident, visit: Visit
) -> None:
    await visit.go(SQUARE)
    service.authority.set_guardian(child.number, mother.resident.number, holds=False)
    assert await mother.waiting() == []
    assert (await mother.kinds()).count("guardian_ended") == 1


async def test_when_custody_has_ended_the_word_is_refused_and_so_is_the_relation(
    service: Service, mother: App, child: Resident, visit: Visit
) -> None:
    await visit.go(SQUARE)
    [waiting] = await mother.waiting()
    service.authority.set_guardian(child.number, mother.resident.number, holds=False)
    refused(await mother.decide(waiting["id"]), 403, "oidc.no_longer_guardian")
    refused(await mother.decide(waiting["id"]), 404, "oidc.ward_use_over")
    assert await mother.sees("/wards") == []
    assert (await mother.kinds()).count("guardian_ended") == 1
    async with app_of(service, child) as app:
        assert await app.sees("/guardians") == []
        assert "guardian_ended" in await app.kinds()
    assert "There is no guardian to ask" in reads(await visit.again())
    assert told(await visit.give_up())["error"] == "access_denied"


async def test_from_the_fourteenth_birthday_on_nobody_is_asked(
    service: Service, mother: App, time_passes
) -> None:
    child = await ward_of(service, mother, birth_date=ALMOST_14)
    async with browser_of(service, child) as visit:
        assert WAITS in reads(await visit.go(SQUARE))
        # A second before midnight in China, and midnight.
        await time_passes(hours=13, minutes=59 - service.clock.now().minute, seconds=59)
        assert WAITS in reads(await visit.go(SQUARE))
        await time_passes(seconds=1)
        assert told(await visit.again())["code"]
        assert told(await visit.go(SQUARE))["code"]
    await mother.sign_in()
    [ward] = await mother.sees("/wards")
    assert ward["age_band"] == "14_to_15"
    assert len(ward["uses"]) == 2


async def test_of_a_teenager_the_guardian_sees_a_time_and_nothing_else(
    service: Service, mother: App
) -> None:
    teenager = await ward_of(service, mother, birth_date=TEENAGER)
    moment = service.clock.now()
    async with browser_of(service, teenager) as visit:
        assert told(await visit.go(SQUARE))["code"]
    [ward] = await mother.sees("/wards")
    assert (ward["name"], ward["age_band"]) == (teenager.name, "14_to_15")
    assert [use.keys() for use in ward["uses"]] == [{"at"}]
    [line] = [line for line in await mother.log() if line["kind"] == "ward_used"]
    assert line == {
        "kind": "ward_used",
        "at": moment.isoformat().replace("+00:00", "Z"),
        "platform": None,
        "client_id": None,
        "scopes": [],
        "network": None,
        "name": teenager.name,
        **dict.fromkeys(("department", "purpose", "legal_basis", "consent")),
        "alert": False,
        "seen": False,
        "more": False,
    }
    everything = (await mother.client.get("/holder/export")).text
    for word in (SQUARE.client_id, SQUARE.name, "square.example"):
        assert word not in everything
        assert word not in (await mother.client.get("/holder/activity")).text
    assert await mother.waiting() == []


async def test_of_two_wards_of_one_name_the_guardian_sees_which_one_it_was(
    service: Service, mother: App
) -> None:
    first = await ward_of(service, mother, birth_date=TEENAGER)
    await ward_of(service, mother, birth_date=TEENAGER, name=first.name)
    async with browser_of(service, first) as visit:
        assert told(await visit.go(SQUARE))["code"]
    assert [len(ward["uses"]) for ward in await mother.sees("/wards")] == [1, 0]


async def test_a_teenagers_former_guardian_hears_no_more_within_a_day(
    service: Service, mother: App, time_passes
) -> None:
    teenager = await ward_of(service, mother, birth_date=TEENAGER)
    async with browser_of(service, teenager) as visit:
        await visit.go(SQUARE)
        service.authority.set_guardian(teenager.number, mother.resident.number, holds=False)
        await time_passes(days=1)
        await visit.go(SQUARE)
    await mother.sign_in()
    kinds = await mother.kinds()
    assert kinds.count("ward_used") == 1
    assert kinds.count("guardian_ended") == 1
    assert await mother.sees("/wards") == []


async def test_whoever_comes_of_age_is_nobodys_ward(
    service: Service, mother: App, time_passes
) -> None:
    ward = await ward_of(service, mother, birth_date=ALMOST_18)
    async with browser_of(service, ward) as visit:
        await visit.go(SQUARE)
        await time_passes(hours=14)
        assert told(await visit.go(SQUARE))["code"]
    await mother.sign_in()
    kinds = await mother.kinds()
    assert kinds.count("ward_used") == 1
    assert await mother.sees("/wards") == []
    assert (await mother.kinds()).count("guardian_ended") == 1
    async with app_of(service, ward) as app:
        assert await app.sees("/guardians") == []
        assert (await app.kinds()).count("guardian_ended") == 1
    # What was told is the guardian's own.
    assert "ward_used" in await mother.kinds()


async def test_a_stranger_a_former_guardian_and_the_child_decide_nothing(
    service: Service, mother: App, father: App, child: Resident, visit: Visit
) -> None:
    await visit.go(SQUARE)
    [waiting] = await mother.waiting()
    refused(await father.decide(waiting["id"]), 404, "oidc.ward_use_over")
    async with app_of(service, child) as app:
        assert await app.waiting() == []
        refused(await app.decide(waiting["id"]), 403, "holder.strong_sign_in_required")
        refused(await app.decide(waiting["id"], "deny"), 404, "oidc.ward_use_over")
        await service.turn_totp_on(app.client, child)
        refused(await app.decide(waiting["id"]), 404, "oidc.ward_use_over")
    async with service.client() as nobody:
        body = {"id": waiting["id"], "decision": "approve"}
        answer = await nobody.post("/holder/ward-approvals", json=body)
        refused(answer, 401, "holder.session_required")
    [ward] = await mother.sees("/wards")
    assert (await mother.does("/wards/ending", id=ward["id"])).status_code == 204
    assert await mother.waiting() == []
    refused(await mother.decide(waiting["id"]), 404, "oidc.ward_use_over")
    assert "code" not in str((await visit.again()).headers.get("location"))


async def test_a_guardians_word_is_good_for_the_use_that_it_was_given_for_alone(
    service: Service, mother: App, child: Resident, visit: Visit
) -> None:
    async with browser_of(service, child) as other:
        await visit.go(SQUARE)
        await other.go(MARKET)
        waiting = {each["client_name"]: each["id"] for each in await mother.waiting()}
        await mother.decide(waiting[MARKET.name])
        assert WAITS in reads(await visit.again())
        # Nor does another browser take it up.
        assert (await visit.client.get(other.address)).status_code == 404
        assert told(await other.again())["code"]


async def test_a_guardians_word_is_used_once(mother: App, visit: Visit) -> None:
    await visit.go(SQUARE)
    [waiting] = await mother.waiting()
    await mother.decide(waiting["id"])
    answers = await asyncio.gather(*(visit.again() for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [303, *[404] * 9]
    assert (await visit.again()).status_code == 404
    refused(await mother.decide(waiting["id"]), 404, "oidc.ward_use_over")
    assert WAITS in reads(await visit.go(SQUARE))


async def test_what_nobody_answers_in_time_can_be_asked_again(
    mother: App, visit: Visit, time_passes
) -> None:
    await visit.go(SQUARE)
    [waiting] = await mother.waiting()
    await time_passes(minutes=5)
    assert "Nobody answered in time" in reads(await visit.again())
    assert await mother.waiting() == []
    refused(await mother.decide(waiting["id"]), 404, "oidc.ward_use_over")
    assert WAITS in reads(await visit.again("?again"))
    [anew] = await mother.waiting()
    assert anew["id"] != waiting["id"]
    await mother.decide(anew["id"])
    assert told(await visit.again())["code"]


async def test_looking_again_asks_nobody_anew(mother: App, visit: Visit) -> None:
    await visit.go(SQUARE)
    for _ in range(3):
        await visit.again()
        await visit.again("?again")
    await asyncio.gather(*(visit.again() for _ in range(5)))
    assert len(await mother.waiting()) == 1


async def test_several_pages_of_one_visit_ask_once(mother: App, visit: Visit) -> None:
    await visit.go(SQUARE)
    [waiting] = await mother.waiting()
    await mother.decide(waiting["id"])
    await visit.again()
    # The next visit needs nothing but the guardian, and is opened in five tabs at once.
    answer = await visit.client.get("/authorize", params=SQUARE.request)
    visit.address = answer.headers["location"]
    await asyncio.gather(*(visit.again() for _ in range(5)))
    assert len(await mother.waiting()) == 1


async def test_a_child_does_not_besiege_a_guardian(
    service: Service, mother: App, child: Resident, visit: Visit
) -> None:
    for _ in range(5):
        assert WAITS in reads(await visit.go(SQUARE))
    answer = await visit.go(SQUARE)
    assert answer.status_code == 429
    assert len(await mother.waiting()) == 5
    # Once there is room the same page asks.
    [first, *_] = await mother.waiting()
    await mother.decide(first["id"], "deny")
    assert WAITS in reads(await visit.again())
    assert len(await mother.waiting()) == 5


async def test_a_guardian_with_a_frozen_number_is_not_asked(
    service: Service, mother: App, visit: Visit
) -> None:
    assert (await mother.does("/freeze")).status_code == 204
    assert "There is no guardian to ask" in reads(await visit.go(SQUARE))


async def test_a_child_whose_own_number_is_frozen_uses_it_nowhere(
    service: Service, mother: App, child: Resident, visit: Visit
) -> None:
    await visit.go(SQUARE)
    [waiting] = await mother.waiting()
    async with app_of(service, child) as app:
        assert (await app.does("/freeze")).status_code == 204
    await mother.decide(waiting["id"])
    answer = await visit.again()
    assert answer.status_code == 200
    assert "username" in answer.text


async def test_both_languages_say_what_is_waited_for(mother: App, visit: Visit) -> None:
    await visit.go(SQUARE)
    answer = await visit.client.get(visit.address, headers={"accept-language": "zh"})
    assert "请监护人确认" in reads(answer)
    answer = await visit.client.get(visit.address, headers={"accept-language": "en"})
    assert WAITS in reads(answer)


async def test_an_adults_use_asks_and_tells_nobody(service: Service, mother: App) -> None:
    adult = await service.enrolled("样例欧阳成人丙")
    async with browser_of(service, adult) as visit:
        assert told(await visit.go(SQUARE))["code"]
        await visit.go(SQUARE)
    assert await mother.waiting() == []
    assert "ward_used" not in await mother.kinds()


async def test_a_word_in_the_last_second_counts(mother: App, visit: Visit, time_passes) -> None:
    await visit.go(SQUARE)
    [waiting] = await mother.waiting()
    await time_passes(timedelta(minutes=5) - timedelta(seconds=1))
    assert (await mother.decide(waiting["id"])).status_code == 204
    assert told(await visit.again())["code"]


async def test_a_child_that_knows_its_guardians_password_cannot_say_yes_to_itself(
    service: Service,
) -> None:
    adult = await service.enrolled("样例欧阳父亲丙")
    async with app_of(service, adult) as strong, app_of(service, adult) as weak:
        assert (await strong.client.post("/authentication/step-up/sms")).status_code == 204
        proof = {"otp": await service.newest_code(strong.client, adult)}
        assert (await strong.client.post("/authentication/step-up", json=proof)).is_success
        child = await ward_of(service, strong, birth_date=CHILD)
        async with browser_of(service, child) as visit:
            await visit.go(SQUARE)
            [waiting] = await weak.waiting()
            refused(await weak.decide(waiting["id"]), 403, "holder.strong_sign_in_required")
            assert WAITS in reads(await visit.again())
            assert (await strong.decide(waiting["id"])).status_code == 204
            assert told(await visit.again())["code"]
            # No needs nothing: whoever says it does less harm than whoever is kept from it.
            await visit.go(MARKET)
            [waiting] = await weak.waiting()
            assert (await weak.decide(waiting["id"], "deny")).status_code == 204
