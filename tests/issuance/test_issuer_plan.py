"""The plan of the OpenID conformance suite for issuers (OpenID4VCI 1.0), module by module."""

import base64
import json
from typing import Any

import cbor2
import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey

from authsvc.clients.signed import read_with_key, unverified_header
from authsvc.identifiers import b64url, from_b64url
from authsvc.verify import KnownIssuer, MdocVerifier
from tests.issuance.attested import AttestedWallet
from tests.issuance.makers import (
    BRIEF,
    MDOC,
    MDOC_BRIEF,
    PERMIT,
    PERSON,
    RESIDENCE,
    Maker,
    new_keys,
    read_certificate,
    thumbprint_in,
)
from tests.verify.mdoc_makers import TRANSCRIPT, Mdoc
from tests.whole import ISSUER

pytestmark = pytest.mark.asyncio(loop_scope="session")

DOC_TYPE = "test.authsvc.verified-person.1"
METADATA = "/.well-known/openid-credential-issuer"


@pytest.fixture(scope="session", params=["private_key_jwt", "client_attestation"])
def wallet(issuing, request):
    """The first client of the plan, and of that of HAIP."""
    return issuing.wallet() if request.param == "private_key_jwt" else AttestedWallet(issuing)


@pytest_asyncio.fixture(loop_scope="session")
async def tokens(issuing, wallet):
    """Tokens for certificates of two kinds, by scope."""
    return await wallet.authorized(issuing.zhang, scope=f"{PERSON} {BRIEF}")


def refused(response, error):
    """Whether a request was refused in these words."""
    assert response.headers["cache-control"] == "no-store"
    return (response.status_code, response.json()["error"]) == (400, error)


async def test_the_metadata_says_what_can_be_fetched(issuing):
    """oid4vci-1_0-issuer-metadata-test: complete, of one issuer, and every address its own."""
    async with issuing.service.client() as client:
        response = await client.get(METADATA)
        server = (await client.get("/.well-known/oauth-authorization-server")).json()
    assert response.headers["content-type"] == "application/json"
    found = response.json()
    assert found["credential_issuer"] == server["issuer"] == ISSUER
    assert all(found[name].startswith(ISSUER) for name in found if name.endswith("_endpoint"))
    assert "openid_credential" in server["authorization_details_types_supported"]
    assert server["pre-authorized_grant_anonymous_access_supported"] is False
    for name, kind in found["credential_configurations_supported"].items():
        assert kind["scope"] == name
        assert kind["scope"] in server["scopes_supported"]
        assert kind["proof_types_supported"]["jwt"]["proof_signing_alg_values_supported"]
        bound, paths = kind["cryptographic_binding_methods_supported"], _paths(kind)
        if kind["format"] == "mso_mdoc":
            # Appendix A.2: COSE's names, and a namespace before each element.
            assert kind["doctype"] == DOC_TYPE
            assert kind["credential_signing_alg_values_supported"] == [-7, -9]
            assert bound == ["cose_key"]
            assert [DOC_TYPE, "age_over_18"] in paths
        else:
            assert kind["format"] == "dc+sd-jwt"
            assert kind["vct"].startswith(ISSUER)
            assert kind["credential_signing_alg_values_supported"] == ["ES256"]
            assert bound == ["jwk"]
            assert (["age_over_18"] in paths) is (name not in (RESIDENCE, PERMIT))


def _paths(kind):
    return [claim["path"] for claim in kind["credential_metadata"]["claims"]]


async def test_the_metadata_is_signed_for_who_wants_it_signed(issuing):
    """oid4vci-1_0-issuer-metadata-test-signed: by a key of ours, with every member a claim."""
    async with issuing.service.client() as client:
        plain = (await client.get(METADATA, headers={"accept": "application/json, */*"})).json()
        response = await client.get(METADATA, headers={"accept": "application/jwt"})
    assert response.headers["content-type"] == "application/jwt"
    signer = await signer_of(issuing, response.text)
    typ = "openidvci-issuer-metadata+jwt"
    claims = read_with_key(response.text, signer, algorithms=("ES256",), typs={typ}).claims
    assert claims["sub"] == ISSUER
    assert {name: claims[name] for name in plain} == plain


