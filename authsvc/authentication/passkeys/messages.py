"""What a browser says of a passkey, in JSON (WebAuthn L3 sections 5.1.10.1 and 5.1.10.2).

Members that we do not need are let through and not looked at; the specification adds to them.
"""

from typing import TypeVar

import msgspec

from authsvc.authentication.errors import PasskeyRefused

# A client data document and an RSA key with its attestation are below 4 KB, in base64url.
LONGEST = 16_384

R = TypeVar("R", bound="Attestation | Assertion")


class AttestationResponse(msgspec.Struct, frozen=True):
    """What the authenticator says of the new key."""

    client_data: str = msgspec.field(name="clientDataJSON")
    attestation_object: str = msgspec.field(name="attestationObject")


class Attestation(msgspec.Struct, frozen=True):
    """`RegistrationResponseJSON`."""

    id: str
    raw_id: str = msgspec.field(name="rawId")
    type: str
    response: AttestationResponse

    def __repr__(self) -> str:
        return "Attestation()"


class AssertionResponse(msgspec.Struct, frozen=True):
    """What the authenticator signed, and for whom."""

    client_data: str = msgspec.field(name="clientDataJSON")
    authenticator_data: str = msgspec.field(name="authenticatorData")
    signature: str
    user_handle: str | None = msgspec.field(name="userHandle", default=None)


class Assertion(msgspec.Struct, frozen=True):
    """`AuthenticationResponseJSON`."""

    id: str
    raw_id: str = msgspec.field(name="rawId")
    type: str
    response: AssertionResponse

    def __repr__(self) -> str:
        return "Assertion()"


def read_assertion(text: str) -> Assertion:
    """An assertion as a page's form carries it; PasskeyRefused for anything else."""
    if len(text) > LONGEST:
        raise PasskeyRefused(log="too long")
    try:
        return msgspec.json.decode(text, type=Assertion)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        raise PasskeyRefused(log="not an assertion") from None
