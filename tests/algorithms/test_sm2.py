"""SM2 by the system's libcrypto, beside the system's `openssl`; and where there is none."""

import ctypes
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from authsvc.algorithms import ALGORITHMS, ES256, SM2, AlgorithmUnavailable, libcrypto, public_jwk
from authsvc.algorithms.fixed_length import der_signature, fixed_length
from authsvc.algorithms.private_keys import private_pem, read_private_pem
from authsvc.algorithms.sm2_key import IDENTIFIER
from tests.services import missing

ROOT = Path(__file__).parents[2]
ROW = ALGORITHMS[SM2]
TEXT = b"what is signed"


def openssl(*arguments, check=True):
    if shutil.which("openssl") is None:
        missing("no openssl on the path")
    return subprocess.run(["openssl", *map(str, arguments)], check=check, capture_output=True)


def pkeyutl(*arguments, check=True):
    identifier = f"distid:{IDENTIFIER.decode()}"
    return openssl(
        "pkeyutl", "-rawin", "-digest", "sm3", "-pkeyopt", identifier, *arguments, check=check
    )


def test_openssl_takes_what_we_sign(tmp_path):
    key = ROW.keys.generate()
    (tmp_path / "key.pem").write_bytes(private_pem(key))
    (tmp_path / "text").write_bytes(TEXT)
    (tmp_path / "signature").write_bytes(der_signature(ROW.signer(key)(TEXT)))
    asked = ("-verify", "-inkey", tmp_path / "key.pem", "-in", tmp_path / "text")
    found = pkeyutl(*asked, "-sigfile", tmp_path / "signature")
    assert b"Verified Successfully" in found.stdout
    (tmp_path / "text").write_bytes(TEXT + b".")
    refused = pkeyutl(*asked, "-sigfile", tmp_path / "signature", check=False)
    assert refused.returncode != 0


def test_we_take_what_openssl_signs_with_a_key_that_it_made(tmp_path):
    openssl("genpkey", "-algorithm", "SM2", "-out", tmp_path / "key.pem")
    key = read_private_pem((tmp_path / "key.pem").read_bytes())
    (tmp_path / "text").write_bytes(TEXT)
    verify = ROW.verifier(key.public_key())
    for _ in range(8):
        made = pkeyutl("-sign", "-inkey", tmp_path / "key.pem", "-in", tmp_path / "text").stdout
        r, s = decode_dss_signature(made)
        assert fixed_length(made) == r.to_bytes(32, "big") + s.to_bytes(32, "big")
        verify(fixed_length(made), TEXT)


def test_openssl_of_another_name_has_not_signed_for_ours(tmp_path):
    openssl("genpkey", "-algorithm", "SM2", "-out", tmp_path / "key.pem")
    key = read_private_pem((tmp_path / "key.pem").read_bytes())
    (tmp_path / "text").write_bytes(TEXT)
    asked = ("-rawin", "-digest", "sm3", "-pkeyopt", "distid:somebody@else")
    signed = openssl(
        "pkeyutl", *asked, "-sign", "-inkey", tmp_path / "key.pem", "-in", tmp_path / "text"
    )
    with pytest.raises(InvalidSignature):
        ROW.verifier(key.public_key())(fixed_length(signed.stdout), TEXT)


def test_a_file_that_holds_no_key_of_ours_is_refused(tmp_path):
    openssl("genpkey", "-algorithm", "SM2", "-out", tmp_path / "key.pem")
    good = (tmp_path / "key.pem").read_bytes()
    other = private_pem(ROW.keys.generate()).splitlines()
    lines = good.splitlines()
    # The public half of one key, the private half of another.
    mixed = b"\n".join([*lines[:2], *other[2:]]) + b"\n"
    for pem in (mixed, good.replace(lines[1], lines[1][::-1]), b"-----BEGIN PRIVATE KEY-----\n"):
        with pytest.raises(ValueError, match=r"."):
            read_private_pem(pem)


def test_many_threads_may_use_one_key():
    key = ROW.keys.generate()
    sign, verify = ROW.signer(key), ROW.verifier(key.public_key())

    def work(number):
        text = b"%d" % number
        verify(sign(text), text)
        return number

    with ThreadPoolExecutor(8) as pool:
        assert [*pool.map(work, range(200))] == [*range(200)]


def test_a_system_without_it_is_told_what_is_missing(monkeypatch):
    libcrypto.library.cache_clear()
    monkeypatch.setattr(libcrypto, "_NAMES", ("libcrypto.so.none",))
    monkeypatch.setattr("ctypes.util.find_library", lambda name: None)
    try:
        for ask in (ROW.ready, ROW.keys.generate):
            with pytest.raises(AlgorithmUnavailable) as refusal:
                ask()
            assert refusal.value.code == "algorithm.unavailable"
            for text in (refusal.value.next_step.zh, refusal.value.next_step.en):
                assert "libcrypto" in text
    finally:
        libcrypto.library.cache_clear()


def test_one_that_was_built_without_it_or_is_too_old_is_no_use(monkeypatch):
    class Without(ctypes.CDLL):
        """A library with every function, and no SM2."""

        def __init__(self, version):
            self.version = version

        def __getattr__(self, name):
            def function(*_):
                return self.version if name == "OpenSSL_version_num" else None

            return function

    for version, reason in ((0x30000000, "without SM2"), (0x1010100F, "older")):
        with pytest.raises(AlgorithmUnavailable) as refusal:
            libcrypto.Library(Without(version))
        assert reason in refusal.value.log
    with pytest.raises(AlgorithmUnavailable, match="older"):
        libcrypto.Library(ctypes.CDLL("libm.so.6"))


PROGRAM = """
import sys
from authsvc.verify import CredentialVerifier, VerificationKeys
keys = VerificationKeys.from_jwks({"keys": [%r, %r]})
CredentialVerifier(issuer="https://id.example", keys=keys, types=["x"])
print("ctypes" in sys.modules, "authsvc.algorithms.libcrypto" in sys.modules)
CredentialVerifier(issuer="https://id.example", keys=keys, types=["x"], algorithms=["SM2"])
print("authsvc.algorithms.libcrypto" in sys.modules)
"""


def test_it_is_loaded_by_whoever_asks_for_it_and_by_nobody_else():
    jwks = [
        public_jwk(ALGORITHMS[alg], ALGORITHMS[alg].keys.generate().public_key())
        for alg in (SM2, ES256)
    ]
    path = f"import sys; sys.path[0:0] = [{str(ROOT)!r}]"
    command = [sys.executable, "-I", "-c", path + PROGRAM % tuple(jwks)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    assert ran.stdout.split() == ["False", "False", "True"]