async def test_a_certificate_is_fetched_from_the_request_to_the_notification(issuing, wallet):
    """oid4vci-1_0-issuer-happy-flow: PAR, code, token, nonce, proof, certificate, notification."""
    details = [{"type": "openid_credential", "credential_configuration_id": PERSON}]
    tokens = await wallet.authorized(issuing.zhang, authorization_details=json.dumps(details))
    assert tokens["token_type"] == "DPoP"
    [granted] = tokens["authorization_details"]
    [identifier] = granted["credential_identifiers"]
    [key] = new_keys(1)
    body = {"credential_identifier": identifier, "proofs": await wallet.proofs([key])}
    response = await wallet.ask(tokens, body)
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    [found] = response.json()["credentials"]
    await require_genuine(issuing, found["credential"], key)
    said = {"notification_id": response.json()["notification_id"]}
    for event in ("credential_accepted", "credential_deleted", "credential_deleted"):
        path = "/credentials/notification"
        told = await wallet.ask(tokens, said | {"event": event}, path=path)
        assert told.status_code == 204


@pytest.mark.parametrize("kind", [MDOC, MDOC_BRIEF])
async def test_an_mdoc_is_fetched_in_the_same_way(issuing, wallet, kind):
    """oid4vci-1_0-issuer-happy-flow with `mso_mdoc`: a device presents what it was given."""
    tokens = await wallet.authorized(issuing.zhang, scope=kind)
    keys = new_keys(2)
    body = {"credential_configuration_id": kind, "proofs": await wallet.proofs(keys)}
    response = await wallet.ask(tokens, body)
    assert response.status_code == 200, response.text
    given = [each["credential"] for each in response.json()["credentials"]]
    async with issuing.service.client() as client:
        root = (await client.get("/ca/credentials.cer")).content
        place = f"{ISSUER}/credentials/status-lists/0"
        issuer = KnownIssuer(ISSUER, anchors=[x509.load_der_x509_certificate(root)])
        revoked = (await client.get("/crl/credentials.crl")).content
        issuer.revocations.add(revoked, now=wallet.now)
        if kind == MDOC:
            status_list = (await client.get("/credentials/status-lists/0")).content
            assert issuer.statuses.add(status_list, now=wallet.now).uri == place
    verifier = MdocVerifier(issuer=ISSUER, signers=issuer.document_signers, types=[DOC_TYPE])
    for key, text in zip(keys, given, strict=True):
        private: Any = key.get_op_key("sign")
        held = Mdoc(cbor2.loads(from_b64url(text)), private, DOC_TYPE)
        found = verifier.verify(
            held.presented("age_over_18"),
            session_transcript=TRANSCRIPT,
            now=wallet.now,
            statuses=issuer.statuses,
        )
        assert found.claims == {DOC_TYPE: {"age_over_18": True}}
        assert found.holder_key_thumbprint == key.thumbprint()
        assert (found.status is not None) is (kind == MDOC)


async def test_what_may_be_spelt_otherwise_may_be(issuing, wallet, tokens):
    """oid4vci-1_0-issuer-happy-flow-additional-requests: the scheme in any case; once more."""
    for scheme in ("dpop", "DPOP"):
        body = {"credential_configuration_id": PERSON, "unheard-of": {"of": [1]}}
        body["proofs"] = await wallet.proofs(new_keys(1), iss=None)
        assert (await wallet.ask(tokens, body, scheme=scheme)).status_code == 200


async def test_two_wallets_fetch_for_one_person(issuing, wallet, tokens):
    """oid4vci-1_0-issuer-happy-flow-multiple-clients: and neither speaks with the other's token."""
    other, [key] = issuing.wallet("wallet-b"), new_keys(1)
    its_own = await other.authorized(issuing.zhang, scope=PERSON)
    [found] = await other.fetch(its_own, [key])
    assert thumbprint_in(found) == key.thumbprint()
    proofs = await other.proofs(new_keys(1))
    body = {"credential_configuration_id": PERSON, "proofs": proofs}
    assert (await other.ask(tokens, body)).status_code == 401
    assert refused(await wallet.ask(tokens, body), "invalid_proof")


