"""A wallet answers with an mdoc: posted, or through a browser (OpenID4VP 1.0 appendix B.2)."""

import base64
from datetime import timedelta
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc.jwk import ECKey

from authsvc.certificates import RevocationReason
from authsvc.certificates.credentials import Wanted
from authsvc.identifiers import from_b64url
from authsvc.verify.presentation import Query, request_by_browser
from authsvc.verify.presentation.errors import RequestRefused
from authsvc.web.errors import FetchFailed
from tests.certificates.credential_makers import MDOC, somebody
from tests.makers import NOW
from tests.presentation.conftest import IssuerAway, opened
from tests.presentation.test_digital_credentials import ORIGIN, answered
from tests.presentation.test_with_the_issuer import ADDRESS, Published, desk, service
from tests.presentation.wallet import (
    PERSON,
    Issuer,
    Request,
    answer_form,
    encrypted,
    read_request_object,
)
from tests.verify.mdoc_makers import AUTHORITY, DOC_TYPE, Mdoc, MdocIssuer

__all__ = ["desk", "service"]

MAKER = MdocIssuer()
ROOT = AUTHORITY.certificate.public_bytes(Encoding.DER)
REVOKED = AUTHORITY.revocation_list()


def query(*elements: str, **instead: Any) -> dict[str, Any]:
    """One mdoc, and elements of it."""
    claims = [{"path": [DOC_TYPE, name], "intent_to_retain": False} for name in elements]
    asked: dict[str, Any] = {
        "id": "person",
        "format": "mso_mdoc",
        "meta": {"doctype_value": DOC_TYPE},
    }
    if claims:
        asked["claims"] = claims
    return {"credentials": [asked | instead]}


def transcript(request: Request, *, origin: str | None = None, **instead: Any) -> bytes:
    """What the device signs, by the request as the wallet has read it (appendix B.2.6)."""
    told = dict(request.parameters) | instead
    thumbprint = None
    if told["response_mode"].endswith(".jwt"):
        key = ECKey.import_key(told["client_metadata"]["jwks"]["keys"][0])
        thumbprint = from_b64url(key.thumbprint())
    if origin is None:
        name = "OpenID4VPHandover"
        info = [told["client_id"], told["nonce"], thumbprint, told["response_uri"]]
    else:
        name = "OpenID4VPDCAPIHandover"
        info = [origin, told["nonce"], thumbprint]
    return cbor2.dumps([None, None, [name, sha256(cbor2.dumps(info)).digest()]])


def text(device_response: bytes) -> str:
    return base64.urlsafe_b64encode(device_response).rstrip(b"=").decode()


class WithRoot(IssuerAway):
    """Whose root lies where ours does, and what it has revoked: nobody."""

    async def get(self, url, *, accept, largest=0):
        if url.endswith("/ca/credentials.cer"):
            self.asked.append(url)
            return SimpleNamespace(body=ROOT)
        if url.endswith("/crl/credentials.crl"):
            self.asked.append(url)
            return SimpleNamespace(body=REVOKED)
        return await super().get(url, accept=accept)


@pytest.fixture
async def door(tmp_path, issuer, clock):
    """The verifier, of whose issuer the root can be fetched."""
    async with opened(tmp_path, issuer, clock, WithRoot(issuer, clock)) as found:
        yield found


async def presented(door, mdoc: Mdoc, *elements: str, asked: Any = None, **instead: Any) -> Any:
    """What becomes of an answer."""
    order = await door.orders(query=asked or query(*elements))
    request = await door.opens(order["link"])
    shown = text(mdoc.presented(*elements, transcript=transcript(request, **instead)))
    await door.answers(request, answer_form(request, {"person": [shown]}))
    return await door.result(order["id"])


@pytest.mark.parametrize("prefix", ["x509_hash", "x509_san_dns", "redirect_uri"])
@pytest.mark.parametrize("is_encrypted", [True, False], ids=["direct_post.jwt", "direct_post"])
async def test_a_wallet_posts_an_mdoc(door, prefix, is_encrypted):
    order = await door.orders(
        query=query("age_over_18"), client_id_prefix=prefix, encrypted=is_encrypted
    )
    request = await door.opens(order["link"])
    formats = request.parameters["client_metadata"]["vp_formats_supported"]
    assert formats == {
        "mso_mdoc": {"issuerauth_alg_values": [-7, -9], "deviceauth_alg_values": [-7, -9]}
    }
    assert request.parameters["dcql_query"] == query("age_over_18")
    shown = MAKER.issue().presented("age_over_18", transcript=transcript(request))
    answer = await door.answers(request, answer_form(request, {"person": [text(shown)]}))

    assert (answer.status_code, answer.json()) == (200, {})
    result = await door.result(order["id"])
    [person] = result["credentials"]["person"]
    assert person == {
        "issuer": ADDRESS,
        "type": DOC_TYPE,
        "claims": {DOC_TYPE: {"age_over_18": True}},
        "issued_at": int(NOW.timestamp()),
        "expires_at": int((NOW + timedelta(days=1)).timestamp()),
    }
    # The root is fetched when the first mdoc comes, and not for each.
    assert door.fetches.asked.count(f"{ADDRESS}/ca/credentials.cer") == 1
    assert (await presented(door, MAKER.issue(), "age_over_14"))["status"] == "presented"
    assert door.fetches.asked.count(f"{ADDRESS}/ca/credentials.cer") == 1


