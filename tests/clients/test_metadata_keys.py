import pytest

from authsvc.clients.client import AuthMethod
from authsvc.clients.jwks import MOST_KEYS
from authsvc.clients.metadata import read_metadata
from tests.clients.makers import SECRET, client, metadata, refusal
from tests.clients.signer import Signer, x5c

JWKS_URI = "https://platform-a.example/keys"


def keyed(method="private_key_jwt", **members):
    return metadata(client_secret=None, token_endpoint_auth_method=method, **members)


def jwks(*keys):
    return {"keys": [key.jwk if isinstance(key, Signer) else key for key in keys]}


def certified(kind="P-256", number=1):
    signer = Signer(kind, number)
    return signer.jwk | {"x5c": x5c(signer.certificate())}


@pytest.mark.parametrize("kind", ["P-256", "RSA2048", "Ed25519"])
def test_a_client_may_sign_its_assertions_with_a_key_of_its_own(kind):
    found = read_metadata(keyed(jwks=jwks(Signer(kind))))
    assert found.token_endpoint_auth_method is AuthMethod.PRIVATE_KEY_JWT
    assert found.jwks == jwks(Signer(kind))
    assert found.secret_digest is None
    assert not found.keeps_secret


@pytest.mark.parametrize("kind", ["P-384", "P-521", "X25519"])
def test_a_key_that_signs_nothing_we_verify_is_not_enough_for_assertions(kind):
    key = {"kty": "OKP", "crv": "X25519", "x": "A" * 43} if kind == "X25519" else Signer(kind)
    assert refusal(keyed(jwks=jwks(key))).field == "platform-a.jwks"


def test_a_key_for_encryption_or_another_algorithm_does_not_sign():
    for key in (Signer(use="enc"), Signer(alg="ES384"), Signer(alg="ECDH-ES")):
        assert refusal(keyed(jwks=jwks(key))).field == "platform-a.jwks"


def test_both_names_of_ed25519_are_understood():
    found = read_metadata(
        keyed(
            jwks=jwks(Signer("Ed25519", alg="Ed25519")),
            token_endpoint_auth_signing_alg="Ed25519",
        )
    )
    assert found.token_endpoint_auth_signing_alg == "EdDSA"


def test_the_algorithm_of_assertions_must_fit_a_key_and_our_list():
    document = keyed(jwks=jwks(Signer()), token_endpoint_auth_signing_alg="PS256")
    assert refusal(document).field == "platform-a.jwks"
    for alg in ("HS256", "none", "ES384"):
        document = keyed(jwks=jwks(Signer()), token_endpoint_auth_signing_alg=alg)
        assert refusal(document).field == "platform-a.token_endpoint_auth_signing_alg"


def test_the_algorithm_of_assertions_says_nothing_where_there_are_none():
    assert client(token_endpoint_auth_signing_alg="HS256").token_endpoint_auth_signing_alg is None


def test_keys_may_be_fetched_instead():
    found = read_metadata(keyed(jwks_uri=JWKS_URI))
    assert found.jwks_uri == JWKS_URI
    assert found.jwks is None


@pytest.mark.parametrize("method", ["private_key_jwt", "self_signed_tls_client_auth"])
def test_methods_that_rest_on_keys_need_keys(method):
    assert refusal(keyed(method)).field == "platform-a.jwks"


def test_keys_here_and_elsewhere_at_once_are_refused():
    assert refusal(metadata(jwks=jwks(Signer()), jwks_uri=JWKS_URI)).field == "platform-a.jwks"


@pytest.mark.parametrize("member", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
def test_a_private_key_is_refused_and_not_quoted(member):
    error = refusal(metadata(jwks=jwks(Signer(number=2), Signer().jwk | {member: "c2VjcmV0"})))
    assert error.field == "platform-a.jwks.keys[1]"
    assert "c2VjcmV0" not in str(error)


@pytest.mark.parametrize(
    "key",
    [
        pytest.param({"kty": "oct", "k": "c2VjcmV0"}, id="a symmetric key"),
        pytest.param({"kty": "oct"}, id="a symmetric key without its secret"),
        pytest.param("key", id="no object"),
        pytest.param({"kty": "RSA", "n": "AQAB", "e": "AQAB"}, id="a tiny RSA key"),
        pytest.param(Signer("RSA1024").jwk, id="RSA of 1024 bits"),
        pytest.param(Signer("RSA2048").jwk | {"e": "AQ"}, id="an exponent of one"),
        pytest.param(Signer("RSA2048").jwk | {"e": "AAAAAAAAAAAAAQAB"}, id="zeros before"),
        pytest.param({"kty": "RSA"}, id="RSA without a number"),
        pytest.param(Signer().jwk | {"x": Signer().jwk["y"]}, id="a point beside the curve"),
        pytest.param(Signer().jwk | {"x": "AQ"}, id="a short coordinate"),
        pytest.param(Signer().jwk | {"x": Signer().jwk["x"] + "="}, id="padding"),
        pytest.param(Signer().jwk | {"x": 7}, id="a number for a coordinate"),
        pytest.param({"kty": "EC", "crv": "P-256"}, id="EC without a point"),
        pytest.param({"kty": "OKP", "crv": "Ed25519", "x": "AQ"}, id="a short Ed25519 key"),
        pytest.param(Signer().jwk | {"kid": 7}, id="a number for a kid"),
        pytest.param(Signer().jwk | {"kid": "x" * 600}, id="a kid too long"),
        pytest.param(Signer().jwk | {"use": ["sig"]}, id="a list for a use"),
    ],
)
def test_an_unsound_key_is_refused_and_named(key):
    assert refusal(metadata(jwks=jwks(Signer(number=3), key))).field == "platform-a.jwks.keys[1]"


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ([], "jwks"),
        ("keys", "jwks"),
        ({}, "jwks"),
        ({"keys": "keys"}, "jwks"),
        ({"keys": []}, "jwks.keys"),
        (jwks(*(Signer(number=n) for n in range(MOST_KEYS + 1))), "jwks.keys"),
        (jwks(Signer(kid="one"), Signer(number=2, kid="one")), "jwks.keys"),
        (jwks({"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"}), "jwks.keys"),
    ],
)
def test_a_set_of_another_shape_is_refused(document, field):
    assert refusal(metadata(jwks=document)).field == f"platform-a.{field}"