async def test_nobody_needs_to_notify(issuing, wallet, tokens):
    """oid4vci-1_0-issuer-happy-flow-skip-notification: the next batch comes all the same."""
    assert len(await wallet.fetch(tokens, new_keys(1))) == 1
    refreshed = await wallet.redeem(
        grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    )
    assert len(await wallet.fetch(refreshed, new_keys(1))) == 1


async def test_a_batch_has_a_certificate_for_each_key(issuing, wallet, tokens):
    """oid4vci-1_0-issuer-batch-issuance: all for other keys, and with nothing else in common."""
    keys = new_keys(20)
    found = await wallet.fetch(tokens, keys)
    assert {*map(thumbprint_in, found)} == {key.thumbprint() for key in keys}
    digests = [{*read_certificate(each)[1]["_sd"]} for each in found]
    assert len(set.union(*digests)) == sum(map(len, digests))


async def test_a_nonce_is_ours_and_of_now(issuing, wallet, tokens):
    """oid4vci-1_0-issuer-fail-invalid-nonce: invented; of another length; used before."""
    [key] = new_keys(1)
    used = await wallet.nonce()
    good = {"credential_configuration_id": PERSON}
    for nonce, error in (
        (b64url(bytes(40)), "invalid_nonce"),
        ("invented", "invalid_nonce"),
        (used, None),
        (used, "invalid_nonce"),
    ):
        body = good | {"proofs": {"jwt": [wallet.key_proof(key, nonce)]}}
        response = await wallet.ask(tokens, body)
        assert response.status_code == 200 if error is None else refused(response, error)


async def test_a_proof_is_signed_by_the_key_that_it_shows(issuing, wallet, tokens):
    """oid4vci-1_0-issuer-fail-invalid-jwt-proof-signature: by another, altered, not at all."""
    key, other = new_keys(2)
    nonce = await wallet.nonce()
    good = wallet.key_proof(key, nonce)
    head, claims, signature = good.split(".")
    foreign = wallet.key_proof(other, nonce, header={"jwk": key.as_dict(private=False)})
    for bad in (foreign, f"{head}.{claims}.{signature[::-1]}", f"{head}.{claims}."):
        body = {"credential_configuration_id": PERSON, "proofs": {"jwt": [bad]}}
        assert refused(await wallet.ask(tokens, body), "invalid_proof")
    body = {"credential_configuration_id": PERSON, "proofs": {"jwt": [good]}}
    assert (await wallet.ask(tokens, body)).status_code == 200


async def test_a_key_attestation_is_signed_by_a_maker_we_know(issuing, wallet, tokens):
    """oid4vci-1_0-issuer-fail-invalid-key-attestation-signature: in a proof, and as one."""
    keys, nonce, now = new_keys(3), await wallet.nonce(), issuing.service.clock.now()
    stranger = Maker("somebody else", now=now)
    body = {"credential_configuration_id": PERSON}

    async def asked(maker, kind):
        word = maker.attests_keys(keys, nonce=nonce, now=now)
        if kind == "jwt":
            word = wallet.key_proof(keys[0], nonce, header={"key_attestation": word})
        return await wallet.ask(tokens, body | {"proofs": {kind: [word]}})

    for kind in ("jwt", "attestation"):
        assert refused(await asked(stranger, kind), "invalid_proof")
        response = await asked(issuing.maker, kind)
        assert response.status_code == 200, response.text
        assert len(response.json()["credentials"]) == 3
        keys, nonce = new_keys(3), await wallet.nonce()


async def test_a_request_without_proof_is_refused(wallet, tokens):
    """oid4vci-1_0-issuer-fail-missing-proof: none, an empty list, of no type that is spoken."""
    nothing: list[Any] = [None, {}, {"jwt": []}, {"cwt": ["x"]}]
    for proofs in (*nothing, {"jwt": ["x"], "attestation": ["x"]}):
        body = {"credential_configuration_id": PERSON, "proofs": proofs}
        assert refused(await wallet.ask(tokens, body), "invalid_proof")
    assert refused(
        await wallet.ask(tokens, {"credential_configuration_id": PERSON}), "invalid_proof"
    )


