"""Proofs of the keys that certificates will be for (OpenID4VCI 1.0, appendix F).

    jwt           a JWT by each key, which its header shows; or one that shows the word of the
                  wallet's maker for further keys that live beside it (`key_attestation`)
    attestation   that word alone, of a maker whom the operator trusts

1. each is of its type, signed with ES256 by the key that it shows, or by a trusted maker
2. it is for us (`aud`), by this wallet (`iss`, if it says so), and made just now
3. all of them carry one nonce; whether it is good is asked afterwards (`nonces`)
4. no key comes twice, and none is shown with its secret
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.clients.errors import ClientKeyRefused, ForeignTokenRefused
from authsvc.clients.public_jwk import PublicJWK, read_public_jwk
from authsvc.clients.registered_claims import is_numeric_date
from authsvc.clients.signed import read_with_key, unverified_header
from authsvc.clients.wallet_providers import WalletProviders
from authsvc.issuance.errors import InvalidProof
from authsvc.issuance.nonces import GOOD_FOR

ALGORITHMS = ("ES256",)
JWT, ATTESTATION = "jwt", "attestation"
TYPES = (JWT, ATTESTATION)

_PROOF_TYP = frozenset({"openid4vci-proof+jwt"})
_ATTESTATION_TYP = frozenset({"key-attestation+jwt"})
# A JWT with the word for 64 keys and two certificates in it is about 20 kB.
_LONGEST = 32_768
# As for DPoP proofs: clocks of honest wallets are some seconds off.
_FUTURE = timedelta(seconds=60)


@dataclass(frozen=True)
class ProvedKeys:
    """The keys, in the order of the proofs, and the nonce that all of them were proved with."""

    keys: Sequence[ec.EllipticCurvePublicKey] = field(repr=False)
    nonce: str = field(repr=False)


class KeyProofs:
    """Reads the member `proofs` of a credential request."""

    def __init__(self, *, issuer: str, providers: WalletProviders) -> None:
        self._issuer = issuer
        self._providers = providers

    def read(
        self, proofs: Mapping[str, Sequence[str]] | None, *, client_id: str, now: datetime
    ) -> ProvedKeys:
        """What is proved, its nonce not yet used up; InvalidProof."""
        if not proofs or len(proofs) != 1:
            raise InvalidProof("proofs of one type are needed", field="proofs")
        ((kind, sent),) = proofs.items()
        if kind not in TYPES or not sent:
            raise InvalidProof("a proof type that is not spoken, or no proof", field="proofs")
        if kind == ATTESTATION:
            found = [self._attestation(each, now=now) for each in sent]
        else:
            alone = len(sent) == 1
            found = [self._jwt(each, client_id, alone=alone, now=now) for each in sent]
        return _together(found)

    def _jwt(self, proof: str, client_id: str, *, alone: bool, now: datetime) -> "_Read":
        # 1.
        header = _header_of(proof)
        if "kid" in header or "x5c" in header:
            raise InvalidProof("the key is shown as jwk")
        try:
            key = read_public_jwk(header.get("jwk"))
            signed = read_with_key(
                proof, header["jwk"], algorithms=ALGORITHMS, typs=_PROOF_TYP, longest=_LONGEST
            )
        except (ForeignTokenRefused, ClientKeyRefused):
            raise InvalidProof("a proof is not signed by its key, or not a proof") from None
        # 2.
        claims = signed.claims
        if claims.get("aud") != self._issuer:
            raise InvalidProof("aud is not the credential issuer")
        if claims.get("iss", client_id) != client_id:
            raise InvalidProof("iss is another client")
        _check_time(claims, now=now)
        # 3.
        nonce = _nonce_of(claims)
        attested = header.get("key_attestation")
        if attested is None:
            return _Read((key,), nonce)
        word = self._attestation(attested, now=now)
        if word.nonce != nonce or key.thumbprint not in {each.thumbprint for each in word.keys}:
            raise InvalidProof("the key attestation is for other keys")
        # Each key gets its certificate, whether it has signed itself or its maker speaks for it.
        return word if alone else _Read((key,), nonce)

    def _attestation(self, attestation: object, *, now: datetime) -> "_Read":
        if not isinstance(attestation, str):
            raise InvalidProof("a key attestation is a JWT")
        try:
            signed = self._providers.read(
                attestation, typs=_ATTESTATION_TYP, longest=_LONGEST, now=now
            )
            listed = signed.claims.get("attested_keys")
            if not isinstance(listed, list) or not listed:
                raise InvalidProof("attested_keys is missing")
            keys = tuple(read_public_jwk(each) for each in listed)
        except (ForeignTokenRefused, ClientKeyRefused):
            raise InvalidProof("a key attestation is not signed by a maker we know") from None
        _check_time(signed.claims, now=now)
        return _Read(keys, _nonce_of(signed.claims))


@dataclass(frozen=True)
class _Read:
    keys: Sequence[PublicJWK] = field(repr=False)
    nonce: str = field(repr=False)


def _together(found: Sequence[_Read]) -> ProvedKeys:
    if len({each.nonce for each in found}) != 1:
        raise InvalidProof("the proofs of a request carry one nonce")
    # 4.
    keys = [key for each in found for key in each.keys]
    if len({key.thumbprint for key in keys}) != len(keys):
        raise InvalidProof("each certificate is for a key of its own")
    return ProvedKeys([_on_p256(key) for key in keys], found[0].nonce)


def _on_p256(key: PublicJWK) -> ec.EllipticCurvePublicKey:
    found = key.key.public_key
    if not isinstance(found, ec.EllipticCurvePublicKey) or key.crv != "P-256":
        raise InvalidProof("certificates are for keys of P-256")
    return found


def _header_of(proof: str) -> dict[str, Any]:
    try:
        return unverified_header(proof, longest=_LONGEST)
    except ForeignTokenRefused:
        raise InvalidProof("a proof is malformed") from None


def _check_time(claims: Mapping[str, Any], *, now: datetime) -> None:
    """`iat` within the life of a nonce; `exp`, where it is said, to come."""
    at, issued, expires = now.timestamp(), claims.get("iat"), claims.get("exp")
    future = _FUTURE.total_seconds()
    if not is_numeric_date(issued) or issued > at + future:
        raise InvalidProof("iat is missing or to come")
    if expires is None:
        if issued < at - GOOD_FOR.total_seconds() - future:
            raise InvalidProof("a proof is too old")
    elif not is_numeric_date(expires) or expires <= at:
        raise InvalidProof("a proof is over")


def _nonce_of(claims: Mapping[str, Any]) -> str:
    nonce = claims.get("nonce")
    if not isinstance(nonce, str):
        raise InvalidProof("nonce is missing")
    return nonce
