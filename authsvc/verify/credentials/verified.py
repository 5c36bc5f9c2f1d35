"""What a genuine presentation says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authsvc.verify.statuses.status import Status


@dataclass(frozen=True, repr=False)
class VerifiedPresentation:
    """An online certificate that its holder has shown to this verifier, in answer to this nonce.

    `type` is the `vct`. `claims` is all that was shown, but for `cnf` and `status`: these are for
    verifying alone, and two platforms that kept them could compare. `subject` is who they are to
    this platform, `sector` the platform that the certificate was made for; None in a certificate
    that names nobody. `status` is None for one that has none (it is over too soon to need one), and
    VALID as of `status_as_of` otherwise. `binding` is all that the holder signed. `signer_chain` is
    the certificate of the issuer's signer as it came (`x5c`), the same for all of a day: what is
    kept for an auditor is verified by it when the key is no longer published.
    """

    issuer: str
    type: str
    claims: Mapping[str, Any]
    subject: str | None
    sector: str | None
    issued_at: datetime
    expires_at: datetime
    holder_key_thumbprint: str
    status: Status | None
    status_as_of: datetime | None
    bound_at: datetime
    binding: Mapping[str, Any]
    signer_chain: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"VerifiedPresentation(type={self.type!r})"
