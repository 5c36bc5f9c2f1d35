"""The key directory: made once, opened whole, refused when exposed or damaged."""

import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from authsvc.algorithms import EDDSA, ES256, PS256
from authsvc.algorithms.fixed_length import fixed_length
from authsvc.keyring import KeyDirectory, KeyRing, KeyRingBroken, SigningKey
from authsvc.keyring.signing import ALGORITHMS, new_private_key
from tests.makers import NOW


def test_creating_twice_keeps_every_key(tmp_path: Path) -> None:
    first = {path: path.read_bytes() for path in _files(_created(tmp_path))}
    second = {path: path.read_bytes() for path in _files(_created(tmp_path))}
    assert first == second
    assert len(first) == 11


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
        "credential-ca/credential-ca.pem",
        "credential/es256-1.pem",
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
    _write(keyring, "ca/ca.pem", ed448.Ed448PrivateKey.generate())
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


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_signatures_verify_with_the_published_keys(keyring: KeyRing, alg: str) -> None:
    key = keyring.signing.current(alg, now=NOW)
    jwks = keyring.signing.public_jwks(now=NOW)
    published = KeySet.import_key_set(cast("Any", jwks))
    # RFC 9864 has another name for EdDSA with Ed25519; the signatures are the same.
    other = JWSRegistry.algorithms["Ed25519" if alg == EDDSA else alg]
    assert other.verify(b"hello", key.sign(b"hello"), published.get_by_kid(key.kid))
    assert not other.verify(b"hallo", key.sign(b"hello"), published.get_by_kid(key.kid))
    assert {found.thumbprint() for found in published.keys} == {jwk["kid"] for jwk in jwks["keys"]}


def test_only_public_members_are_published(keyring: KeyRing) -> None:
    for jwk in keyring.signing.public_jwks(now=NOW)["keys"]:
        assert not set(jwk) & {"d", "p", "q", "dp", "dq", "qi", "k"}


def test_of_keys_without_a_date_the_highest_number_signs(keyring: KeyRing) -> None:
    (keyring.directory.root / "oidc" / "es256-1.pem").unlink()
    _write(keyring, "oidc/es256-10.pem", ec.generate_private_key(ec.SECP256R1()))
    _write(keyring, "oidc/es256-9.pem", ec.generate_private_key(ec.SECP256R1()))
    reopened = KeyRing.open(keyring.directory.root).signing
    newest = KeyDirectory(keyring.directory.root).private_key("oidc", "es256-10")
    assert reopened.current(ES256, now=NOW).public_key() == newest.public_key()
    assert len([key for key in reopened.published(now=NOW) if key.alg == ES256]) == 2


def test_a_directory_of_an_older_version_opens_and_offers_what_it_has(keyring: KeyRing) -> None:
    for newer in ("ps256-1", "eddsa-1"):
        (keyring.directory.root / "oidc" / f"{newer}.pem").unlink()
    signing = KeyRing.open(keyring.directory.root).signing
    assert signing.algorithms == ("RS256", "ES256")
    for alg in (PS256, EDDSA):
        with pytest.raises(KeyRingBroken, match=alg):
            signing.current(alg, now=NOW)
    completed = KeyRing.create(keyring.directory.root, now=NOW).signing
    assert completed.algorithms == ALGORITHMS
    assert completed.current(ES256, now=NOW).kid == signing.current(ES256, now=NOW).kid


def test_a_key_file_that_is_not_named_for_an_algorithm_is_refused(keyring: KeyRing) -> None:
    for name in ("es384-1", "es256", "es256-x"):
        _write(keyring, f"oidc/{name}.pem", ec.generate_private_key(ec.SECP256R1()))
        with pytest.raises(KeyRingBroken, match=name):
            KeyRing.open(keyring.directory.root)
        (keyring.directory.root / "oidc" / f"{name}.pem").unlink()


def test_one_key_is_not_used_twice(keyring: KeyRing) -> None:
    folder = keyring.directory.root / "oidc"
    shutil.copy(folder / "es256-1.pem", folder / "es256-2.pem")
    with pytest.raises(KeyRingBroken, match="same key"):
        KeyRing.open(keyring.directory.root)


@pytest.mark.parametrize("date", ["yesterday", "2026-01-01T00:00:00"])
def test_a_date_that_is_no_moment_is_refused(keyring: KeyRing, date: str) -> None:
    path = keyring.directory.root / "oidc" / "es256-1.pem"
    pem = path.read_text().partition("-----BEGIN")
    path.write_text(f"Signs-From: {date}\n{pem[1]}{pem[2]}")
    with pytest.raises(KeyRingBroken, match="es256-1"):
        KeyRing.open(keyring.directory.root)


def test_a_key_with_a_date_is_still_a_key_for_others(keyring: KeyRing) -> None:
    pem = (keyring.directory.root / "oidc" / "eddsa-1.pem").read_bytes()
    assert pem.startswith(b"Signs-From: 2026-")
    key = serialization.load_pem_private_key(pem, password=None)
    assert key.public_key() == keyring.signing.current(EDDSA, now=NOW).public_key()


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "oidc").write_text("a file where a folder belongs")
    with pytest.raises(KeyRingBroken, match="oidc/es256-1"):
        KeyDirectory(tmp_path).create_private_key("oidc", "es256-1", lambda: new_private_key(ES256))
    with pytest.raises(KeyRingBroken, match="oidc/es256-1"):
        KeyDirectory(tmp_path).destroy_private_key("oidc", "es256-1")


def _created(root: Path) -> Path:
    return KeyRing.create(root, now=NOW).directory.root


def _files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def _write(
    keyring: KeyRing, place: str, key: ec.EllipticCurvePrivateKey | ed448.Ed448PrivateKey
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


@given(
    r=st.integers(1, 2**256 - 1) | st.integers(1, 2**130),
    s=st.integers(1, 2**256 - 1) | st.integers(1, 2**130),
)
def test_an_ecdsa_signature_of_any_two_numbers_has_one_length(r: int, s: int) -> None:
    expected = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    assert fixed_length(encode_dss_signature(r, s)) == expected
