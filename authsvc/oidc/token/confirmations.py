"""Which key will a client's tokens be bound to? What it shows, and what it must show."""

from collections.abc import Callable
from datetime import datetime

from authsvc.clients import Client
from authsvc.clients.certificate import thumbprint
from authsvc.oidc.token.confirmation import Confirmation
from authsvc.oidc.token.dpop import DPoPProofs
from authsvc.oidc.token.errors import CertificateNeeded, DPoPProofNeeded
from authsvc.web.http import HTTPRequest, HTTPResponse

_DPOP = "dpop"


class Confirmations:
    """Finds the key of a request, at the endpoints where clients authenticate."""

    def __init__(self, proofs: DPoPProofs) -> None:
        self._proofs = proofs

    def nonce_check(self, request: HTTPRequest, *, now: datetime) -> Callable[[Client], None]:
        """What raises UseDPoPNonce for a client before its assertion is used up.

        Many send the same request again, with nothing new in it but the proof.
        """
        return lambda client: self._proofs.check_nonce(request, wanted=client.strict, now=now)

    async def confirm(
        self, request: HTTPRequest, client: Client, *, now: datetime
    ) -> Confirmation | None:
        """The DPoP key that a request proves, if it brings a proof; InvalidDPoPProof, UseDPoPNonce.

        The strict profile wants our nonce in every proof, so that none can be made beforehand.
        """
        jkt = await self._proofs.verify(request, wants_nonce=client.strict, now=now)
        return None if jkt is None else Confirmation(jkt=jkt)

    async def require(
        self, request: HTTPRequest, client: Client, *, now: datetime
    ) -> Confirmation | None:
        """What the client's tokens will be bound to, None if anybody may use them.

        As `confirm`; also DPoPProofNeeded or CertificateNeeded if the registration asks for a key
        and none is shown.
        """
        if _DPOP in request.headers:
            return await self.confirm(request, client, now=now)
        if client.tls_client_certificate_bound_access_tokens:
            if request.client_certificate is None:
                raise CertificateNeeded("a client certificate is needed")
            return Confirmation(x5t=thumbprint(request.client_certificate))
        if client.sender_constrained:
            raise DPoPProofNeeded("a DPoP proof is needed")
        return None

    def with_nonce(
        self, response: HTTPResponse, request: HTTPRequest, *, now: datetime
    ) -> HTTPResponse:
        """The answer to a request with a proof carries the nonce for the next (section 8.2)."""
        if _DPOP not in request.headers:
            return response
        return response.with_headers(("dpop-nonce", self._proofs.nonce(now=now)))
