"""An independent reader agrees: `openssl cms -verify` over what the artificial states make."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from authsvc.evidence import tlv
from authsvc.evidence.authority.specimens.keys import Algorithm
from authsvc.evidence.emrtd.security_object import TravelSecurityObject
from tests.evidence.emrtd.makers import passport, signer, state
from tests.makers import NOW

WAYS = [
    Algorithm("pkcs1", "sha512"),
    Algorithm("pss", "sha256"),
    Algorithm("pss", "sha384"),
    Algorithm("ecdsa", "sha256"),
    Algorithm("ecdsa", "sha512", curve="P-521"),
    Algorithm("ecdsa", "sha224", curve="brainpoolP224r1"),
    Algorithm("ecdsa", "sha256", curve="brainpoolP320r1"),
    Algorithm("ecdsa", "sha256", curve="brainpoolP256r1", by_parameters=True),
]


def openssl(folder: Path, *arguments: str) -> None:
    """Runs OpenSSL in a folder; what it complains of is the test's failure."""
    run = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("way", WAYS, ids=repr)
@pytest.mark.parametrize(
    "manner", [{}, {"by_key": True}, {"in_ber": True}, {"version": 1}], ids=str
)
def test_openssl_verifies_a_security_object(
    tmp_path: Path, way: Algorithm, manner: dict[str, Any]
) -> None:
    chip = passport(signer(way), **manner)
    # The file's own tag belongs to the chip, what stands below it to CMS.
    (tmp_path / "sod.der").write_bytes(tlv.read_only_field(chip.security_object, 0x77))
    (tmp_path / "csca.der").write_bytes(state(way).authority.encoded)
    openssl(tmp_path, "x509", "-inform", "DER", "-in", "csca.der", "-out", "csca.pem")
    openssl(
        tmp_path,
        *("cms", "-verify", "-inform", "DER", "-in", "sod.der", "-out", "content"),
        *("-CAfile", "csca.pem", "-purpose", "any", "-attime", str(int(NOW.timestamp()))),
        # OpenSSL takes no path whose curves are written out, and verifies their signatures.
        *(("-noverify",) if way.by_parameters else ()),
    )
    ours = TravelSecurityObject.parse(chip.security_object).signed_data.content
    assert (tmp_path / "content").read_bytes() == ours


def test_cryptography_reads_the_certificates_and_lists() -> None:
    authority = x509.load_der_x509_certificate(state().authority.encoded)
    document_signer = x509.load_der_x509_certificate(signer().encoded)
    document_signer.verify_directly_issued_by(authority)
    listed = x509.load_der_x509_crl(state().revocation_list([signer()], now=NOW))
    public_key = authority.public_key()
    assert listed.is_signature_valid(public_key)  # type: ignore[arg-type]
    assert listed.get_revoked_certificate_by_serial_number(document_signer.serial_number)
    assert authority.public_bytes(Encoding.DER) == state().authority.encoded
