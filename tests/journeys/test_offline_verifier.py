"""A door without a network, a real certificate, and the service that issued it: now on, now off."""

import asyncio
import json
from datetime import timedelta
from uuid import uuid4

import httpx2
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives import serialization
from joserfc.jwk import ECKey
from litestar import Litestar

from authsvc.certificates import CertificateAuthority, RevocationReason
from authsvc.certificates.credentials import KINDS, Platform, Wanted
from authsvc.certificates.routes import routes
from authsvc.verify import SDJWT, UNCHECKED_SIGNERS, CredentialVerifier, SignerRefused
from examples.offline_verifier import __main__ as door
from tests.certificates.conftest import certificates, desk, issuer
from tests.certificates.credential_makers import somebody
from tests.certificates.makers import new_key, parsed, request_pem
from tests.certificates.test_routes import running
from tests.oidc.jwt_makers import signed
from tests.services import free_port
from tests.verify.credential_makers import Holder, x5c

__all__ = ["certificates", "desk", "issuer"]

pytestmark = pytest.mark.slow

AUDIENCE = "https://door.example"
NONCE = "nonce-of-the-door"
SECTOR = "door.example"


@pytest.fixture
def database_url(sqlite_url):
    """That a certificate is withdrawn on both databases is shown elsewhere."""
    return sqlite_url


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def authority(keyring, port, now):
    return CertificateAuthority.create(keyring, base_url=f"http://127.0.0.1:{port}", now=now)


@pytest.fixture
def on(certificates, database, clock, port):
    """Switches the service on for a while."""
    app = Litestar(list(routes(certificates=certificates, database=database, clock=clock)))
    return lambda: running(app, port)


@pytest.fixture
def person(keyring, now):
    return somebody(keyring, now)


@pytest.fixture
def run(tmp_path, clock):
    """Runs the door, at the moment that the service has."""

    async def run(*words, shown=None):
        when = [] if words[0] == "trust" else ["--at", f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"]
        state = ["--state", str(tmp_path / "door")]
        command = [*state, *words, *when]
        return await asyncio.to_thread(CliRunner().invoke, door.main, command, input=shown)

    return run


def jose(key):
    """A key as joserfc has it."""
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return ECKey.import_key(pem.decode())


@pytest.fixture
async def show(issuer, person, clock):
    """The person's certificate for this door: shows some of its claims there, now."""
    key = new_key()
    wanted = Wanted(key.public_key(), Platform(SECTOR, "a pseudonym"))
    kind = KINDS["verified-person-at-platform"]
    [certificate] = await issuer.issue(person, now=clock.now(), kind=kind, wanted=[wanted])
    parts = SDJWT.parse(certificate)
    told = {each: SDJWT(parts.jwt, (each,), None).disclosed() for each in parts.disclosures}

    def show(*names):
        chosen = [each for each, claims in told.items() if claims.keys() & {*names}]
        assert len(chosen) == len(names)
        shown = "~".join((parts.jwt, *chosen, ""))
        moment = int(clock.now().timestamp())
        return Holder(jose(key)).bound(shown, iat=moment, aud=AUDIENCE, nonce=NONCE)

    return show


def verify(authority):
    base = authority.locations.base_url
    asked = ["--audience", AUDIENCE, "--nonce", NONCE, "--sector", SECTOR, "--oldest-status", "80"]
    return ["verify", *asked, "--type", f"{base}/credentials/types/verified-person-at-platform"]


async def withdraw(desk, person, reason, *, now):
    async with desk.database.transaction() as tx:
        await desk.certificates.revoke(tx, reason=reason, subscriber_id=person.id, now=now)


@pytest.mark.parametrize("anchored", [True, False], ids=["by an anchor", "by keys"])
async def test_three_days_without_the_service_and_a_revocation_when_it_is_back(
    on, run, show, desk, person, authority, clock, tmp_path, anchored
):
    base = authority.locations.base_url
    async with on():
        anchor = tmp_path / "credentials.cer"
        async with httpx2.AsyncClient() as http:
            anchor.write_bytes((await http.get(f"{base}/ca/credentials.cer")).content)
        believed = await run("trust", base, *(["--anchor", str(anchor)] if anchored else []))
        assert believed.exit_code == 0, believed.output
        assert (await run("refresh")).stderr == ""
        text = show("age_over_18", "sub")
        assert "verify.status_unknown" in (await run(*verify(authority), shown=text)).output
        assert (await run("refresh")).stderr == ""

    clock.advance(hours=72)
    text = show("age_over_18", "sub")
    assert "not to be had" in (await run("refresh")).stderr
    found = await run(*verify(authority), shown=text)
    assert found.exit_code == 0, found.output
    said = json.loads(found.stdout)
    assert (said["claims"]["age_over_18"], said["subject"]) == (True, "a pseudonym")
    assert said["status_as_of"] == (clock.now() - timedelta(hours=72)).isoformat()

    await withdraw(desk, person, RevocationReason.CESSATION_OF_OPERATION, now=clock.now())
    assert (await run(*verify(authority), shown=text)).exit_code == 0
    async with on():
        assert (await run("refresh")).stderr == ""
    refused = await run(*verify(authority), shown=text)
    assert (refused.exit_code, "verify.credential_revoked" in refused.output) == (1, True)


async def test_a_freeze_reaches_the_door_within_a_minute_and_so_does_its_end(
    on, run, show, desk, person, authority, clock
):
    async with on():
        await run("trust", authority.locations.base_url)
        await run("refresh")
        await run(*verify(authority), shown=show("sub"))
        await run("refresh")
        assert (await run(*verify(authority), shown=show("sub"))).exit_code == 0
        await withdraw(desk, person, RevocationReason.CERTIFICATE_HOLD, now=clock.now())
        for _ in range(2):
            clock.advance(seconds=30)
            await run("refresh")
        found = await run(*verify(authority), shown=show("sub"))
        assert "verify.credential_suspended" in found.output
        async with desk.database.transaction() as tx:
            await desk.certificates.release_hold(tx, subscriber_id=person.id)
        for _ in range(2):
            clock.advance(seconds=30)
            await run("refresh")
        assert (await run(*verify(authority), shown=show("sub"))).exit_code == 0


async def test_the_key_of_a_device_that_the_service_certified_signs_no_certificate(
    desk, certificates, authority, clock
):
    """Whoever believes the root of the devices, too, is not fooled, either."""
    key, base = new_key(), authority.locations.base_url
    device = await desk.issue(now=clock.now(), subscriber_id=uuid4(), request=request_pem(key))
    kind = f"{base}/credentials/types/verified-person"
    moment = int(clock.now().timestamp())
    says = {"iss": base, "vct": kind, "iat": moment, "exp": moment + 60, "cnf": {"jwk": {}}}
    forged = signed(says, jose(key), typ="dc+sd-jwt", says=x5c(parsed(device)))
    anchors = [authority.certificate, certificates.credentials.anchor(now=clock.now())]
    whole = CredentialVerifier(
        issuer=base, anchors=anchors, revocations=UNCHECKED_SIGNERS, types=[kind]
    )
    with pytest.raises(SignerRefused):
        whole.verify(f"{forged}~", audience=AUDIENCE, nonce=NONCE, now=clock.now())
