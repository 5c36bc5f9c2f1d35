import asyncio
import base64
import contextlib
import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import cbor2
import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar

from authsvc.certificates import CertificateAuthority, RevocationReason
from authsvc.certificates.routes import routes
from authsvc.clock import SystemClock
from authsvc.identifiers import from_b64url
from authsvc.storage import Database, StorageUnavailable
from tests.certificates.credential_makers import somebody
from tests.certificates.makers import Desk, openssl, parsed, require_openssl
from tests.services import free_port

HOLD = RevocationReason.CERTIFICATE_HOLD
OCSP_RESPONSE = "application/ocsp-response"
SLASHES = b"\xff" * 20 + (b"\xfb\xef\xbe" * 4 + b"\0") * 3


@pytest.fixture
def app(certificates, database, clock):
    return Litestar(list(routes(certificates=certificates, database=database, clock=clock)))


@pytest.fixture
async def client(app):
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://authsvc.test") as client:
        yield client


def question(certificate, authority, *, nonce=None):
    builder = ocsp.OCSPRequestBuilder().add_certificate(
        parsed(certificate), authority.certificate, hashes.SHA256()
    )
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(serialization.Encoding.DER)


def path(request, *, safe=""):
    return "/ocsp/" + quote(base64.b64encode(request), safe=safe)


def jwt_claims(token):
    """What a JWT says, whoever signed it."""
    return json.loads(from_b64url(token.decode().split(".")[1]))


async def test_a_posted_question_is_answered(client, desk, authority, now):
    request = question(await desk.issue(now=now), authority)
    response = await client.post("/ocsp", content=request)
    assert response.status_code == 200
    assert response.headers["content-type"] == OCSP_RESPONSE
    assert "cache-control" not in response.headers
    read = ocsp.load_der_ocsp_response(response.content)
    assert read.certificate_status is ocsp.OCSPCertStatus.GOOD


@pytest.mark.parametrize("safe", ["", "/+="], ids=["encoded", "as it is"])
async def test_a_question_in_the_path_is_answered(client, desk, authority, now, safe):
    """The nonce is one whose base64 has slashes, also many in a row, and plus signs."""
    request = question(await desk.issue(now=now), authority, nonce=SLASHES)
    assert "//" in base64.b64encode(request).decode()
    assert "++" in base64.b64encode(request).decode()
    response = await client.get(path(request, safe=safe))
    read = ocsp.load_der_ocsp_response(response.content)
    assert read.certificate_status is ocsp.OCSPCertStatus.GOOD


async def test_an_answer_to_a_get_may_be_kept_for_half_a_minute(client, desk, authority, now):
    response = await client.get(path(question(await desk.issue(now=now), authority)))
    headers = response.headers
    assert headers["cache-control"] == "max-age=30, public, no-transform, must-revalidate"
    assert parsedate_to_datetime(headers["last-modified"]) == now
    assert parsedate_to_datetime(headers["expires"]) == now + timedelta(seconds=30)
    assert headers["etag"]


async def test_an_answer_with_a_nonce_is_for_one_asker_only(client, desk, authority, now):
    request = question(await desk.issue(now=now), authority, nonce=b"n" * 32)
    response = await client.get(path(request))
    assert response.status_code == 200
    assert "cache-control" not in response.headers


@pytest.mark.parametrize("asked", ["/ocsp/%ff", "/ocsp/A", "/ocsp/!!!!"])
async def test_what_is_no_question_gets_malformed_request(client, asked):
    response = await client.get(asked)
    read = ocsp.load_der_ocsp_response(response.content)
    assert read.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST
    assert "cache-control" not in response.headers


async def test_a_huge_question_gets_malformed_request(client):
    response = await client.post("/ocsp", content=b"0" * 1_100_000)
    assert response.status_code == 413
    read = ocsp.load_der_ocsp_response(response.content)
    assert read.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