async def test_an_answer_is_encrypted_as_the_metadata_says_or_not_at_all(wallet, tokens):
    """oid4vci-1_0-issuer-fail-unsupported-encryption-algorithm: enc, alg, zip; in the open."""
    key = ECKey.generate_key("P-256", {"kid": "answers", "use": "enc"})
    wish: dict[str, Any] = {
        "jwk": key.as_dict(private=False) | {"alg": "ECDH-ES"},
        "enc": "A256GCM",
    }
    body = {"credential_configuration_id": PERSON, "proofs": await wallet.proofs(new_keys(1))}
    changes: list[dict[str, object]] = [
        {"enc": "A128CBC-HS256"},
        {"zip": "BR"},
        {"jwk": {**wish["jwk"], "alg": "RSA-OAEP"}},
        {},
    ]
    for changed in changes:
        asked = body | {"credential_response_encryption": wish | changed}
        assert refused(await wallet.ask(tokens, asked), "invalid_encryption_parameters")


async def test_a_kind_that_there_is_not_is_refused(wallet, tokens):
    """oid4vci-1_0-issuer-fail-unknown-credential-configuration: and one that was not granted."""
    proofs = await wallet.proofs(new_keys(1))
    body = {"credential_configuration_id": "driving-licence", "proofs": proofs}
    assert refused(await wallet.ask(tokens, body), "unknown_credential_configuration")
    body = {"credential_configuration_id": "verified-person-counter", "proofs": proofs}
    response = await wallet.ask(tokens, body)
    assert (response.status_code, response.json()["error"]) == (403, "insufficient_scope")


async def test_an_identifier_that_was_not_told_is_refused(wallet, tokens):
    """oid4vci-1_0-issuer-fail-unknown-credential-identifier: invented, or of one platform."""
    proofs = await wallet.proofs(new_keys(1))
    for identifier in ("driving-licence", f"{PERSON}.0"):
        body = {"credential_identifier": identifier, "proofs": proofs}
        assert refused(await wallet.ask(tokens, body), "unknown_credential_identifier")
    both = {"credential_identifier": PERSON, "credential_configuration_id": PERSON}
    response = await wallet.ask(tokens, {**both, "proofs": proofs})
    assert refused(response, "invalid_credential_request")


async def test_a_token_in_the_address_is_none(issuing, wallet, tokens):
    """oid4vci-1_0-issuer-fail-on-access-token-in-query: nor in the body of a JSON request."""
    proofs = await wallet.proofs(new_keys(1))
    body = {"credential_configuration_id": PERSON, "proofs": proofs}
    query = f"?access_token={tokens['access_token']}"
    async with issuing.service.client() as client:
        for address in ("/credentials", f"/credentials{query}"):
            response = await client.post(address, json=body | tokens)
            assert response.status_code == 401
            assert response.headers["www-authenticate"].startswith("Bearer")


async def signer_of(issuing, token):
    """The key of the certificate in the header, which the root of certificates has signed."""
    [shown] = unverified_header(token, longest=32_768)["x5c"]
    signer = x509.load_der_x509_certificate(base64.b64decode(shown))
    async with issuing.service.client() as client:
        root = (await client.get("/ca/credentials.cer")).content
    signer.verify_directly_issued_by(x509.load_der_x509_certificate(root))
    key = signer.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return ECKey.import_key(key).as_dict(private=False)


async def require_genuine(issuing, compact, key):
    """The certificate is for this key, and signed under the root of certificates."""
    jwt = compact.partition("~")[0]
    signer = await signer_of(issuing, jwt)
    read_with_key(jwt, signer, algorithms=("ES256",), typs={"dc+sd-jwt"})
    _, claims, shown = read_certificate(compact)
    assert claims["iss"] == ISSUER
    assert claims["cnf"]["jwk"]["x"] == key.as_dict(private=False)["x"]
    assert shown["age_over_18"] is True
    assert not {"sub", "name", "birth_date"} & set(shown)
