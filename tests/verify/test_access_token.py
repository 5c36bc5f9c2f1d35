"""An access token at a resource server: for whom it is, and whether its bearer may use it."""

from datetime import timedelta
from hashlib import sha256

import pytest

from authsvc.identifiers import b64url
from authsvc.verify import (
    AccessTokenVerifier,
    AudienceRefused,
    CertificateRefused,
    DPoPProof,
    HeaderRefused,
    IssuedInTheFuture,
    IssuerRefused,
    KeyUnknown,
    ProofForAnotherRequest,
    ProofForAnotherToken,
    ProofMalformed,
    ProofMissing,
    ProofNonceRefused,
    ProofTooOld,
    ProofUnexpected,
    TokenExpired,
    TokenMalformed,
    TokenNotYetValid,
)
from tests.makers import NOW
from tests.oidc.jwt_makers import private_key, signed
from tests.verify.makers import ISSUED, ISSUER, key_set

API = "https://api.example"
ADDRESS = f"{API}/orders"
CLIENT_KEY = private_key("ES256", "client")


def access_token(*, typ="at+jwt", key=None, **changes):
    good = {
        "iss": ISSUER,
        "aud": API,
        "sub": "a pseudonym",
        "client_id": "platform-a",
        "iat": ISSUED,
        "exp": ISSUED + 600,
        "jti": "token-1",
        "scope": "read write",
    }
    claims = {name: value for name, value in (good | changes).items() if value is not None}
    return signed(claims, key or private_key("ES256"), typ=typ)


def bound(key=CLIENT_KEY):
    return access_token(cnf={"jkt": key.thumbprint()})


def proof(token, *, key=CLIENT_KEY, alg="ES256", says=None, at="POST", nonce=None, **changes):
    good = {
        "jti": "proof-1",
        "htm": "POST",
        "htu": ADDRESS,
        "iat": ISSUED,
        "ath": b64url(sha256(token.encode()).digest()),
    }
    claims = {name: value for name, value in (good | changes).items() if value is not None}
    public = key.as_dict(private=False)
    public.pop("kid")
    header = {"typ": "dpop+jwt", "kid": None, "jwk": public} | (says or {})
    return DPoPProof(signed(claims, key, alg=alg, says=header), at, ADDRESS, nonce)


def verified(token, *, now=NOW, **shown):
    whole = AccessTokenVerifier(issuer=ISSUER, audience=API, keys=key_set())
    return whole.verify(token, now=now, **shown)


def test_a_good_token_tells_what_it_allows():
    found = verified(access_token(auth_time=ISSUED - 60, acr="urn:authsvc:acr:aal2"))
    assert (found.subject, found.client_id) == ("a pseudonym", "platform-a")
    assert (found.scopes, found.jti) == (("read", "write"), "token-1")
    assert found.expires_at - found.issued_at == timedelta(minutes=10)
    assert found.auth_time == NOW - timedelta(minutes=1)
    assert (found.acr, found.key_thumbprint, found.proof_jti) == (
        "urn:authsvc:acr:aal2",
        None,
        None,
    )
    assert "pseudonym" not in repr(found)
    assert verified(access_token(aud=["https://other.example", API]), now=NOW)


WRONG = {
    "of another issuer": (IssuerRefused, {"iss": "https://other.example"}),
    "for another": (AudienceRefused, {"aud": "https://other.example"}),
    "for nobody": (AudienceRefused, {"aud": []}),
    "over": (TokenExpired, {"exp": ISSUED - 10}),
    "from the future": (IssuedInTheFuture, {"iat": ISSUED + 11}),
    "not begun": (TokenNotYetValid, {"nbf": ISSUED + 11}),
    "an ID token": (HeaderRefused, {"typ": "JWT"}),
    "a certificate": (HeaderRefused, {"typ": "dc+sd-jwt"}),
    "of no kind": (HeaderRefused, {"typ": None}),
    "of a stranger": (KeyUnknown, {"key": private_key("ES256", "stranger")}),
    "bound in another way": (TokenMalformed, {"cnf": {"kid": "x"}}),
    "bound to nothing": (TokenMalformed, {"cnf": {"jkt": ""}}),
} | {
    f"without {name}": (TokenMalformed, {name: None})
    for name in ("iss", "aud", "sub", "client_id", "exp", "iat", "jti")
}