@pytest.mark.parametrize("prefix", ["x509_hash", "redirect_uri"], ids=["signed", "unsigned"])
@pytest.mark.parametrize("is_encrypted", [True, False], ids=["dc_api.jwt", "dc_api"])
async def test_a_browser_carries_an_mdoc(door, prefix, is_encrypted):
    order = await door.orders(
        query=query("age_over_18"),
        way="browser",
        origin=ORIGIN,
        client_id_prefix=prefix,
        encrypted=is_encrypted,
    )
    told = order["browser_request"]["data"]
    request = read_request_object(told["request"]) if "request" in told else Request(told)
    shown = MAKER.issue().presented("age_over_18", transcript=transcript(request, origin=ORIGIN))
    data: dict[str, Any] = {"vp_token": {"person": [text(shown)]}}
    if is_encrypted:
        data = {"response": encrypted(request, data)}
    answer = await answered(door, order["id"], data)
    [person] = answer.json()["credentials"]["person"]
    assert person["claims"] == {DOC_TYPE: {"age_over_18": True}}


ELSEWHERE: dict[str, dict[str, Any]] = {
    "another client": {"client_id": "x509_hash:another"},
    "another nonce": {"nonce": "another"},
    "another place": {"response_uri": "https://evil.example/responses/1"},
    "an answer that is not encrypted": {"response_mode": "direct_post"},
    "the browser": {"origin": "https://verifier.example"},
}


@pytest.mark.parametrize("instead", ELSEWHERE.values(), ids=[*ELSEWHERE])
async def test_what_was_signed_for_another_request_is_refused(door, instead):
    result = await presented(door, MAKER.issue(), "age_over_18", **instead)
    assert result == {"status": "refused", "reason": "verify.device_signature_refused"}


async def test_what_was_asked_for_has_to_be_there(door):
    mdoc = MAKER.issue({"age_over_14": True, "age_over_18": False})
    adult = query(claims=[{"path": [DOC_TYPE, "age_over_18"], "values": [True]}])
    result = await presented(door, mdoc, "age_over_18", asked=adult)
    assert result == {"status": "refused", "reason": "verify.presentation.claim_refused"}
    result = await presented(door, mdoc, "age_over_14", asked=query("age_over_18"))
    assert result == {"status": "refused", "reason": "verify.presentation.claim_missing"}
    other = query("age_over_14", meta={"doctype_value": "example.id.other.1"})
    result = await presented(door, mdoc, "age_over_14", asked=other)
    assert result == {"status": "refused", "reason": "verify.type_refused"}


@pytest.mark.parametrize("shown", ["", "=", "AA", "no base64url!", "é"])
async def test_what_is_no_device_response_is_refused(door, shown):
    order = await door.orders(query=query())
    request = await door.opens(order["link"])
    await door.answers(request, answer_form(request, {"person": [shown]}))
    assert (await door.result(order["id"]))["reason"] == "verify.mdoc_malformed"


async def test_one_form_does_not_stand_for_the_other(door, wallet):
    order = await door.orders(query=query("age_over_18"))
    request = await door.opens(order["link"])
    sd_jwt = wallet.present(request, "age_over_18", now=NOW)
    await door.answers(request, answer_form(request, {"person": [sd_jwt]}))
    assert (await door.result(order["id"]))["reason"] == "verify.mdoc_malformed"
    order = await door.orders(query=door.query("age_over_18", kind=PERSON))
    request = await door.opens(order["link"])
    shown = text(MAKER.issue().presented(transcript=transcript(request)))
    await door.answers(request, answer_form(request, {"person": [shown]}))
    assert (await door.result(order["id"]))["reason"] == "verify.malformed"


async def test_either_form_may_be_asked_for_at_once(door, wallet):
    either = {
        "credentials": [
            {**door.query("age_over_18")["credentials"][0], "id": "sd-jwt"},
            query("age_over_18", id="mdoc")["credentials"][0],
        ],
        "credential_sets": [{"options": [["sd-jwt"], ["mdoc"]]}],
    }
    order = await door.orders(query=either)
    request = await door.opens(order["link"])
    formats = request.parameters["client_metadata"]["vp_formats_supported"]
    assert formats.keys() == {"dc+sd-jwt", "mso_mdoc"}
    shown = text(MAKER.issue().presented("age_over_18", transcript=transcript(request)))
    await door.answers(request, answer_form(request, {"mdoc": [shown]}))
    assert (await door.result(order["id"]))["status"] == "presented"


