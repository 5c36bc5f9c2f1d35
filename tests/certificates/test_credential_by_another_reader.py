"""Another implementation (openvc-core) reads what we issue, and refuses what was tampered with.

It looks at the machine's clock, so that these credentials are of today. It is asked to trust the
root of credentials, finds keys and types where the specifications say, and knows nothing of ours.
"""

import base64
import importlib.util
import json
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.algorithms.fixed_length import fixed_length
from authsvc.certificates import RevocationReason
from authsvc.certificates.credentials import Platform, Wanted
from authsvc.certificates.status_form import StatusForm
from authsvc.identifiers import b64url, from_b64url
from tests.certificates.conftest import URL
from tests.certificates.credential_makers import (
    BRIEF,
    LASTING,
    SD_JWTS,
    Issuer,
    somebody,
    unpadded,
    verify,
)
from tests.certificates.makers import new_key, request_pem
from tests.services import missing

pytestmark = [
    pytest.mark.interop,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]

AUDIENCE, NONCE = "shop.example", "a nonce of the shop"


@pytest.fixture(autouse=True)
def oracle():
    if importlib.util.find_spec("openvc") is None:
        missing("no openvc-core: another reader's opinion was not asked")


def header_of(token: str) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(unpadded(token.partition(".")[0]))
    return header


class Reader:
    """A platform that verifies with the other library."""

    def __init__(self, issuer: Issuer, now: datetime) -> None:
        self.credentials = issuer.certificates.credentials
        self.anchors = [self.credentials.anchor(now=now)]
        self.now = now

    def key_in(self, token: str) -> dict[str, Any]:
        """By the certificate, up to the root; by `kid` where there is none."""
        from openvc.jwt_vc_issuer import resolve_jwt_vc_issuer_key
        from openvc.x5c import resolve_x5c_key

        header = header_of(token)
        if "x5c" in header:
            return resolve_x5c_key(header["x5c"], URL, trust_anchors=self.anchors, now=self.now)
        return resolve_jwt_vc_issuer_key(URL, header["kid"], fetch=self._fetched)

    def _fetched(self, url: str) -> dict[str, Any]:
        assert url == f"{URL}/.well-known/jwt-vc-issuer"
        document: dict[str, Any] = json.loads(self.credentials.issuer_metadata(now=self.now))
        return document

    def verify(self, presentation: str, **more: Any) -> dict[str, Any]:
        """The claims of a presentation that is right."""
        from openvc.proof.sd_jwt import SdJwtVcProofSuite

        key = self.key_in(presentation)
        return SdJwtVcProofSuite().verify(presentation, public_key_jwk=key, **more).claims

    def check_type(self, claims: dict[str, Any]) -> None:
        """Whether everything that the type calls mandatory is there."""
        from openvc.type_metadata import validate_type_metadata

        def resolve(url: str) -> bytes:
            where, _, name = url.rpartition("/")
            assert where == f"{URL}/credentials/types"
            return self.credentials.type_metadata(name)

        found = validate_type_metadata(claims, vct=claims["vct"], resolve=resolve)
        assert len(found.claims) > len(claims.keys() - {"_sd", "_sd_alg", "status"}) - 1


async def test_it_accepts_every_kind_bound_to_its_holder(https_issuer, keyring, today):
    from openvc.keys import P256SigningKey
    from openvc.proof.sd_jwt import SdJwtVcProofSuite

    reader = Reader(https_issuer, today)
    for kind in SD_JWTS:
        holder = new_key()
        platform = Platform("square.example", "a pseudonym") if kind.names_subject else None
        [issued] = await https_issuer.issue(
            somebody(keyring, today),
            now=today,
            kind=kind,
            wanted=[Wanted(holder.public_key(), platform)],
        )
        presented = SdJwtVcProofSuite().create_presentation(
            issued, holder_key=P256SigningKey(holder, "of the holder"), audience=AUDIENCE,
            nonce=NONCE,
        )  # fmt: skip
        claims = reader.verify(
            presented,
            audience=AUDIENCE,
            nonce=NONCE,
            require_key_binding=True,
            expected_vct=f"{URL}/credentials/types/{kind.type_name}",
        )
        if kind.department is None:
            assert claims["age_over_18"] is True
        else:
            assert claims["attested_by"] == "https://residence.example"
            assert set(kind.attributes) <= set(claims)
        assert claims.get("sub") == (platform and platform.subject)
        reader.check_type(claims)