@pytest.mark.parametrize(("refusal", "changes"), WRONG.values(), ids=WRONG)
def test_a_token_that_is_not_for_this_is_refused(refusal, changes):
    with pytest.raises(refusal):
        verified(access_token(**changes))


# Bound to a key (RFC 9449)


def test_whoever_proves_the_key_may_use_the_token():
    token = bound()
    found = verified(token, proof=proof(token))
    assert (found.key_thumbprint, found.proof_jti) == (CLIENT_KEY.thumbprint(), "proof-1")
    for spelling in ("https://API.example:443/orders?page=2", f"{ADDRESS}#x"):
        assert verified(token, proof=proof(token, htu=spelling))


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("alg", ["PS256", "EdDSA"])
def test_a_key_of_another_type_is_as_good(alg):
    key = private_key(alg)
    token = bound(key)
    assert verified(token, proof=proof(token, key=key, alg=alg)).key_thumbprint == key.thumbprint()


def test_a_bound_token_without_a_proof_and_a_proof_without_a_bound_token_are_refused():
    with pytest.raises(ProofMissing):
        verified(bound())
    token = access_token()
    with pytest.raises(ProofUnexpected):
        verified(token, proof=proof(token))


PROOFS = {
    "of another method": (ProofForAnotherRequest, {"htm": "GET"}),
    "of another address": (ProofForAnotherRequest, {"htu": f"{API}/other"}),
    "of no address": (ProofForAnotherRequest, {"htu": "https://[x"}),
    "of another token": (ProofForAnotherToken, {"ath": "another"}),
    "by another key": (ProofForAnotherToken, {"key": private_key("ES256", "thief")}),
    "too old": (ProofTooOld, {"iat": ISSUED - 61}),
    "too early": (ProofTooOld, {"iat": ISSUED + 31}),
    "over": (ProofTooOld, {"exp": ISSUED - 30}),
    "not begun": (ProofTooOld, {"nbf": ISSUED + 31}),
    "without the nonce": (ProofNonceRefused, {"at": "POST", "nonce": "given out"}),
    "without a name": (ProofMalformed, {"jti": None}),
    "with a name that is too long": (ProofMalformed, {"jti": "x" * 257}),
    "without the token": (ProofMalformed, {"ath": None}),
    "of another kind": (ProofMalformed, {"says": {"typ": "JWT"}}),
    "without a key": (ProofMalformed, {"says": {"jwk": None}}),
    "with a key whose number is a list": (
        ProofMalformed,
        {"says": {"jwk": CLIENT_KEY.as_dict(private=False) | {"x": []}}},
    ),
    "with a secret key": (
        ProofMalformed,
        {"says": {"jwk": CLIENT_KEY.as_dict(private=True)}},
    ),
    "with a key that has not signed": (
        ProofMalformed,
        {"says": {"jwk": private_key("ES256", "thief").as_dict(private=False)}},
    ),
    "by a weak algorithm": (ProofMalformed, {"says": {"alg": "RS256"}}),
    "by a shared secret": (ProofMalformed, {"says": {"alg": "HS256"}}),
}


@pytest.mark.parametrize(("refusal", "changes"), PROOFS.values(), ids=PROOFS)
def test_a_proof_of_something_else_is_refused(refusal, changes):
    token = bound()
    with pytest.raises(refusal):
        verified(token, proof=proof(token, **changes))


def test_a_proof_has_the_nonce_that_was_given_out():
    token = bound()
    text = signed_with_nonce(token, "given out")
    assert verified(token, proof=DPoPProof(text, "POST", ADDRESS, "given out"))
    with pytest.raises(ProofNonceRefused):
        verified(token, proof=DPoPProof(text, "POST", ADDRESS, "another"))
    assert verified(token, proof=DPoPProof(text, "POST", ADDRESS))


def signed_with_nonce(token, nonce):
    public = CLIENT_KEY.as_dict(private=False)
    claims = {
        "jti": "proof-2",
        "htm": "POST",
        "htu": ADDRESS,
        "iat": ISSUED,
        "ath": b64url(sha256(token.encode()).digest()),
        "nonce": nonce,
    }
    return signed(claims, CLIENT_KEY, typ="dpop+jwt", kid=None, jwk=public)


# Bound to a certificate (RFC 8705)


def test_whoever_has_the_certificate_may_use_the_token():
    token = access_token(cnf={"x5t#S256": "thumbprint"})
    assert verified(token, certificate="thumbprint")
    for other in (None, "another", ""):
        with pytest.raises(CertificateRefused):
            verified(token, certificate=other)