@pytest.fixture(
    params=[
        (StorageUnavailable(), 503, ocsp.OCSPResponseStatus.TRY_LATER),
        (RuntimeError("a fault"), 500, ocsp.OCSPResponseStatus.INTERNAL_ERROR),
    ],
    ids=["away", "broken"],
)
def trouble(request, monkeypatch):
    """A database in trouble: how to cause it, the HTTP status, and what OCSP calls it."""
    fault, status, said = request.param

    def fail(_):
        raise fault

    return lambda: monkeypatch.setattr(Database, "reading", fail), status, said


async def test_a_database_in_trouble_is_told_in_ocsps_own_words(
    client, desk, authority, now, trouble
):
    request = question(await desk.issue(now=now), authority)
    begin, status, said = trouble
    begin()
    response = await client.post("/ocsp", content=request)
    assert response.status_code == status
    assert ("retry-after" in response.headers) == (status == 503)
    assert ocsp.load_der_ocsp_response(response.content).response_status is said
    listed = await client.get("/crl/authsvc.crl")
    assert listed.status_code == status
    assert listed.headers["content-type"] == "application/problem+json"


async def test_noise_costs_the_database_nothing(client, trouble):
    trouble[0]()
    assert (await client.post("/ocsp", content=b"noise")).status_code == 200
    assert (await client.get("/ocsp/bm9pc2U=")).status_code == 200


async def test_other_methods_are_refused_as_everywhere(client):
    response = await client.put("/ocsp", content=b"")
    assert response.status_code == 405
    assert response.headers["content-type"] == "application/problem+json"


async def test_the_list_is_served(client, desk, authority, now):
    issued = await desk.issue(now=now)
    await desk.revoke(HOLD, now=now, serial=issued.serial)
    response = await client.get("/crl/authsvc.crl")
    assert response.headers["content-type"] == "application/pkix-crl"
    assert response.headers["cache-control"].startswith("max-age=30,")
    crl = x509.load_der_x509_crl(response.content)
    assert crl.get_revoked_certificate_by_serial_number(issued.serial)


async def test_the_authoritys_certificate_is_served(client, authority):
    response = await client.get("/ca/authsvc.cer")
    assert response.headers["content-type"] == "application/pkix-cert"
    assert x509.load_der_x509_certificate(response.content) == authority.certificate


@contextlib.asynccontextmanager
async def running(app, port):
    """The application on a real server on the loopback interface."""
    server = Server(app, port=port, interface=Interfaces.ASGI, log_enabled=False)
    task = asyncio.create_task(server.serve())
    try:
        for _ in range(200):
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                await writer.wait_closed()
                break
            await asyncio.sleep(0.02)
        yield
    finally:
        server.stop()
        await task


@pytest.mark.interop
async def test_openssl_asks_a_running_server(keyring, database, tmp_path):
    """The URLs are the ones inside the certificate; the clock is the machine's, as openssl's is."""
    require_openssl()
    port, now = free_port(), datetime.now(UTC)
    base_url = f"http://127.0.0.1:{port}"
    authority = CertificateAuthority.create(keyring, base_url=base_url, now=now)
    desk = Desk.alone(authority, database, SystemClock())
    issued = await desk.issue(now=now)
    root, device = tmp_path / "root", tmp_path / "device"
    root.write_text(authority.chain_pem)
    device.write_text(issued.pem)
    where = (await openssl("x509", "-in", device, "-noout", "-ocsp_uri")).strip()
    assert where == f"{base_url}/ocsp"
    ask = ["ocsp", "-issuer", root, "-cert", device, "-CAfile", root, "-url", where]
    verify = ["verify", "-crl_check", "-crl_download", "-x509_strict", "-CAfile", root, device]

    doors = routes(certificates=desk.certificates, database=database, clock=SystemClock())
    app = Litestar(list(doors))
    async with running(app, port):
        async with httpx2.AsyncClient() as client:
            response = await client.get(base_url + path(question(issued, authority, nonce=SLASHES)))
            assert ocsp.load_der_ocsp_response(response.content).serial_number == issued.serial

        for more in ([], ["-no_nonce"], ["-sha256"]):
            said = await openssl(*ask[:1], *more, *ask[1:])
            assert "Response verify OK" in said
            assert f"{device}: good" in said
            assert "WARNING" not in said or more == ["-no_nonce"]
        assert f"{device}: OK" in await openssl(*verify)

        await desk.revoke(HOLD, now=now, serial=issued.serial)
        said = await openssl(*ask)
        assert f"{device}: revoked" in said
        assert "Reason: certificateHold" in said
        assert "certificate revoked" in await openssl(*verify)

        await desk.release(serial=issued.serial)
        assert f"{device}: good" in await openssl(*ask)
        assert f"{device}: OK" in await openssl(*verify)

        unknown = ["ocsp", "-issuer", root, "-serial", "1", "-CAfile", root, "-url", where]
        assert "1: unknown" in await openssl(*unknown)


