"""The key ring: every key of the service, opened together or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.algorithms import ES256, RS256
from authsvc.keyring.digests import KeyedDigest, PairwiseKey
from authsvc.keyring.directory import KeyDirectory
from authsvc.keyring.errors import KeyRingBroken
from authsvc.keyring.seals import Sealer
from authsvc.keyring.signing import ALGORITHMS, CREDENTIAL_ALGORITHMS, new_private_key
from authsvc.keyring.signing_keys import CREDENTIAL, PURPOSE, SigningKeys, file_name
from authsvc.settings import KeyRules

# Certificates of others, whom we trust: the operator puts them there.
ANCHORS = ("document-anchors", "register-anchors")
SECRETS = ("seal", "digest", "pairwise")
# Authorities and their responder: one P-256 key each, in a file named as its folder.
SINGLE = ("ca", "credential-ca", "ocsp")
# What signs, by purpose, and with which algorithms it may.
SIGNING: Mapping[str, tuple[str, ...]] = {PURPOSE: ALGORITHMS, CREDENTIAL: CREDENTIAL_ALGORITHMS}
# A directory of an older version has these two; what else is missing is not offered.
TOKENS_REQUIRED = (ES256, RS256)
# A credential lives for fourteen days at most, and is verified by its key for as long.
CREDENTIAL_RETENTION = timedelta(days=15)


@dataclass(frozen=True)
class KeyRing:
    """All keys. `directory` also holds the certificates that go with them."""

    directory: KeyDirectory
    signing: SigningKeys
    credentials: SigningKeys
    ca: ec.EllipticCurvePrivateKey
    credential_ca: ec.EllipticCurvePrivateKey
    ocsp: ec.EllipticCurvePrivateKey
    sealer: Sealer
    digests: KeyedDigest
    pairwise: PairwiseKey
    rules: KeyRules

    @classmethod
    def create(cls, root: Path, *, now: datetime, rules: KeyRules | None = None) -> Self:
        """Makes every key that is missing, touches none that is there, and opens the ring.

        `now` is the moment from which the age of a new signing key counts. Where others sign for
        the purpose already it is published first. AlgorithmUnavailable.
        """
        rules = rules or KeyRules()
        directory = KeyDirectory(root)
        for purpose in ANCHORS:
            directory.create_folder(purpose)
        for purpose in SECRETS:
            directory.create_secret(purpose, f"{purpose}-1")
        for purpose in SINGLE:
            directory.create_private_key(purpose, purpose, partial(new_private_key, ES256))
        for purpose in SIGNING:
            others = bool(directory.names(purpose, ".pem"))
            begins = now + rules.propagation if others else now
            for alg in _needed(purpose, rules):
                if not _has_key(directory, purpose, alg):
                    make = partial(new_private_key, alg)
                    directory.create_private_key(
                        purpose, file_name(alg, 1), make, signs_from=begins
                    )
        return cls.open(root, rules=rules)

    @classmethod
    def open(cls, root: Path, *, rules: KeyRules | None = None) -> Self:
        """Opens an existing ring; KeyRingBroken names what is missing or exposed."""
        directory = KeyDirectory(root)
        rules = rules or KeyRules()
        return cls(
            directory=directory,
            signing=SigningKeys(directory, retention=rules.retention, required=TOKENS_REQUIRED),
            credentials=SigningKeys(
                directory,
                retention=max(rules.retention, CREDENTIAL_RETENTION),
                purpose=CREDENTIAL,
                algorithms=SIGNING[CREDENTIAL],
                required=_needed(CREDENTIAL, rules),
            ),
            ca=_p256(directory, "ca"),
            credential_ca=_p256(directory, "credential-ca"),
            ocsp=_p256(directory, "ocsp"),
            sealer=Sealer(directory.secret("seal", "seal-1")),
            digests=KeyedDigest(directory.secret("digest", "digest-1")),
            pairwise=PairwiseKey(directory.secret("pairwise", "pairwise-1")),
            rules=rules,
        )

    def signers(self, purpose: str) -> SigningKeys:
        """The signing keys of one purpose; KeyError if nothing is signed for it."""
        return {PURPOSE: self.signing, CREDENTIAL: self.credentials}[purpose]


def _needed(purpose: str, rules: KeyRules) -> tuple[str, ...]:
    """The algorithms for which the service makes keys itself."""
    if purpose == CREDENTIAL:
        # HAIP 1.0 section 7 has ES256 known by everybody: what is there to go back to.
        return tuple(dict.fromkeys((ES256, rules.credential_signing_alg)))
    return ALGORITHMS


def _has_key(directory: KeyDirectory, purpose: str, alg: str) -> bool:
    prefix = file_name(alg, 1).removesuffix("1")
    return any(name.startswith(prefix) for name in directory.names(purpose, ".pem"))


def _p256(directory: KeyDirectory, purpose: str) -> ec.EllipticCurvePrivateKey:
    key = directory.private_key(purpose, purpose)
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise KeyRingBroken(log=f"{purpose}/{purpose}.pem is not a P-256 key")
