"""Row 50: no foreign HTML or SVG comes in and out again, and no answer is sniffed as one."""

import base64
from collections.abc import AsyncIterator

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from authsvc.holder.app.app_files import app_files
from authsvc.web.static_files import static_files
from tests.holder.apps import App, new_key, open_app, request_for
from tests.whole import CARD, Enrolling, Resident, Service

HTML = b"<!doctype html><script>alert(document.domain)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'
XML = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
# Begins as a picture and goes on as a page.
GIF = b"GIF89a/*" + HTML + b"*/=1;"
JPEG = b"\xff\xd8\xff\xfe\x00\x60" + HTML
PDF = b"%PDF-1.7\n" + HTML
FOREIGN = pytest.mark.parametrize(
    "upload", [HTML, SVG, XML, GIF, JPEG, PDF], ids=["html", "svg", "xml", "gif", "jpeg", "pdf"]
)

JSON = "application/json"
PROBLEM = "application/problem+json"
PAGE = "text/html; charset=utf-8"


@pytest.fixture
def newcomer(service: Service) -> Resident:
    """Somebody with a card and no number."""
    return service.resident("样例欧阳测试乙")


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser in which nobody is signed in."""
    async with service.client() as opened:
        yield opened


@pytest.fixture
async def app(service: Service) -> AsyncIterator[App]:
    """The app of somebody who has opted in."""
    async with open_app(service, await service.enrolled("样例欧阳测试甲")) as opened:
        yield opened


def _inert(answer: httpx2.Response, kind: str = PROBLEM) -> None:
    """It is what it says, nobody guesses otherwise, and nothing of an upload is in it."""
    assert answer.headers["content-type"].partition(";")[0] == kind.partition(";")[0]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for mark in (b"<script", b"<svg", b"<!ENTITY", b"alert("):
        assert mark not in answer.content


def _base64(upload: bytes) -> str:
    return base64.b64encode(upload).decode()


@FOREIGN
async def test_a_page_instead_of_a_chip_or_behind_one(
    client: httpx2.AsyncClient, newcomer: Resident, upload: bytes
):
    """`chip` is the upload, has it behind a real chip file, and is it without base64: refused."""
    enrolling = Enrolling(client, newcomer)
    await enrolling.begin()
    behind = _base64(newcomer.card.chip_file + upload)
    for chip in (_base64(upload), behind, upload.decode("latin-1")):
        answer = await enrolling.put("document", kind=CARD, chip=chip)
        assert answer.status_code == 400
        _inert(answer)
    assert (await enrolling.document()).is_success


@FOREIGN
async def test_a_page_instead_of_a_picture(
    client: httpx2.AsyncClient, newcomer: Resident, upload: bytes
):
    """`capture` is the upload: not the holder, and nobody ever gets it back."""
    enrolling = Enrolling(client, newcomer)
    await enrolling.begin()
    await enrolling.all(until="holder-check")
    answer = await enrolling.put("holder-check", capture=_base64(upload))
    assert 400 <= answer.status_code < 500
    _inert(answer)
    headers = {"authorization": f"Bearer {enrolling.token}"}
    _inert(await client.get(enrolling.address, headers=headers), JSON)


@FOREIGN
async def test_a_page_instead_of_a_certificate_request(
    client: httpx2.AsyncClient, newcomer: Resident, app: App, upload: bytes
):
    """At the desk and for a further device: refused."""
    enrolling = Enrolling(client, newcomer)
    await enrolling.begin()
    await enrolling.all(until="certificate-request")
    text = upload.decode("latin-1")
    await app.proves_phone()
    for answer in (
        await enrolling.put("certificate-request", certificate_request=text),
        await app.does("/devices", name="a tablet", certificate_request=text),
    ):
        assert answer.status_code == 400
        _inert(answer)


async def test_a_page_inside_and_around_a_good_certificate_request(app: App):
    """Its subject and the text around it are a page: neither is in the certificate."""
    key = new_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HTML.decode())])
    signed = x509.CertificateSigningRequestBuilder(name).sign(key, hashes.SHA256())
    inside = signed.public_bytes(serialization.Encoding.PEM).decode()
    around = f"{HTML.decode()}\n{request_for(new_key())}\n{SVG.decode()}"
    for request in (inside, around):
        answer = await app.does("/devices", name="a tablet", certificate_request=request)
        _inert(answer, JSON if answer.is_success else PROBLEM)
        if answer.is_success:
            issued = x509.load_pem_x509_certificate(answer.json()["certificate"].encode())
            assert b"script" not in issued.public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize(
    "kind", ["text/html", "image/svg+xml", "multipart/form-data; boundary=a", "application/xml", ""]
)
async def test_an_upload_under_another_name(app: App, kind: str):
    """The JSON that would do, and a page, as anything but JSON: 415 or 400, and nothing is done."""
    body = b'{"name": "a tablet", "certificate_request": "' + HTML + b'"}'
    for content in (body, HTML):
        answer = await app.client.post(
            "/holder/devices", content=content, headers={"content-type": kind}
        )
        assert answer.status_code in (400, 415)
        _inert(answer)


async def test_names_that_are_pages_stay_text_in_json(app: App):
    """A device may be called what it likes; the list is JSON, and so is the file of the export."""
    name = "<script>alert(1)</script>"
    assert (await app.adds(name)).status_code == 201
    for path in ("/holder/devices", "/holder/activity", "/holder/export"):
        answer = await app.client.get(path)
        assert name in answer.text
        assert answer.headers["content-type"].partition(";")[0] == JSON
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
    export = await app.client.get("/holder/export")
    assert export.headers["content-disposition"].startswith("attachment; ")


async def test_every_address_says_what_it_serves(app: App):
    """Pages, files, JSON, status and refusals: each its own type, and nosniff."""
    ocsp = "/ocsp/" + _base64(HTML)
    served = {
        **{file.path: file.content_type for file in static_files().values()},
        **{f"/app/{name}": file.content_type for name, file in app_files().items()},
        "/app/": PAGE,
        "/app/manifest.webmanifest": "application/manifest+json",
        "/holder": JSON,
        "/authentication/passkeys": JSON,
        "/jwks": JSON,
        "/.well-known/openid-configuration": JSON,
        "/crl/authsvc.crl": "application/pkix-crl",
        "/ca/authsvc.cer": "application/pkix-cert",
        "/status-lists/0": "application/statuslist+jwt",
        ocsp: "application/ocsp-response",
        "/device": PAGE,
        "/approvals": PAGE,
        "/authorize": PAGE,
        "/interaction/none": PAGE,
        "/link/none": PAGE,
        "/nowhere": PROBLEM,
        "/holder/nowhere": PROBLEM,
        "/status-lists/none": PROBLEM,
        "/.well-known/jwt-vc-issuer": JSON,
        "/ca/credentials.cer": "application/pkix-cert",
        "/credentials/types/verified-person": JSON,
        "/credentials/types/none": PROBLEM,
        "/credentials/status-lists/0": PROBLEM,
        "/healthz": JSON,
    }
    for path, kind in served.items():
        answer = await app.client.get(path)
        if answer.status_code == 303:
            continue
        found = answer.headers["content-type"]
        assert found.partition(";")[0] == kind.partition(";")[0], path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert "charset=" in found or not found.startswith("text/"), path
        # Whatever is no page of ours runs nothing, even where somebody opens it as one.
        if not found.startswith("text/html") and not path.endswith("service-worker.js"):
            assert "default-src 'none'" in answer.headers["content-security-policy"], path
            assert "script-src" not in answer.headers["content-security-policy"], path


@pytest.mark.parametrize("place", ["/app/", "/static/"])
@pytest.mark.parametrize(
    "name",
    [
        "nothing.js",
        "app.html",
        "routes.py",
        "..%2froutes.py",
        "%2e%2e%2froutes.py",
        "%2e%2e/%2e%2e/app/routes.py",
        "..%5croutes.py",
        "..;/routes.py",
        "files/app.js",
        "app.js/x.css",
        "app.js%00.html",
        "app.js%2f..%2f..%2froutes.py",
        "APP.JS",
        "app.js%20",
        "//etc/passwd",
        "%252e%252e%252froutes.py",
        "%c0%ae%c0%ae/routes.py",
    ],
)
async def test_names_that_no_file_has(client: httpx2.AsyncClient, place: str, name: str):
    """Unknown names and path tricks below the two places with files: 404, and no page."""
    answer = await client.get(httpx2.URL(f"http://127.0.0.1:9000{place}{name}"))
    assert answer.status_code == 404, answer.text
    _inert(answer)
