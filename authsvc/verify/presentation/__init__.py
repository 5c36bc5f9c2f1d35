"""How a platform takes a certificate directly: OpenID4VP 1.0, as far as a verifier goes.

In: what a platform wants to know (DCQL), and what a wallet sent back. Out: a request, signed or
not, as a link, a QR code or an object for a browser; and a `VerifiedAnswer`, or a refusal that says
which step it was.

    query    = Query.read({"credentials": [{"id": "person", …}]})
    signer   = RequestSigner(key, [certificate])
    client   = signer.client_id(Prefix.X509_HASH)
    request  = request_by_post(client_id=client, query=query, response_uri=…)   # keep it
    link     = link_by_reference(client, request_uri)   # and there: signer.sign(request, now=…)
    answer   = read_posted(form, request)               # an Answer, or Declined
    verified = PresentationVerifier(issuer=…, keys=…).verify(answer, request, now=…, statuses=…)

The issuer has no part in this and does not learn of it. No network, no file, no memory: a request
is kept, and answered once, by whoever uses this (`authsvc verifier` does).
"""

from authsvc.verify.presentation.client_identifier import Prefix, by_address
from authsvc.verify.presentation.dcql import Query
from authsvc.verify.presentation.digital_credentials import browser_request
from authsvc.verify.presentation.request import (
    ANY_WALLET,
    LONGEST_LINE,
    PresentationRequest,
    ResponseMode,
    VerifierInfo,
    link_by_reference,
    link_by_value,
    request_by_browser,
    request_by_post,
)
from authsvc.verify.presentation.request_object import RequestSigner
from authsvc.verify.presentation.response import (
    Answer,
    Declined,
    read_from_browser,
    read_posted,
)
from authsvc.verify.presentation.verifier import PresentationVerifier, Verified, VerifiedAnswer

__all__ = [
    "ANY_WALLET",
    "LONGEST_LINE",
    "Answer",
    "Declined",
    "Prefix",
    "PresentationRequest",
    "PresentationVerifier",
    "Query",
    "RequestSigner",
    "ResponseMode",
    "Verified",
    "VerifiedAnswer",
    "VerifierInfo",
    "browser_request",
    "by_address",
    "link_by_reference",
    "link_by_value",
    "read_from_browser",
    "read_posted",
    "request_by_browser",
    "request_by_post",
]
