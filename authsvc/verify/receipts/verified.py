"""What a genuine receipt says."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class VerifiedReceipt:
    """Some real person was verified for this platform on this day (UTC); not who.

    By OpenID Connect `platform` is the `client_id`, and `acr` and `assurance` say how strongly they
    signed in and how their identity was verified. By a certificate it is the verifier's address;
    `type` is the certificate's, `claims` the predicates that were true, `purpose` what the platform
    said it was for. `serial` is the random name of what the issuer signed, another one each time.
    """

    issuer: str
    platform: str
    day: date
    reference: str
    serial: str
    acr: str | None = None
    assurance: str | None = None
    type: str | None = None
    claims: tuple[str, ...] = ()
    purpose: str | None = None