def test_keys_of_types_that_we_do_not_speak_are_left_out():
    unknown = {"kty": "AKP", "alg": "ML-DSA-65", "pub": "AA"}
    assert client(jwks=jwks(unknown, Signer())).jwks == jwks(Signer())


def test_a_self_signed_certificate_stands_beside_its_key():
    found = read_metadata(keyed("self_signed_tls_client_auth", jwks=jwks(certified())))
    assert found.token_endpoint_auth_method is AuthMethod.SELF_SIGNED_TLS
    found = read_metadata(keyed("self_signed_tls_client_auth", jwks_uri=JWKS_URI))
    assert found.jwks_uri == JWKS_URI


def test_a_key_without_certificate_is_not_enough_for_a_self_signed_one():
    document = keyed("self_signed_tls_client_auth", jwks=jwks(Signer()))
    assert refusal(document).field == "platform-a.jwks"


@pytest.mark.parametrize(
    "chain",
    [
        pytest.param([], id="none"),
        pytest.param("text", id="no list"),
        pytest.param([7], id="a number"),
        pytest.param(["AAAA"], id="no certificate"),
        pytest.param(x5c(Signer(number=4).certificate()), id="another key's"),
        pytest.param(x5c(Signer().certificate()) * 6, id="six"),
    ],
)
def test_a_certificate_must_be_the_keys_own(chain):
    error = refusal(metadata(jwks=jwks(Signer().jwk | {"x5c": chain})))
    assert error.field == "platform-a.jwks.keys[0].x5c"


SUBJECTS = {
    "tls_client_auth_subject_dn": "CN=platform a,O=nobody,C=CN",
    "tls_client_auth_san_dns": "platform-a.example",
    "tls_client_auth_san_uri": "https://platform-a.example/client",
    "tls_client_auth_san_ip": "2001:db8::1",
    "tls_client_auth_san_email": "client@platform-a.example",
}


@pytest.mark.parametrize("member", SUBJECTS)
def test_a_certificate_is_named_in_one_way(member):
    found = read_metadata(keyed("tls_client_auth", **{member: SUBJECTS[member]}))
    assert getattr(found, member) == SUBJECTS[member]
    others = {name: value for name, value in SUBJECTS.items() if name != member}
    error = refusal(keyed("tls_client_auth", **dict([next(iter(others.items()))]), **{member: "x"}))
    assert error.field == "platform-a.tls_client_auth_subject_dn"


def test_a_certificate_must_be_named():
    assert refusal(keyed("tls_client_auth")).field == "platform-a.tls_client_auth_subject_dn"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("tls_client_auth_subject_dn", "no name"),
        ("tls_client_auth_subject_dn", ""),
        ("tls_client_auth_san_dns", "*.platform-a.example"),
        ("tls_client_auth_san_dns", "a b"),
        ("tls_client_auth_san_uri", "client"),
        ("tls_client_auth_san_ip", "localhost"),
        ("tls_client_auth_san_email", "platform-a.example"),
    ],
)
def test_a_name_of_another_kind_is_refused(member, value):
    assert refusal(keyed("tls_client_auth", **{member: value})).field == f"platform-a.{member}"


def test_the_name_of_a_certificate_is_passed_over_where_none_is_shown():
    assert client(**SUBJECTS).tls_client_auth_subject_dn is None


def test_tokens_are_bound_to_a_key_or_to_a_certificate():
    assert client(dpop_bound_access_tokens=True).sender_constrained
    assert client(tls_client_certificate_bound_access_tokens=True).sender_constrained
    both = metadata(dpop_bound_access_tokens=True, tls_client_certificate_bound_access_tokens=True)
    assert refusal(both).field == "platform-a.dpop_bound_access_tokens"


def test_a_secret_of_a_client_that_signs_is_not_kept():
    assert read_metadata(keyed(jwks=jwks(Signer())) | {"client_secret": SECRET}).secret_digest is (
        None
    )
