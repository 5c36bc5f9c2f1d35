"""The key directory: made once, opened whole, refused when exposed or damaged."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from joserfc import jws
from joserfc.jwk import KeySet

from authsvc.identifiers import b64url
from authsvc.keyring import KeyDirectory, KeyRing, KeyRingBroken, SigningKey


def test_creating_twice_keeps_every_key(tmp_path: Path) -> None:
    first = {path: path.read_bytes() for path in _files(_created(tmp_path))}
    second = {path: path.read_bytes() for path in _files(_created(tmp_path))}
    assert first == second
    assert len(first) == 7


def test_nobody_else_can_read_a_key(tmp_path: Path) -> None:
    for path in _files(_created(tmp_path)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_processes_that_create_at_once_end_with_one_key(tmp_path: Path) -> None:
    directory = KeyDirectory(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: directory.create_secret("seal", "seal-1"), range(32)))
    assert [path.name for path in (tmp_path / "seal").iterdir()] == ["seal-1.key"]


@pytest.mark.parametrize(
    "victim",
    [
        "seal/seal-1.key",
        "digest/digest-1.key",
        "pairwise/pairwise-1.key",
        "ca/ca.pem",
        "ocsp/ocsp.pem",
        "oidc/es256-1.pem",
        "oidc/rs256-1.pem",
    ],
)
def test_a_missing_exposed_or_damaged_key_is_named(keyring: KeyRing, victim: str) -> None:
    path = keyring.directory.root / victim
    content = path.read_bytes()
    path.chmod(0o640)
    with pytest.raises(KeyRingBroken, match="read by others"):
        KeyRing.open(keyring.directory.root)
    path.chmod(0o600)
    path.write_bytes(content[:20])
    with pytest.raises(KeyRingBroken, match=path.stem):
        KeyRing.open(keyring.directory.root)
    path.unlink()
    with pytest.raises(KeyRingBroken):
        KeyRing.open(keyring.directory.root)


def test_a_key_of_a_foreign_type_is_refused(keyring: KeyRing) -> None:
    _write(keyring, "ca/ca.pem", ed25519.Ed25519PrivateKey.generate())
    with pytest.raises(KeyRingBroken, match="type"):
        KeyRing.open(keyring.directory.root)


def test_a_key_on_a_foreign_curve_is_refused(keyring: KeyRing) -> None:
    _write(keyring, "ca/ca.pem", ec.generate_private_key(ec.SECP384R1()))
    with pytest.raises(KeyRingBroken, match="P-256"):
        KeyRing.open(keyring.directory.root)


def test_a_signing_key_that_does_not_fit_its_algorithm_is_refused() -> None:
    with pytest.raises(KeyRingBroken, match="ES256"):
        SigningKey(ec.generate_private_key(ec.SECP384R1()), alg="ES256")


def test_a_damaged_certificate_is_named(keyring: KeyRing) -> None:
    folder = keyring.directory.root / "document-anchors"
    (folder / "one.crt").write_text("not a certificate")
    with pytest.raises(KeyRingBroken, match="document-anchors/one"):
        keyring.directory.certificates("document-anchors")


@pytest.mark.parametrize("alg", ["ES256", "RS256"])
def test_signatures_verify_with_the_published_keys(keyring: KeyRing, alg: str) -> None:
    key = keyring.signing.current(alg)
    header = b64url(b'{"alg":"%s","kid":"%s"}' % (alg.encode(), key.kid.encode()))
    signing_input = f"{header}.{b64url(b'hello')}"
    token = f"{signing_input}.{b64url(key.sign(signing_input.encode()))}"
    published = KeySet.import_key_set(cast("Any", keyring.signing.public_jwks()))
    assert jws.deserialize_compact(token, published, algorithms=[alg]).payload == b"hello"
    assert {found.thumbprint() for found in published.keys} == {
        member["kid"] for member in keyring.signing.public_jwks()["keys"]
    }


def test_only_public_members_are_published(keyring: KeyRing) -> None:
    for jwk in keyring.signing.public_jwks()["keys"]:
        assert not set(jwk) & {"d", "p", "q", "dp", "dq", "qi", "k"}


def test_a_newer_key_signs_and_the_older_stays_published(keyring: KeyRing) -> None:
    older = keyring.signing.current("ES256")
    _write(keyring, "oidc/es256-10.pem", ec.generate_private_key(ec.SECP256R1()))
    _write(keyring, "oidc/es256-9.pem", ec.generate_private_key(ec.SECP256R1()))
    reopened = KeyRing.open(keyring.directory.root).signing
    newest = KeyDirectory(keyring.directory.root).private_key("oidc", "es256-10")
    assert reopened.current("ES256").public_key() == newest.public_key()
    assert reopened.find(older.kid) is not None
    assert len(reopened.public_jwks()["keys"]) == 4


def test_an_algorithm_without_a_key_is_refused(keyring: KeyRing) -> None:
    assert set(keyring.signing.algorithms) == {"ES256", "RS256"}
    with pytest.raises(KeyRingBroken):
        keyring.signing.current("PS256")


def _created(root: Path) -> Path:
    return KeyRing.create(root).directory.root


def _files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def _write(
    keyring: KeyRing, place: str, key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
) -> None:
    path = keyring.directory.root / place
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    path.chmod(0o600)
