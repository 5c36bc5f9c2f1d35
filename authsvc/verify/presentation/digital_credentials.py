"""The same through a browser: the Digital Credentials API (OpenID4VP 1.0 appendix A).

A page asks its browser, `navigator.credentials.get({digital: {requests: [REQUEST]}})`, with what
`browser_request` makes; the browser asks a wallet, here or on a phone that is near, and tells it
the page's origin. What comes back is posted to the platform's own server, which reads its `data` by
`read_from_browser`. The holder's proof is made for the origin, so a page of another site that
relayed a request gets nothing that is of use.
"""

from datetime import datetime
from typing import Any

from authsvc.verify.presentation.errors import RequestRefused
from authsvc.verify.presentation.request import PresentationRequest
from authsvc.verify.presentation.request_object import RequestSigner

# Appendix A.1. (Requests under several signatures at once are of no use to one verifier.)
SIGNED = "openid4vp-v1-signed"
UNSIGNED = "openid4vp-v1-unsigned"


def browser_request(
    request: PresentationRequest, *, signer: RequestSigner | None, now: datetime
) -> dict[str, Any]:
    """One member of `requests`: {protocol, data}. RequestRefused for a request of another way.

    `signer` signs what has a `client_id`; a request without one needs nobody.
    """
    if not request.response_mode.goes_by_browser or bool(request.client_id) != bool(signer):
        raise RequestRefused(log="of another way, or a signer too many or too few")
    if signer is None:
        return {"protocol": UNSIGNED, "data": request.parameters}
    return {"protocol": SIGNED, "data": {"request": signer.sign(request, now=now)}}
