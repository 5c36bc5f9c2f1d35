"""The two ceremonies of Web Authentication Level 3, by the library `webauthn`. Its walled file.

CBOR, COSE and the library's types and errors stay in here. What comes from a browser was written by
whoever likes to: whatever it makes of the library is a refusal, and the same one for everything.

Of section 7.1 (registration): type, challenge, origin, no foreign frame (steps 7 to 11), the
relying party, presence and verification of the person (13 to 15), backup flags (16, 17), an
algorithm that was offered (20), attestation "none" or the authenticator's own, which we do not
judge (21 to 24). Of section 7.2 (authentication): type, challenge, origin, frame (10 to 14), the
relying party, presence, verification (15 to 17), backup flags (18, 19) and the signature (21); the
counter (22) is compared by whoever keeps it.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import webauthn
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from webauthn import helpers
from webauthn.helpers import structs
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException

from authsvc.authentication.errors import PasskeyInvalid, PasskeyRefused
from authsvc.authentication.passkeys.messages import LONGEST, Assertion, Attestation
from authsvc.identifiers import from_b64url

# What every platform's authenticators speak (L3 section 5.8.5: "should include at least").
_ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
# NIST SP 800-57 part 1, table 2: 112 bits of strength.
_SMALLEST_RSA = 2048
# Asked for none, a browser may still pass on what the authenticator says of itself (L3, 5.1.3).
_ATTESTATION_FORMATS = ("none", "packed")
# L3 section 15.1: five minutes, so that whoever reads slowly or by ear is not hurried.
_TIMEOUT_MILLISECONDS = 300_000

# What hostile bytes can make of the library and the libraries below it.
_HOSTILE = (
    WebAuthnException,
    InvalidSignature,
    UnsupportedAlgorithm,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True)
class NewCredential:
    """A key that its authenticator has just made, verified."""

    id: bytes
    public_key: bytes
    sign_count: int
    backed_up: bool


@dataclass(frozen=True)
class Proof:
    """A key was used: verified, but for the counter."""

    sign_count: int
    backed_up: bool


class Ceremonies:
    """The ceremonies of one relying party: the issuer, whose host is the relying party id."""

    def __init__(self, *, issuer: str) -> None:
        self._origin = issuer
        self._rp_id = urlsplit(issuer).hostname or issuer

    def creation_options(
        self, *, challenge: bytes, handle: bytes, name: str, known: list[bytes]
    ) -> dict[str, Any]:
        """`PublicKeyCredentialCreationOptionsJSON`; `known` are the keys that are there."""
        options = webauthn.generate_registration_options(
            rp_id=self._rp_id,
            rp_name=self._rp_id,
            user_id=handle,
            user_name=name,
            challenge=challenge,
            timeout=_TIMEOUT_MILLISECONDS,
            attestation=structs.AttestationConveyancePreference.NONE,
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.REQUIRED,
                user_verification=structs.UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=each) for each in known],
            supported_pub_key_algs=_ALGORITHMS,
        )
        return helpers.options_to_json_dict(options)

    def request_options(self, *, challenge: bytes) -> dict[str, Any]:
        """`PublicKeyCredentialRequestOptionsJSON`: any passkey of ours, its person verified."""
        options = webauthn.generate_authentication_options(
            rp_id=self._rp_id,
            challenge=challenge,
            timeout=_TIMEOUT_MILLISECONDS,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        )
        return helpers.options_to_json_dict(options)

    def verify_attestation(self, attestation: Attestation, *, challenge: bytes) -> NewCredential:
        """The new key (section 7.1); PasskeyInvalid."""
        try:
            return self._registered(attestation, challenge)
        except _HOSTILE as error:
            raise PasskeyInvalid(field="credential", log=type(error).__name__) from None

    def verify_assertion(
        self, assertion: Assertion, *, challenge: bytes, public_key: bytes
    ) -> Proof:
        """That this key signed this challenge, for its own person (7.2); PasskeyRefused."""
        try:
            return self._proved(assertion, challenge, public_key)
        except _HOSTILE as error:
            raise PasskeyRefused(field="credential", log=type(error).__name__) from None

    def _registered(self, attestation: Attestation, challenge: bytes) -> NewCredential:
        response = attestation.response
        client_data = _bytes(response.client_data)
        attestation_object = _bytes(response.attestation_object)
        _require_public_key(attestation.type)
        _require_no_frame(client_data)
        # Before anything of it is judged: the library knows formats that nobody here asks for.
        if helpers.parse_attestation_object(attestation_object).fmt not in _ATTESTATION_FORMATS:
            raise ValueError("an attestation that was not asked for")
        verified = webauthn.verify_registration_response(
            credential=structs.RegistrationCredential(
                id=attestation.id,
                raw_id=_bytes(attestation.raw_id),
                response=structs.AuthenticatorAttestationResponse(
                    client_data_json=client_data, attestation_object=attestation_object
                ),
            ),
            expected_challenge=challenge,
            expected_rp_id=self._rp_id,
            expected_origin=self._origin,
            require_user_verification=True,
            supported_pub_key_algs=_ALGORITHMS,
        )
        # NOTE: the library takes the id from inside and does not compare it with the one outside.
        if verified.credential_id != from_b64url(attestation.raw_id):
            raise ValueError("two credential ids")
        _require_usable(verified.credential_public_key)
        return NewCredential(
            id=verified.credential_id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            backed_up=verified.credential_backed_up,
        )

    def _proved(self, assertion: Assertion, challenge: bytes, public_key: bytes) -> Proof:
        response = assertion.response
        client_data = _bytes(response.client_data)
        _require_public_key(assertion.type)
        _require_no_frame(client_data)
        verified = webauthn.verify_authentication_response(
            credential=structs.AuthenticationCredential(
                id=assertion.id,
                raw_id=_bytes(assertion.raw_id),
                response=structs.AuthenticatorAssertionResponse(
                    client_data_json=client_data,
                    authenticator_data=_bytes(response.authenticator_data),
                    signature=_bytes(response.signature),
                ),
            ),
            expected_challenge=challenge,
            expected_rp_id=self._rp_id,
            expected_origin=self._origin,
            credential_public_key=public_key,
            # Compared with nothing: the library would do it before it has seen the signature.
            credential_current_sign_count=0,
            require_user_verification=True,
        )
        return Proof(verified.new_sign_count, verified.credential_backed_up)


def _bytes(text: str) -> bytes:
    if len(text) > LONGEST:
        raise ValueError("too long")
    return from_b64url(text)


def _require_public_key(kind: str) -> None:
    if kind != structs.PublicKeyCredentialType.PUBLIC_KEY.value:
        raise ValueError("another kind of credential")


def _require_no_frame(client_data: bytes) -> None:
    """Nobody shows our pages inside theirs (steps 10 and 13), which the library does not check."""
    if helpers.parse_client_data_json(client_data).cross_origin:
        raise ValueError("made inside somebody else's page")


def _require_usable(public_key: bytes) -> None:
    """A key that no signature could ever be verified by is refused now, and a small one as well."""
    decoded = helpers.decode_credential_public_key(public_key)
    key = helpers.decoded_public_key_to_cryptography(decoded)
    if isinstance(key, RSAPublicKey) and key.key_size < _SMALLEST_RSA:
        raise ValueError("a small RSA key")