async def test_it_refuses_what_was_tampered_with(https_issuer, https_desk, keyring, today):
    """A value, a signature, another's certificate: each is refused."""
    from openvc import OpenvcError

    reader = Reader(https_issuer, today)
    [issued] = await https_issuer.issue(somebody(keyring, today), now=today, kind=BRIEF)
    assert reader.verify(issued)["assurance"] == "chip-and-face"
    token, first, *rest = issued.split("~")
    salt, name, value = json.loads(from_b64url(first))
    forged = b64url(json.dumps([salt, name, not value]).encode())
    head, payload, signature = token.split(".")
    device_key = new_key()
    device = await https_desk.issue(
        now=today, subscriber_id=uuid4(), request=request_pem(device_key)
    )
    own = b64url(
        json.dumps({**header_of(issued), "x5c": [base64.b64encode(device.der).decode()]}).encode()
    )
    signed = device_key.sign(f"{own}.{payload}".encode(), ec.ECDSA(hashes.SHA256()))
    of_a_device = f"{own}.{payload}.{b64url(fixed_length(signed))}"
    for tampered in (
        "~".join((token, forged, *rest)),
        "~".join((token, first, forged, *rest)),
        "~".join((f"{head}.{payload}.{signature[::-1]}", first, *rest)),
        "~".join((of_a_device, first, *rest)),
    ):
        with pytest.raises(OpenvcError):
            reader.verify(tampered)


async def test_it_reads_our_status_list(https_issuer, https_desk, keyring, today, clock):
    from openvc.status.token_status_list import check_token_status

    reader = Reader(https_issuer, today)
    person = somebody(keyring, today)
    [issued] = await https_issuer.issue(person, now=today, kind=LASTING)
    claims = reader.verify(issued)

    async def status() -> int:
        token = (await https_issuer.lists.current(0, now=clock.now())).token.decode()

        def resolve(uri: str) -> dict[str, Any]:
            told: dict[str, Any] = json.loads(verify(token, reader.key_in(token)).payload)
            assert told["sub"] == uri
            return told

        found = check_token_status(claims, resolve_status_list_token=resolve)
        assert found is not None
        return found.status

    async def status_in_cbor() -> int:
        """The same list as a CWT, verified by its own certificate up to the root."""
        token = (await https_issuer.lists.current(0, form=StatusForm.CWT, now=clock.now())).token
        told = read_cwt(token, reader)

        def resolve(uri: str) -> dict[str, Any]:
            assert told[2] == uri
            listed = {**told[65533], "lst": b64url(told[65533]["lst"])}
            return {"sub": told[2], "iat": told[6], "exp": told[4], "status_list": listed}

        found = check_token_status(claims, resolve_status_list_token=resolve)
        assert found is not None
        return found.status

    seen = [await status()]
    for act in (
        https_desk.revoke(RevocationReason.CERTIFICATE_HOLD, now=today, subscriber_id=person.id),
        https_desk.release(subscriber_id=person.id),
        https_desk.forget(person.id, now=today),
    ):
        await act
        clock.advance(seconds=30)
        seen.append(await status())
        assert await status_in_cbor() == seen[-1]
    assert seen == [0, 2, 0, 1]


def read_cwt(token: bytes, reader: Reader) -> dict[int, Any]:
    """The claims of a CWT, by the certificate that it brings."""
    from openvc import cbor, cose
    from openvc.x5c import resolve_x5c_key

    signed = cose.parse_sign1(cbor.decode(token))
    assert signed.protected_header == {1: -7, 16: "application/statuslist+cwt"}
    chain = [base64.b64encode(each).decode() for each in cose.x5chain_ders(signed)]
    key = resolve_x5c_key(chain, URL, trust_anchors=reader.anchors, now=reader.now)
    assert cose.verify_sign1(signed, public_jwk=key)
    found: dict[int, Any] = cbor.decode(signed.payload or b"")
    altered = replace(signed, payload=cbor.encode({**found, 6: found[6] + 1}))
    assert not cose.verify_sign1(altered, public_jwk=key)
    return found