async def test_a_status_list_may_be_kept_for_what_is_left_of_its_half_minute(
    client, desk, clock, now
):
    await desk.issue(now=now)
    first = await client.get("/status-lists/0")
    assert first.status_code == 200
    assert first.headers["content-type"] == "application/statuslist+jwt"
    assert first.headers["cache-control"] == "max-age=30, public"
    assert first.headers["access-control-allow-origin"] == "*"
    clock.advance(timedelta(seconds=12))
    again = await client.get("/status-lists/0")
    assert again.content == first.content
    assert again.headers["cache-control"] == "max-age=18, public"
    assert jwt_claims(first.content)["sub"].endswith("/status-lists/0")


JWT, CWT = "application/statuslist+jwt", "application/statuslist+cwt"


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, JWT),
        ("*/*", JWT),
        ("text/html", JWT),
        (JWT, JWT),
        (CWT, CWT),
        (f"{CWT}, {JWT}", JWT),
        (f"{CWT}, {JWT};q=0.5", CWT),
        (f"{CWT};q=0.9, */*;q=0.1", CWT),
        (f"{JWT};q=0, application/*", CWT),
        (f"{CWT.upper()} ; q=1", CWT),
        (f"{CWT};q=x, {JWT};q=0.1", CWT),
    ],
)
async def test_a_status_list_comes_in_the_form_that_is_preferred(client, desk, now, accept, form):
    await desk.issue(now=now)
    headers = {} if accept is None else {"accept": accept}
    response = await client.get("/status-lists/0", headers=headers)
    assert response.headers["content-type"] == form
    assert response.headers["vary"] == "accept"
    assert (response.content[:1] == b"\xd2") == (form == CWT)


async def test_a_cache_holds_the_two_forms_apart(client, desk, now):
    await desk.issue(now=now)
    as_jwt, as_cwt = [
        await client.get("/status-lists/0", headers={"accept": form}) for form in (JWT, CWT)
    ]
    assert as_jwt.headers["etag"] != as_cwt.headers["etag"]
    for form, other in ((JWT, as_cwt), (CWT, as_jwt)):
        has_the_other = {"accept": form, "if-none-match": other.headers["etag"]}
        response = await client.get("/status-lists/0", headers=has_the_other)
        assert (response.status_code, response.headers["vary"]) == (200, "accept")


async def test_both_forms_of_a_list_say_the_same(client, desk, now):
    """Device certificates: named by the key alone, as the JWT is, and with no chain."""
    issued = await desk.issue(now=now)
    await desk.revoke(HOLD, now=now, serial=issued.serial)
    token = (await client.get("/status-lists/0", headers={"accept": CWT})).content
    protected, unprotected, payload, _ = cbor2.loads(token).value
    assert cbor2.loads(protected) == {1: -7, 16: CWT}
    as_jwt = (await client.get("/status-lists/0")).content
    header = json.loads(from_b64url(as_jwt.decode().split(".")[0]))
    assert unprotected == {4: header["kid"].encode()}
    claims, told = cbor2.loads(payload), jwt_claims(as_jwt)
    assert [claims[label] for label in (2, 6, 4, 65534)] == [
        told[name] for name in ("sub", "iat", "exp", "ttl")
    ]
    assert claims[65533]["bits"] == told["status_list"]["bits"]
    assert claims[65533]["lst"] == from_b64url(told["status_list"]["lst"])


