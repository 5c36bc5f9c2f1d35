"""openvc, a library for online certificates that others wrote: each takes what the other makes.

And neither takes what was tampered with. openvc goes by the clock of the machine.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from openvc import P256SigningKey
from openvc.errors import OpenvcError
from openvc.proof.sd_jwt import SdJwtVcProofSuite
from openvc.status.token_status_list import (
    check_token_status,
    encode_status_list,
    new_status_list,
    set_status,
)
from openvc.x5c import resolve_x5c_key

from authsvc.identifiers import b64url, from_b64url
from authsvc.verify import (
    CredentialRevoked,
    CredentialSuspended,
    KnownRevocations,
    KnownStatuses,
    StatusListVerifier,
    TokenRefused,
    VerificationKeys,
)
from tests.oidc.jwt_makers import private_key, unverified
from tests.verify.credential_makers import (
    AUDIENCE,
    LIST,
    NONCE,
    TYPE,
    Authority,
    Holder,
    disclosure,
    issued,
    named_keys,
    public_key,
    signer_extensions,
    status_list,
    verifier,
    x5c,
)
from tests.verify.makers import ISSUER

pytestmark = pytest.mark.interop

AUTHORITY = Authority()
SUITE = SdJwtVcProofSuite()
THEIR_ISSUER = P256SigningKey.generate("their-key")
THEIR_HOLDER = P256SigningKey.generate("their-holder")
TOLD = {"age_over_18": True, "document_class": "idcard"}
STATUS = {"status_list": {"idx": 7, "uri": LIST}}


def now() -> datetime:
    return datetime.now(UTC)


def theirs(**says: Any) -> str:
    """What openvc issues and presents: `sub` is kept back, the rest is shown."""
    text = SUITE.issue(
        {"iss": ISSUER, "sub": "kept back", **TOLD, **says},
        signing_key=THEIR_ISSUER,
        disclosable=["sub", *TOLD],
        holder_jwk=THEIR_HOLDER.public_jwk(),
        vct=TYPE,
        expires_in_s=3600,
        decoys=3,
    )
    jwt, *disclosures, _ = text.split("~")
    shown = "~".join((jwt, *disclosures[1:], ""))
    return SUITE.create_presentation(shown, holder_key=THEIR_HOLDER, audience=AUDIENCE, nonce=NONCE)


def ours(**says: Any) -> str:
    """What our makers issue and present."""
    moment = int(time.time())
    dates: dict[str, Any] = {"iat": moment - 60, "exp": moment + 3600}
    certificate = issued({**TOLD, "sub": "kept back"}, **dates | says)
    return Holder().bound(certificate.shown(*TOLD), iat=moment)


def taken_by_us(text: str, **asked: Any) -> Any:
    jwks = {"keys": [{**THEIR_ISSUER.public_jwk(), "kid": "their-key"}]}
    keys = VerificationKeys.from_jwks(jwks)
    if unverified(text)["cnf"]["jwk"] != THEIR_HOLDER.public_jwk():
        keys = named_keys()
    whole = verifier(keys=keys)
    return whole.verify(text, audience=AUDIENCE, nonce=NONCE, now=now(), **asked)


def taken_by_them(text: str) -> Any:
    key = THEIR_ISSUER.public_jwk()
    if unverified(text)["cnf"]["jwk"] != THEIR_HOLDER.public_jwk():
        key = private_key("ES256").as_dict(private=False)
    return SUITE.verify(
        text,
        public_key_jwk=key,
        audience=AUDIENCE,
        nonce=NONCE,
        require_key_binding=True,
        expected_vct=TYPE,
    )


BOTH = pytest.mark.parametrize("made", [theirs, ours], ids=["made by them", "made by us"])


@BOTH
def test_both_read_the_same_in_what_either_has_made(made):
    text = made()
    here, there = taken_by_us(text), taken_by_them(text)
    told = {name: value for name, value in there.claims.items() if name != "cnf"}
    assert dict(here.claims) == told
    assert told.items() >= TOLD.items()
    assert "sub" not in told


def tampered(text: str) -> dict[str, str]:
    jwt, first, second, binding = text.split("~")
    header, payload, signature = jwt.split(".")
    says = from_b64url(payload)
    younger = b64url(from_b64url(first).replace(b"true", b"null"))
    forged = b64url(says.replace(b"verified-person", b"verified-friend"))
    more = disclosure("salt", "age_over_16", True)
    later = b64url(from_b64url(binding.split(".")[1]).replace(NONCE.encode(), b"x" * len(NONCE)))
    return {
        "another value": f"{jwt}~{younger}~{second}~{binding}",
        "a claim more": f"{jwt}~{first}~{second}~{more}~{binding}",
        "a claim less": f"{jwt}~{first}~{binding}",
        "another order": f"{jwt}~{second}~{first}~{binding}",
        "another payload": f"{header}.{forged}.{signature}~{first}~{second}~{binding}",
        "not bound": f"{jwt}~{first}~{second}~",
        "bound to another request": "~".join(
            (jwt, first, second, ".".join((binding.split(".")[0], later, binding.split(".")[2])))
        ),
    }


@BOTH
def test_neither_takes_what_was_tampered_with(made):
    for how, text in tampered(made()).items():
        with pytest.raises(TokenRefused):
            pytest.fail(f"we took {how}: {taken_by_us(text)}")
        with pytest.raises(OpenvcError):
            pytest.fail(f"they took {how}: {taken_by_them(text)}")


def test_a_chain_that_they_follow_we_follow():
    key = private_key("ES256", "certified")
    signer = AUTHORITY.certify(public_key(key), *signer_extensions(), days=3000)
    header = x5c(signer)
    found = resolve_x5c_key(header["x5c"], ISSUER, trust_anchors=[AUTHORITY.certificate])
    assert found.items() <= key.as_dict(private=False).items()
    revocations = KnownRevocations([AUTHORITY.certificate])
    revocations.add(AUTHORITY.revocation_list(at=now() - timedelta(minutes=1)), now=now())
    whole = verifier(keys=None, anchors=[AUTHORITY.certificate], revocations=revocations)
    text = ours(key=key, header=header)
    assert whole.verify(text, audience=AUDIENCE, nonce=NONCE, now=now())
    device = AUTHORITY.certify(
        public_key(key), *signer_extensions(url="urn:authsvc:certificate:0"), days=3000
    )
    with pytest.raises(OpenvcError):
        resolve_x5c_key(x5c(device)["x5c"], ISSUER, trust_anchors=[AUTHORITY.certificate])
    with pytest.raises(TokenRefused):
        text = ours(key=key, header=x5c(device))
        whole.verify(text, audience=AUDIENCE, nonce=NONCE, now=now())


@pytest.mark.parametrize(("status", "refusal"), [(1, CredentialRevoked), (2, CredentialSuspended)])
def test_both_read_the_same_in_a_status_list_of_either(status, refusal):
    packed = new_status_list(1 << 20, bits=2)
    set_status(packed, 7, status, bits=2)
    moment = int(time.time())
    dates: dict[str, Any] = {"iat": moment, "exp": moment + 600}
    lst = {"bits": 2, "lst": encode_status_list(bytes(packed))}
    for token in (status_list(status_list=lst, **dates), status_list({7: status}, **dates)):
        found = read_by_them(token)
        assert (found.status, found.revoked, found.suspended) == (status, status == 1, status == 2)
        statuses = KnownStatuses(StatusListVerifier(issuer=ISSUER, keys=named_keys()))
        statuses.add(token, now=now())
        with pytest.raises(refusal):
            taken_by_us(ours(status=STATUS), statuses=statuses)


def read_by_them(token: bytes) -> Any:
    said = unverified(token.decode())
    return check_token_status({"status": STATUS}, resolve_status_list_token=lambda uri: said)