WRONG = {
    "the types of the other form": {"meta": {"vct_values": [DOC_TYPE]}},
    "no type": {"meta": {}},
    "an element without a namespace": {"claims": [{"path": ["age_over_18"]}]},
    "an element in three parts": {"claims": [{"path": [DOC_TYPE, "a", "b"]}]},
    "a place in a list": {"claims": [{"path": [DOC_TYPE, 1]}]},
    "an element twice": {"claims": [{"path": [DOC_TYPE, "a"]}, {"path": [DOC_TYPE, "a"]}]},
    "a member that is not known": {"claims": [{"path": [DOC_TYPE, "a"], "retain": True}]},
    "a format that is not spoken": {"format": "ldp_vc"},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=[*WRONG])
async def test_a_query_that_is_none(door, wrong):
    body = {"query": query(**wrong), "way": "cross_device"}
    answer = await door.http.post("/presentations", json=body, headers=door.bearer)
    assert answer.json()["code"] == "verify.presentation.query_refused"


async def test_intent_to_retain_is_a_word_of_mdocs(door):
    asked = door.query()
    asked["credentials"][0]["claims"] = [{"path": ["age_over_18"], "intent_to_retain": True}]
    body = {"query": asked, "way": "cross_device"}
    answer = await door.http.post("/presentations", json=body, headers=door.bearer)
    assert answer.json()["code"] == "verify.presentation.query_refused"


async def test_a_root_that_cannot_be_had_is_no_yes(tmp_path, issuer, clock):
    async with opened(tmp_path, issuer, clock) as door:
        result = await presented(door, MAKER.issue(), "age_over_18")
    assert result == {"status": "refused", "reason": "verify.key_unknown"}


async def test_a_root_whose_list_cannot_be_had_is_no_yes(tmp_path, issuer, clock):
    class WithoutList(WithRoot):
        async def get(self, url, *, accept, largest=0):
            if url.endswith(".crl"):
                raise FetchFailed
            return await super().get(url, accept=accept)

    async with opened(tmp_path, issuer, clock, WithoutList(issuer, clock)) as door:
        result = await presented(door, MAKER.issue(), "age_over_18")
    assert result == {"status": "refused", "reason": "verify.signer_status_unknown"}


def test_nothing_is_asked_for_that_an_mdoc_cannot_answer():
    asked = Query.read(query("age_over_18"))
    by: dict[str, Any] = {"query": asked, "origin": ORIGIN}
    with pytest.raises(RequestRefused):
        request_by_browser(**by, algorithms=("SM2",))
    document = {"type": "example", "credential_ids": ["person"]}
    with pytest.raises(RequestRefused):
        request_by_browser(**by, transaction_data=[document])
    told = request_by_browser(**by, algorithms=("ES256", "EdDSA", "SM2")).parameters
    assert told["client_metadata"]["vp_formats_supported"] == {
        "mso_mdoc": {
            "issuerauth_alg_values": [-7, -9, -8, -19],
            "deviceauth_alg_values": [-7, -9],
        }
    }


class PublishedWithRoot(Published):
    """What the service publishes, with its root, and the list of that."""

    async def get(self, url, *, accept, largest=0):
        if url == f"{ADDRESS}/ca/credentials.cer":
            root = self._service.certificates.credentials.anchor(now=NOW)
            return SimpleNamespace(body=root.public_bytes(Encoding.DER))
        if url == f"{ADDRESS}/crl/credentials.crl":
            revoked = self._service.certificates.credentials.revoked_signers
            return SimpleNamespace(body=await revoked.current(now=self._clock.now()))
        return await super().get(url, accept=accept)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_the_service_issues_is_taken_until_the_number_is_frozen(
    service, desk, keyring, clock, tmp_path
):
    person = somebody(keyring, NOW)
    key = ECKey.generate_key("P-256")
    private: Any = key.get_op_key("sign")
    [issued] = await service.issue(
        person, now=NOW, kind=MDOC, wanted=[Wanted(private.public_key())]
    )
    mdoc = Mdoc(cbor2.loads(from_b64url(issued)), private)
    fetches = PublishedWithRoot(service, clock)
    async with opened(tmp_path / "verifier", Issuer(ADDRESS), clock, fetches) as door:
        [shown] = (await presented(door, mdoc, "age_over_18"))["credentials"]["person"]
        assert shown["claims"] == {DOC_TYPE: {"age_over_18": True}}
        assert shown["status"] == "valid"
        await desk.revoke(
            RevocationReason.CERTIFICATE_HOLD, now=clock.now(), subscriber_id=person.id
        )
        clock.advance(minutes=1)
        result = await presented(door, mdoc, "age_over_18")
        assert result == {"status": "refused", "reason": "verify.credential_suspended"}
