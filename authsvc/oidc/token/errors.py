"""What is wrong with a key that a request shows or fails to show, or with a token's sign-in.

InvalidDPoPProof   the proof is not good for this request (RFC 9449 section 5)
UseDPoPNonce       it needs the nonce that comes with this answer (section 8)
TransactionCodeGuessed  the code of an offer was wrong too often
DPoPProofNeeded    the client's tokens are bound to a key, and it proved none (section 5)
CertificateNeeded  the client's tokens are bound to its certificate, and it showed none (RFC 8705)

InsufficientUserAuthentication   the person signed in more weakly than the client registered for
"""

from collections.abc import Sequence

from authsvc.errors import InvalidInput, NotAuthenticated, Text
from authsvc.oidc.errors import InvalidGrant, InvalidRequest, OAuthError


class InvalidDPoPProof(OAuthError, InvalidInput):
    """A proof is malformed, for another request, stale, or was used before; or a token lacks it."""

    code = "oidc.invalid_dpop_proof"
    error = "invalid_dpop_proof"
    title = Text("DPoP 证明无效", "The DPoP proof is not valid")


class UseDPoPNonce(OAuthError, InvalidInput):
    """The proof lacks our nonce, or has one that is too old."""

    code = "oidc.use_dpop_nonce"
    error = "use_dpop_nonce"
    title = Text("DPoP 证明需要服务器提供的 nonce", "The DPoP proof needs a nonce of ours")

    def __init__(self, description: str, *, nonce: str) -> None:
        super().__init__(description)
        self.nonce = nonce


class DPoPProofNeeded(InvalidRequest):
    """No proof came with a request whose tokens are to be bound to a key.

    NOTE: invalid_request, where one might read RFC 9449 as invalid_dpop_proof: nothing is wrong
    with a proof that is not there, and FAPI 2.0's test plan takes no other word.
    """

    code = "oidc.dpop_proof_needed"
    title = Text("需要 DPoP 证明", "A DPoP proof is needed")


class CertificateNeeded(InvalidRequest):
    """No client certificate came with a request whose tokens are to be bound to one."""

    code = "oidc.certificate_needed"
    title = Text("需要客户端证书", "A client certificate is needed")


class TransactionCodeGuessed(InvalidGrant):
    """The transaction code was wrong as often as it may be: nobody's is right any more."""

    code = "oidc.transaction_code_guessed"
    title = Text("交易码输错次数过多，此邀请已失效", "Too many wrong codes: this offer is over")
    next_step = Text("请在网号应用中重新生成", "Make a new offer in the app of your online number")


class InsufficientUserAuthentication(OAuthError, NotAuthenticated):
    """The sign-in behind the access token is not strong enough here (RFC 9470 section 3).

    `acr_values` are the levels of which one would do.
    """

    code = "oidc.insufficient_user_authentication"
    error = "insufficient_user_authentication"
    title = Text("登录的强度不足", "The sign-in is not strong enough")

    def __init__(self, description: str, *, acr_values: Sequence[str]) -> None:
        super().__init__(description)
        self.acr_values = tuple(acr_values)
