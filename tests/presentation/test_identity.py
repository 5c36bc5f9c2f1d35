"""Who a verifier is to wallets: its keys, its certificates, the token of its platform."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from authsvc.keyring import KeyDirectory, KeyRingBroken
from authsvc.presentation.identity import VerifierIdentity
from authsvc.verify.presentation import Prefix
from tests.makers import NOW


def client_id(identity):
    return identity.signer.client_id(Prefix.X509_HASH)


def test_it_stays_who_it_is_until_its_certificate_nears_its_end(tmp_path):
    first = VerifierIdentity.open(tmp_path, host="verifier.example", now=NOW)
    again = VerifierIdentity.open(tmp_path, host="verifier.example", now=NOW)
    assert (client_id(again), again.token) == (client_id(first), first.token)
    assert again.is_platform(first.token)
    assert not again.is_platform(first.token[:-1])

    later = NOW + timedelta(days=340)
    renewed = VerifierIdentity.open(tmp_path, host="verifier.example", now=later)
    assert client_id(renewed) != client_id(first)
    assert renewed.anchors == first.anchors
    # The key stayed, and so did the name.
    by_name = Prefix.X509_SAN_DNS
    name = "x509_san_dns:verifier.example"
    assert renewed.signer.client_id(by_name, name="verifier.example") == name


def test_its_certificate_is_that_of_an_authority_and_not_its_own(tmp_path):
    identity = VerifierIdentity.open(tmp_path, host="verifier.example", now=NOW)
    [certificate] = KeyDirectory(tmp_path).certificates("signing")
    [anchor] = identity.anchors
    certificate.verify_directly_issued_by(anchor)
    assert certificate.issuer != certificate.subject


def test_somebody_elses_certificate_is_used_and_never_replaced(tmp_path):
    own, other = KeyDirectory(tmp_path / "own"), tmp_path / "other"
    VerifierIdentity.open(own.root, host="verifier.example", now=NOW)
    # The same key, certified by an authority that is not in the directory.
    foreign = KeyDirectory(other)
    pem = (own.root / "signing" / "key.pem").read_bytes()
    key: Any = serialization.load_pem_private_key(pem, password=None)
    foreign.create_private_key("signing", "key", lambda: key)
    foreign.save_certificate("signing", "chain", own.certificates("signing")[0])

    identity = VerifierIdentity.open(other, host="other.example", now=NOW + timedelta(days=340))
    name = "verifier.example"
    assert identity.signer.client_id(Prefix.X509_SAN_DNS, name=name).endswith(name)
    with pytest.raises(KeyRingBroken):
        VerifierIdentity.open(other, host="other.example", now=NOW + timedelta(days=366))


def test_a_certificate_of_another_key_is_refused(tmp_path):
    for name in ("one", "two"):
        VerifierIdentity.open(tmp_path / name, host="verifier.example", now=NOW)
    certificate = (tmp_path / "one" / "signing" / "chain.crt").read_bytes()
    (tmp_path / "two" / "signing" / "chain.crt").write_bytes(certificate)
    with pytest.raises(KeyRingBroken):
        VerifierIdentity.open(tmp_path / "two", host="verifier.example", now=NOW)
