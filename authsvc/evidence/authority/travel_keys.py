"""The keys of two artificial states: Utopia, whose passports there are, and China's travel permits.

    keys/travel-csca-ut/, keys/travel-signer-ut/, …-cn/   private keys and present certificates
    trust/travel-anchors/                                 the authorities' certificates

A signer's key is used for three months (Doc 9303 part 12); here it stays and gets a new
certificate, which every document carries along.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from authsvc.evidence.authority.specimens.certificates import Certified
from authsvc.evidence.authority.specimens.keys import Algorithm, SpecimenKey
from authsvc.evidence.authority.specimens.states import SpecimenState
from authsvc.keyring.directory import KeyDirectory
from authsvc.keyring.errors import KeyRingBroken

TRAVEL_ANCHORS = "travel-anchors"

_COUNTRIES = ("CN", "UT")
_CSCA, _SIGNER = "travel-csca", "travel-signer"
_NAME = "key"
# Part 12 section 5: how long a signer's key is used.
_SIGNER_USE = timedelta(days=90)
_RENEW_BEFORE = timedelta(days=5)

_ALGORITHMS: Mapping[str, Algorithm] = {
    _CSCA: Algorithm("ecdsa", "sha384", curve="P-384"),
    _SIGNER: Algorithm("ecdsa", "sha256", curve="P-256"),
}
_CURVES: Mapping[str, ec.EllipticCurve] = {_CSCA: ec.SECP384R1(), _SIGNER: ec.SECP256R1()}


class TravelKeys:
    """The keys in a directory. `prepare` makes what is missing; call it under the log's lock."""

    def __init__(self, directory: Path) -> None:
        self._keys = KeyDirectory(directory / "keys")
        self._trust = KeyDirectory(directory / "trust")

    def prepare(self, *, now: datetime) -> None:
        """Makes missing keys and certificates, and renews signers that are due."""
        anchored = self._trust.names(TRAVEL_ANCHORS, ".crt")
        for country in _COUNTRIES:
            for purpose, curve in _CURVES.items():
                make = partial(ec.generate_private_key, curve)
                self._keys.create_private_key(_folder(purpose, country), _NAME, make)
            if _anchor(country) not in anchored:
                state = SpecimenState.found(country, now=now, key=self._key(_CSCA, country))
                self._save(self._trust, TRAVEL_ANCHORS, _anchor(country), state.authority)
            if not self._signer_serves(country, now):
                signer = self._state(country).document_signer(
                    now=now, key=self._key(_SIGNER, country)
                )
                self._save(self._keys, _folder(_SIGNER, country), _NAME, signer)

    def publish(self, into: KeyDirectory) -> None:
        """Copies the authorities' certificates to where another service keeps those it trusts."""
        for country in _COUNTRIES:
            into.save_certificate(TRAVEL_ANCHORS, _anchor(country), self._anchor_of(country))

    def signer(self, country: str, *, now: datetime) -> Certified:
        """The present document signer of a state."""
        self.prepare(now=now)
        certificate = self._keys.certificates(_folder(_SIGNER, country))[0]
        return _certified(self._key(_SIGNER, country), certificate)

    def _state(self, country: str) -> SpecimenState:
        return SpecimenState(
            country, _certified(self._key(_CSCA, country), self._anchor_of(country))
        )

    def _anchor_of(self, country: str) -> x509.Certificate:
        pem = (self._trust.root / TRAVEL_ANCHORS / f"{_anchor(country)}.crt").read_bytes()
        return x509.load_pem_x509_certificate(pem)

    def _signer_serves(self, country: str, now: datetime) -> bool:
        return any(
            each.not_valid_before_utc
            <= now
            < each.not_valid_before_utc + _SIGNER_USE - _RENEW_BEFORE
            for each in self._keys.certificates(_folder(_SIGNER, country))
        )

    def _key(self, purpose: str, country: str) -> SpecimenKey:
        key = self._keys.private_key(_folder(purpose, country), _NAME)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise KeyRingBroken(log=f"{purpose} is not an elliptic curve key")
        return SpecimenKey(_ALGORITHMS[purpose], key.private_numbers().private_value)

    @staticmethod
    def _save(directory: KeyDirectory, purpose: str, name: str, certified: Certified) -> None:
        certificate = x509.load_der_x509_certificate(certified.encoded)
        directory.save_certificate(purpose, name, certificate)


def _certified(key: SpecimenKey, certificate: x509.Certificate) -> Certified:
    return Certified(
        key,
        certificate.public_bytes(Encoding.DER),
        certificate.subject.public_bytes(),
        certificate.issuer.public_bytes(),
        certificate.serial_number,
    )


def _folder(purpose: str, country: str) -> str:
    return f"{purpose}-{country.lower()}"


def _anchor(country: str) -> str:
    return f"simulated-{country.lower()}"
