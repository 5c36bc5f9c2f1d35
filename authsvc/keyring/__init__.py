"""What do we sign and seal with?

In: a directory with one folder per purpose. Out: a `KeyRing` of objects that sign, seal and digest;
no caller ever sees a raw secret.

    seal       AES-256-GCM under the service key; wraps each person's own data key
    digest     HMAC-SHA-256, so that a fact can be found again without being readable
    pairwise   the PRF behind pairwise subjects; kept apart, because it must outlive all others
    oidc       signing keys by algorithm (RFC 7517, `kid` = RFC 7638 thumbprint), rotated in stages
    credential the same for what wallets hold; credential-ca vouches for them
    ca, ocsp   the certificate authority's key and its delegated OCSP responder's

The room knows nothing of people, documents or platforms: a context string is all it is told.
"""

from authsvc.keyring.digests import KeyedDigest, PairwiseKey
from authsvc.keyring.directory import KeyDirectory
from authsvc.keyring.errors import KeyRingBroken, SealBroken
from authsvc.keyring.keyring import KeyRing
from authsvc.keyring.mac import Mac
from authsvc.keyring.seals import DataKey, Sealer, Seals
from authsvc.keyring.signing import SigningKey
from authsvc.keyring.signing_keys import SigningKeys
from authsvc.keyring.stages import KeyStage, Stage

__all__ = [
    "DataKey",
    "KeyDirectory",
    "KeyRing",
    "KeyRingBroken",
    "KeyStage",
    "KeyedDigest",
    "Mac",
    "PairwiseKey",
    "SealBroken",
    "Sealer",
    "Seals",
    "SigningKey",
    "SigningKeys",
    "Stage",
]
