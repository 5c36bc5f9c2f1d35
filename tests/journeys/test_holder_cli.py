"""The person's app on the command line, where it is refused or interrupted."""

import json

import pytest

pytestmark = pytest.mark.slow


def test_an_interrupted_enrollment_goes_on_where_it_stopped(world):
    person = world.person()
    arguments = [
        "enroll",
        f"--service={world.issuer}",
        f"--chip={person.chip}",
        f"--holder={person.papers}",
        f"--sign-in-name={person.sign_in_name}",
        "--sms-code=wrong",
    ]
    outcome = person.runs(*arguments)
    assert outcome.returncode == 1
    assert "[enrollment.phone_code_wrong]" in outcome.stderr
    outcome = world.enroll(person)
    assert outcome.returncode == 0, outcome.stderr
    assert "step: document" not in outcome.stdout
    assert "step: phone-confirmation" in outcome.stdout


def test_a_card_without_a_chip_is_told_in_words(world):
    person = world.person(kind="temporary_identity_card")
    assert person.chip.read_bytes() == b""
    outcome = world.enroll(person)
    assert outcome.returncode == 0, outcome.stderr
    assert person.runs("sign-in").returncode == 0
    assert "temporary_identity_card, valid" in person.runs("show").stdout


def test_somebody_elses_card_is_refused(world):
    owner, finder = world.person(), world.person()
    finder.chip = owner.chip
    outcome = world.enroll(finder)
    assert outcome.returncode == 1
    assert "[enrollment.holder_not_recognised]" in outcome.stderr


def test_a_broken_chip_file_is_refused_in_words(world):
    person = world.person()
    person.chip.write_bytes(person.chip.read_bytes()[:-1])
    outcome = world.enroll(person)
    assert outcome.returncode == 1
    assert "Traceback" not in outcome.stderr
    assert "[evidence." in outcome.stderr


def test_a_person_enrolls_once(world):
    person = world.enrolled_person()
    assert "enrolled already" in world.enroll(person).stderr
    elsewhere = world.person()
    elsewhere.chip, elsewhere.papers = person.chip, person.papers
    outcome = world.enroll(elsewhere)
    assert outcome.returncode == 1
    assert "[subscribers.already_enrolled]" in outcome.stderr


def test_signing_in_proves_the_key_and_keeps_the_session(world):
    person = world.enrolled_person()
    outcome = person.runs("sign-in")
    assert outcome.stdout == "Signed in: urn:authsvc:acr:aal1 (swk)\n"
    session = json.loads((person.device / "session.json").read_text())
    assert len(session["cookies"]) == 1
    assert "Certificate:   good" in person.runs("show").stdout
    # Without its key the device is nothing.
    (person.device / "session.json").unlink()
    stranger = world.enrolled_person()
    (person.device / "key.pem").write_bytes((stranger.device / "key.pem").read_bytes())
    outcome = person.runs("sign-in")
    assert outcome.returncode == 1
    assert "[authentication." in outcome.stderr


def test_a_person_sees_their_log_and_devices_takes_it_all_along_and_freezes(world, tmp_path):
    person = world.enrolled_person()
    assert "enrolled" in person.runs("log").stdout
    assert "(no name): good until" in person.runs("devices").stdout
    file = tmp_path / "everything.json"
    assert person.runs("export", str(file)).returncode == 0
    assert json.loads(file.read_text("utf-8"))["format"] == "authsvc-export-1"
    assert file.stat().st_mode & 0o077 == 0
    assert "exported" in person.runs("log").stdout
    frozen = person.runs("freeze").stdout
    assert "is frozen" in frozen
    assert f"{world.issuer}/app/#/unfreeze" in frozen
    outcome = person.runs("show")
    assert outcome.returncode == 1
    assert "[certificates.on_hold]" in outcome.stderr


@pytest.mark.parametrize(
    "command",
    [["show"], ["sign-in"], ["log"], ["devices"], ["export", "file"], ["freeze"], ["opt-out"]],
    ids=lambda command: command[0],
)
def test_a_device_that_is_not_enrolled_says_so(world, command):
    outcome = world.person().runs(*command)
    assert outcome.returncode == 1
    assert "not enrolled" in outcome.stderr


def test_a_service_that_does_not_answer_is_named(world):
    person = world.enrolled_person()
    holder = person.device / "holder.json"
    holder.write_text(json.dumps({"service": "http://127.0.0.1:1", "online_number": "?"}))
    outcome = person.runs("show")
    assert outcome.returncode == 1
    assert "No answer from http://127.0.0.1:1" in outcome.stderr
