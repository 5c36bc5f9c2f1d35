"""The door of examples/offline_verifier, and an issuer that is seldom there."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import Encoding

from examples.offline_verifier import __main__ as door
from tests.makers import NOW
from tests.oidc.jwt_makers import private_key
from tests.verify.credential_makers import (
    AUDIENCE,
    DAY,
    LIST,
    NONCE,
    TYPE,
    Authority,
    issued,
    presentation,
    public_key,
    signer_extensions,
    status_list,
    x5c,
)
from tests.verify.makers import ISSUED, ISSUER
from tests.verify.test_known_issuer import Network

AUTHORITY = Authority()
KEY = private_key("ES256", "certified")
REVOCATIONS = f"{ISSUER}/crl/credentials.crl"
STATUS = {"status_list": {"idx": 7, "uri": LIST}}


@pytest.fixture
def network(monkeypatch):
    network = Network()
    monkeypatch.setattr(door, "fetch", network.fetch)
    return network


@pytest.fixture
def run(tmp_path):
    def run(*words, shown=None, hours=0.0):
        at = f"{NOW + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"
        asked = ["--audience", AUDIENCE, "--nonce", NONCE, "--type", TYPE, "--oldest-status", "100"]
        more = asked if words[0] == "verify" else []
        when = [] if words[0] == "trust" else ["--at", at]
        state = ["--state", str(tmp_path / "door")]
        return CliRunner().invoke(door.main, [*state, *words, *more, *when], input=shown)

    return run


def shown(hours=0.0, **changes):
    now = ISSUED + int(hours * 3600)
    certificate = issued(status=STATUS, exp=ISSUED + 14 * DAY, **changes)
    return presentation(certificate=certificate, iat=now)


def test_three_days_without_the_service_and_a_revocation_after_it_came_back(network, run):
    assert run("trust", ISSUER).exit_code == 0
    assert run("refresh").exit_code == 0
    # Nobody has told the door which lists there are: the first certificate does.
    assert "verify.status_unknown" in run("verify", shown=shown()).output
    assert run("refresh").exit_code == 0
    here, network.there = network.there, {}
    for hours in (0, 24, 72):
        found = run("verify", shown=shown(hours), hours=hours)
        assert found.exit_code == 0, found.output
        said = json.loads(found.stdout)
        assert said["claims"]["age_over_18"] is True
        assert said["status_as_of"] == NOW.isoformat()
        assert "not to be had" in run("refresh", hours=hours).stderr
    network.there = here | {LIST: status_list({7: 1}, iat=ISSUED + 72 * 3600)}
    assert run("refresh", hours=72).stderr == ""
    found = run("verify", shown=shown(72), hours=72)
    assert (found.exit_code, "verify.credential_revoked" in found.output) == (1, True)


def test_a_door_that_is_to_believe_another_forgets_the_one_before(network, run):
    run("trust", ISSUER)
    run("refresh")
    assert run("trust", "https://other.example").exit_code == 0
    assert "verify.key_unknown" in run("verify", shown=shown()).output
    run("refresh")
    assert "verify.key_unknown" in run("verify", shown=shown()).output


def test_a_door_that_was_given_an_anchor_needs_no_keys(network, run, tmp_path):
    anchor = tmp_path / "ca.pem"
    anchor.write_bytes(AUTHORITY.certificate.public_bytes(Encoding.PEM))
    assert run("trust", ISSUER, "--anchor", str(anchor)).exit_code == 0
    certificate = AUTHORITY.certify(public_key(KEY), *signer_extensions())
    signer = x5c(certificate)
    network.there = {
        LIST: status_list(key=KEY, header=signer),
        REVOCATIONS: AUTHORITY.revocation_list(),
    }
    text = shown(key=KEY, header=signer)
    # Nobody has looked yet whether the signer still is one, nor which list there is.
    assert "verify.signer_status_unknown" in run("verify", shown=text).output
    assert run("refresh").exit_code == 0
    assert "verify.status_unknown" in run("verify", shown=text).output
    assert run("refresh").exit_code == 0
    assert run("verify", shown=text).exit_code == 0
    assert "verify.binding_too_old" in run("verify", shown=text, hours=1).output
    assert "verify.malformed" in run("verify", shown="nonsense").output
    # Three days without a network are no trouble; more than the list holds are.
    there, network.there = network.there, {}
    assert run("verify", shown=shown(72, key=KEY, header=signer), hours=72).exit_code == 0
    late = run("verify", shown=shown(97, key=KEY, header=signer), hours=97)
    assert "verify.signer_status_unknown" in late.output
    # The key of the signer has leaked: its certificate is on the list, and nothing else changed.
    hour = NOW + timedelta(hours=1)
    network.there = there | {REVOCATIONS: AUTHORITY.revocation_list(certificate, at=hour)}
    run("refresh", hours=1)
    again = run("verify", shown=shown(1, key=KEY, header=signer), hours=1)
    assert "verify.signer_revoked" in again.output
    # An older list does not bring it back, and what somebody writes there is not believed.
    network.there = there
    run("refresh", hours=2)
    again = run("verify", shown=shown(2, key=KEY, header=signer), hours=2)
    assert "verify.signer_revoked" in again.output
    [kept] = (tmp_path / "door").glob("*.crl")
    kept.write_bytes(b"nonsense")
    again = run("verify", shown=shown(2, key=KEY, header=signer), hours=2)
    assert "verify.signer_status_unknown" in again.output
