"""Three libraries for mdocs that others wrote: each takes what we issue, and we what they present.

And neither takes what was tampered with, as far as the other looks; we look at all of it. They go
by the clock of the machine.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from isomdoc.create.create_mdoc import create_mdoc
from isomdoc.verify.verify_mdoc import verify_device_response as isomdoc_verify
from joserfc.jwk import ECKey
from openvc.errors import OpenvcError
from openvc.mdoc import verify_device_response as openvc_verify

from authsvc.certificates.credentials import CredentialKind, Wanted
from authsvc.identifiers import from_b64url
from authsvc.verify import UNCHECKED_SIGNERS, MdocVerifier, TokenRefused
from tests.certificates.conftest import URL, https_desk, https_issuer, today
from tests.certificates.credential_makers import MDOC_BRIEF, somebody
from tests.interop.node import run_flow
from tests.verify.credential_makers import Authority, signer_extensions
from tests.verify.mdoc_makers import (
    DOC_TYPE,
    LIFETIME,
    TRADE,
    TRANSCRIPT,
    Mdoc,
    MdocIssuer,
    new_key,
    response,
)

__all__ = ["https_desk", "https_issuer", "today"]

pytestmark = pytest.mark.interop
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

FLOWS = "mdl/flows.mjs"
ELEMENTS = ("age_over_14", "age_over_18", "document_class")
TOLD: dict[str, Any] = {
    "age_over_14": True,
    "age_over_18": True,
    "document_class": "resident_identity_card",
}
OTHER = cbor2.dumps([None, None, ["Artificial handover", b"of another session"]])


@dataclass(frozen=True)
class Shown:
    """What a platform is shown, in which session, and whose root it believes."""

    response: bytes
    root: x509.Certificate
    transcript: bytes = TRANSCRIPT


@pytest.fixture
def desk(https_issuer, keyring, today):
    """Issues to somebody; their wallet holds it."""

    async def issue(*, now: datetime = today, kind: CredentialKind = MDOC_BRIEF) -> Mdoc:
        key = new_key()
        [text] = await https_issuer.issue(
            somebody(keyring, now), now=now, kind=kind, wanted=[Wanted(key.public_key())]
        )
        return Mdoc(cbor2.loads(from_b64url(text)), key)

    return issue


@pytest.fixture
async def shown(desk, https_issuer, today):
    """Something good, by our issuer and an artificial device."""
    root = https_issuer.certificates.credentials.anchor(now=today)
    return Shown((await desk()).presented(*ELEMENTS), root)


@pytest.fixture
async def tampered(desk: Any, shown: Shown, today: datetime) -> dict[str, Shown]:
    """The same, each wrong in one way."""
    mdoc, yesterday = await desk(), await desk(now=today - timedelta(days=2))
    auth = mdoc.issuer_signed["issuerAuth"]

    def altered(**members: object) -> Shown:
        return replace(shown, response=mdoc.altered("age_over_18", **members).presented(*ELEMENTS))

    def changed(change: Callable[[dict[str, Any]], object]) -> Shown:
        return replace(shown, response=mdoc.presented(*ELEMENTS, change=change))

    def digest(document: Any) -> None:
        signed = bytearray(auth[2])
        signed[signed.index(b"valueDigests") + 60] ^= 1
        document["issuerSigned"]["issuerAuth"] = [auth[0], auth[1], bytes(signed), auth[3]]

    def signature(document: Any) -> None:
        proof = document["deviceSigned"]["deviceAuth"]["deviceSignature"]
        proof[3] = proof[3][:-1] + bytes([proof[3][-1] ^ 1])

    def doc_type(document: Any) -> None:
        document["docType"] = "org.iso.18013.5.1.mDL"

    whole = mdoc.presented(*ELEMENTS)
    twice = b"\xa4" + whole[1:] + cbor2.dumps("status") + cbor2.dumps(0)
    return {
        "salt": altered(random=bytes(16)),
        "value": altered(elementValue=False),
        "digest": changed(digest),
        "device signature": changed(signature),
        "transcript": replace(shown, response=whole, transcript=OTHER),
        "doctype": changed(doc_type),
        "expired": replace(shown, response=yesterday.presented(*ELEMENTS)),
        "foreign root": replace(shown, response=whole, root=Authority("Foreign").certificate),
        "a key twice": replace(shown, response=twice),
        "something behind": replace(shown, response=whole + b"\x00"),
    }


def ours(shown: Shown, *, now: datetime) -> dict[str, Any]:
    verifier = MdocVerifier(
        issuer=URL, anchors=[shown.root], revocations=UNCHECKED_SIGNERS, types=[DOC_TYPE]
    )
    found = verifier.verify(shown.response, session_transcript=shown.transcript, now=now)
    return dict(found.claims[DOC_TYPE])


def of_openvc(shown: Shown) -> dict[str, Any]:
    [found] = openvc_verify(
        shown.response,
        trust_anchors=[shown.root],
        session_transcript=shown.transcript,
        expected_doc_type=DOC_TYPE,
    )
    return found.elements(DOC_TYPE)


def of_isomdoc(shown: Shown) -> dict[str, Any]:
    found = isomdoc_verify(shown.response, cbor2.loads(shown.transcript))
    documents: Any = found.documents
    items = documents[0].issuer_signed.namespaces[DOC_TYPE]
    return {each.element_identifier: each.element_value for each in items}


def told(cases: dict[str, Shown]) -> dict[str, Any]:
    """Cases as Node is told them."""
    return {
        name: {
            "response": base64.b64encode(each.response).decode(),
            "transcript": base64.b64encode(each.transcript).decode(),
            "roots": [each.root.public_bytes(Encoding.PEM).decode()],
        }
        for name, each in cases.items()
    }


def refused(read: Callable[[Shown], object], cases: dict[str, Shown]) -> set[str]:
    """Which of them somebody refuses, for whatever reason they give."""
    found = set()
    for name, each in cases.items():
        try:
            read(each)
        except Exception:  # noqa: BLE001  # each library has its own
            found.add(name)
    return found


@on_sqlite
async def test_all_of_them_take_what_we_issue(shown, node_directory, today):
    assert ours(shown, now=today) == of_openvc(shown) == of_isomdoc(shown) == TOLD
    about = {"cases": told({"good": shown})}
    seen = run_flow(node_directory, FLOWS, "verifies", about, {})
    assert seen == {"good": {"told": TOLD}}


@on_sqlite
async def test_what_was_tampered_with_is_refused(tampered, node_directory, today):
    for each in tampered.values():
        with pytest.raises(TokenRefused):
            ours(each, now=today)
    for each in tampered.values():
        with pytest.raises(OpenvcError):
            of_openvc(each)
    seen = run_flow(node_directory, FLOWS, "verifies", {"cases": told(tampered)}, {})
    by_mdl = {name for name, found in seen.items() if "refused" in found}
    # What the others do not look at: a map that says something twice; and isomdoc looks neither at
    # roots nor at times, nor behind the end.
    assert by_mdl == tampered.keys() - {"a key twice"}
    lenient = {"a key twice", "something behind", "expired", "foreign root"}
    assert refused(of_isomdoc, tampered) == tampered.keys() - lenient


def jwk(key: Any) -> dict[str, Any]:
    """A private key as Node reads it."""
    return dict(ECKey.import_key(key).as_dict(private=True))


@on_sqlite
async def test_their_device_presents_what_we_issue(desk, shown, node_directory, today):
    mdoc = await desk()
    document = {"docType": DOC_TYPE, "issuerSigned": dict(mdoc.issuer_signed)}
    about = {
        "document": base64.b64encode(response(document)).decode(),
        "docType": DOC_TYPE,
        "elements": ["age_over_18", "assurance"],
        "deviceKey": jwk(mdoc.key),
        "transcript": base64.b64encode(TRANSCRIPT).decode(),
    }
    presented = base64.b64decode(run_flow(node_directory, FLOWS, "presents", about, {}))
    found = ours(replace(shown, response=presented), now=today)
    assert found == {"age_over_18": True, "assurance": "chip-and-face"}
    with pytest.raises(TokenRefused):
        ours(replace(shown, response=presented, transcript=OTHER), now=today)
    for place in range(0, len(presented), 7):
        changed = presented[:place] + bytes([presented[place] ^ 1]) + presented[place + 1 :]
        # Refused, or (`nameSpaces` is called otherwise) nothing is shown any more.
        with pytest.raises((TokenRefused, KeyError)):
            ours(replace(shown, response=changed), now=today)


async def test_we_take_what_their_issuer_and_their_device_make(node_directory, today):
    authority, issuer, device = Authority(), new_key(), new_key()
    certificate = authority.certify(
        issuer.public_key(), *signer_extensions(url=URL, trade=TRADE)
    ).public_bytes(Encoding.PEM)
    about = {
        "told": {**TOLD, "age_over_18": False},
        "docType": DOC_TYPE,
        "elements": ["age_over_18", "document_class"],
        "deviceKey": jwk(device),
        "transcript": base64.b64encode(TRANSCRIPT).decode(),
        "issuerKey": jwk(issuer),
        "certificate": certificate.decode(),
        "signed": today.isoformat(),
        "validUntil": (today + LIFETIME).isoformat(),
    }
    presented = base64.b64decode(run_flow(node_directory, FLOWS, "issues", about, {}))
    shown = Shown(presented, authority.certificate)
    assert ours(shown, now=today) == {
        "age_over_18": False,
        "document_class": "resident_identity_card",
    }
    for wrong in (
        replace(shown, response=presented.replace(b"resident", b"Resident")),
        replace(shown, response=presented + b"\x00"),
        replace(shown, transcript=OTHER),
        replace(shown, root=Authority("Foreign").certificate),
    ):
        with pytest.raises(TokenRefused):
            ours(wrong, now=today)
    with pytest.raises(TokenRefused):
        ours(shown, now=today + LIFETIME + timedelta(minutes=1))


async def test_we_take_what_isomdoc_issues(today):
    authority, device = Authority(), new_key()
    maker = MdocIssuer(authority=authority)
    certificate = authority.certify(
        maker.key.public_key(), *signer_extensions(url=URL, trade=TRADE)
    )
    made = create_mdoc(DOC_TYPE, [certificate], maker.key)
    for name, value in TOLD.items():
        made.add_data_item(DOC_TYPE, name, value)
    issued = made.generate_credential(device.public_key(), today, today, today + LIFETIME)
    mdoc = Mdoc(cbor2.loads(issued), device)
    shown = Shown(mdoc.presented("age_over_18"), authority.certificate)
    assert ours(shown, now=today) == {"age_over_18": True}
    for wrong in (
        replace(shown, response=mdoc.altered("age_over_18", random=bytes(16)).presented()),
        replace(shown, response=mdoc.presented(own={DOC_TYPE: {"age_over_21": True}})),
        replace(shown, transcript=OTHER),
    ):
        with pytest.raises(TokenRefused):
            ours(wrong, now=today)
