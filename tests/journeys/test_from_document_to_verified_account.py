"""The mission from end to end, over HTTP and on the command line."""

import stat

import pytest

from tests.journeys.world import IDENTITY_NUMBER

pytestmark = pytest.mark.slow


def subject_on(platform, browser):
    """The pseudonym by which the platform knows the signed-in member."""
    html = browser.visit(f"{platform.url}/what-we-know").html
    return html.partition("<dt>subject</dt><dd>")[2].partition("<")[0]


def test_a_person_goes_from_a_document_to_a_verified_account_and_leaves_again(world, new_browser):
    # One story, told in one piece.
    square = world.square
    # Opting in, with nothing but a card, a face and a phone.
    person = world.person()
    outcome = world.enroll(person)
    assert outcome.returncode == 0, outcome.stderr
    assert "Your online number: " in outcome.stdout
    assert {stat.S_IMODE(file.stat().st_mode) for file in person.device.iterdir()} == {0o600}
    assert stat.S_IMODE(person.device.stat().st_mode) == 0o700

    # A new account on the platform, verified.
    first = new_browser()
    square.sign_up(first, "first")
    page = first.press(first.visit(f"{square.url}/verify"), "verify")
    page = person.identify(first, page)
    assert page.url == f"{square.url}/verified"
    assert "已验证真人" in page.text
    subject = subject_on(square, first)
    assert subject

    # The same person is refused a second verified account; that account goes on without.
    second = new_browser()
    square.sign_up(second, "second")
    page = second.press(second.visit(f"{square.url}/verify"), "verify")
    page = person.identify(second, page)
    assert page.status == 409
    assert "您在本站已有一个已验证的账号" in page.text
    page = second.fill(second.visit(square.url), "post", text="anybody may speak")
    assert "anybody may speak" in page.text

    # The service is away: everybody signs in and speaks as ever, only verifying has to wait.
    world.service.stop()
    try:
        legacy = new_browser()
        assert "@second" in square.sign_in(legacy, "second").text
        page = legacy.press(legacy.visit(f"{square.url}/verify"), "verify")
        assert page.status == 503
        assert "网号验证暂时不可用" in page.text
        assert "已验证真人" in square.sign_in(new_browser(), "first").text
    finally:
        world.service.start()

    # A new card: number and platform account are as they were, the certificate is new.
    number_before = person.runs("show").stdout.splitlines()[0]
    world.new_card(person)
    outcome = person.runs("replace", f"--chip={person.chip}", f"--holder={person.papers}")
    assert outcome.returncode == 0, outcome.stderr
    shown = person.runs("show").stdout
    assert shown.splitlines()[0] == number_before
    assert "Certificate:   revoked" in shown
    assert "Certificate:   good" in shown
    again = new_browser()
    page = again.press(again.visit(f"{square.url}/sign-in"), "sign-in-with-online-number")
    page = person.identify(again, page)
    assert "@first" in page.text
    assert subject_on(square, again) == subject

    # Unlinked: the account stays and is entered by its password.
    page = first.press(first.visit(f"{square.url}/unlink"), "unlink")
    assert page.url == f"{square.url}/what-we-know"
    assert subject not in page.html
    page = square.sign_in(new_browser(), "first")
    assert "@first" in page.text
    assert "已验证真人" not in page.text

    # Opted out: the service knows nobody any more, the platform account does not mind.
    outcome = person.runs("opt-out", "--yes")
    assert outcome.returncode == 0, outcome.stderr
    assert list(person.device.iterdir()) == []
    gone = new_browser()
    page = gone.press(gone.visit(f"{square.url}/sign-in"), "sign-in-with-online-number")
    assert person.identify(gone, page).has("username")
    assert "@first" in square.sign_in(new_browser(), "first").text

    # In all of that the platform never received who it was.
    received = square.received()
    assert subject.encode() in received
    assert IDENTITY_NUMBER.search(received) is None
    assert person.number.encode() not in received
    assert person.name.encode() not in received


def test_two_platforms_know_one_person_by_names_of_their_own(world, browser):
    person = world.enrolled_person()
    subjects = {}
    for platform in (world.square, world.market):
        platform.sign_up(browser, "both")
        page = browser.press(browser.visit(f"{platform.url}/verify"), "verify")
        page = person.identify(browser, page)
        assert page.url == f"{platform.url}/verified"
        subjects[platform] = subject_on(platform, browser).encode()
        browser.press(page, "sign-out")
    for platform, subject in subjects.items():
        others = [other for other in subjects if other is not platform]
        assert subject in platform.received()
        assert not any(subject in other.received() for other in others)


def test_whoever_opts_out_and_enrolls_again_is_the_same_person_to_the_platform(world, new_browser):
    person = world.enrolled_person()
    before = new_browser()
    world.square.sign_up(before, "returning")
    page = before.press(before.visit(f"{world.square.url}/verify"), "verify")
    person.identify(before, page)
    assert person.runs("opt-out", "--yes").returncode == 0

    assert world.enroll(person).returncode == 0
    after = new_browser()
    page = after.press(after.visit(f"{world.square.url}/sign-in"), "sign-in-with-online-number")
    assert "@returning" in person.identify(after, page).text