async def test_all_lists_of_credentials_are_named_in_one_place(client, issuer, keyring, clock, now):
    """And each of them says where that is."""
    where = "/credentials/status-lists"
    before = await client.get(where)
    assert before.json() == {"status_lists": []}
    await issuer.issue(somebody(keyring, now), now=now)
    clock.advance(timedelta(seconds=30))
    response = await client.get(where)
    assert response.headers["content-type"] == "application/json"
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["cache-control"] == "max-age=30, public"
    [address] = response.json()["status_lists"]
    base = address.removesuffix(f"{where}/0")
    one = await client.get(address.removeprefix(base))
    claims = jwt_claims(one.content)
    assert claims["sub"] == address
    assert claims["status_list"]["aggregation_uri"] == base + where
    in_cbor = await client.get(address.removeprefix(base), headers={"accept": CWT})
    payload = cbor2.loads(cbor2.loads(in_cbor.content).value[2])
    assert payload[65533]["aggregation_uri"] == base + where


async def test_a_cache_that_has_a_status_list_is_not_sent_it_again(client, desk, clock, now):
    await desk.issue(now=now)
    tag = (await client.get("/status-lists/0")).headers["etag"]
    unchanged = await client.get("/status-lists/0", headers={"if-none-match": tag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["etag"] == tag
    assert unchanged.headers["cache-control"] == "max-age=30, public"
    clock.advance(timedelta(seconds=30))
    renewed = await client.get("/status-lists/0", headers={"if-none-match": tag})
    assert renewed.status_code == 200


@pytest.mark.parametrize(
    "asked",
    ["1", "00", "-1", "+0", "x", "0x0", "999999999", "9" * 40, "%30%30", "0?time=1", "0?x", "٠"],
)
async def test_a_status_list_that_is_not_there(client, desk, now, asked):
    await desk.issue(now=now)
    response = await client.get(f"/status-lists/{asked}")
    assert response.status_code == 404
    assert response.json()["type"] == "urn:authsvc:problem:certificates.status_list_unknown"
    assert response.headers["access-control-allow-origin"] == "*"
    assert (
        "cache-control" not in response.headers or "no-store" in response.headers["cache-control"]
    )


async def test_a_kept_status_list_needs_no_database(client, desk, now, trouble):
    await desk.issue(now=now)
    begin, status, _ = trouble
    assert (await client.get("/status-lists/0")).status_code == 200
    begin()
    assert (await client.get("/status-lists/0")).status_code == 200
    assert (await client.get("/status-lists/1")).status_code == status


async def test_what_is_to_be_known_of_credentials_is_served(client, issuer, keyring, clock, now):
    """Keys, types, the root and the lists: cacheable, open to pages, and gone when not there."""
    await issuer.issue(somebody(keyring, now), now=now)
    keys = await client.get("/.well-known/jwt-vc-issuer")
    assert keys.json()["issuer"] == issuer.certificates.credentials.issuer
    assert [key["kid"] for key in keys.json()["jwks"]["keys"]] == [
        keyring.credentials.current("ES256", now=now).kid
    ]
    assert keys.headers["cache-control"] == "max-age=900, public"
    described = await client.get("/credentials/types/verified-person")
    assert described.json()["vct"].endswith("/credentials/types/verified-person")
    first = await client.get("/credentials/status-lists/0")
    assert first.headers["content-type"] == "application/statuslist+jwt"
    assert first.headers["cache-control"] == "max-age=30, public"
    assert jwt_claims(first.content)["sub"].endswith("/credentials/status-lists/0")
    for found in (keys, described, first):
        assert found.headers["access-control-allow-origin"] == "*"
        again = await client.get(
            found.request.url.path, headers={"if-none-match": found.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b"")
    for path in ("status-lists/1", "status-lists/0?time=1", "types/passport"):
        assert (await client.get(f"/credentials/{path}")).status_code == 404
    root = x509.load_der_x509_certificate((await client.get("/ca/credentials.cer")).content)
    assert root == issuer.certificates.credentials.anchor(now=now)
