"""Why a request may not use an access token, beyond what can be wrong with any token.

ProofMissing                 the token is bound to a key, and nothing shows that key
ProofMalformed               no DPoP proof, or not signed by the key that it brings
ProofForAnotherRequest       of another method or address
ProofTooOld                  made too long ago, or a clock is wrong
ProofNonceRefused            without the nonce that was given out
ProofForAnotherToken         of another token, or by another key than the token's
ProofUnexpected              a proof with a token that is bound to no key
CertificateRefused           the token is bound to another client certificate
"""

from authsvc.errors import Text
from authsvc.verify.errors import TokenRefused

_PROVE = Text("请携带新的 DPoP 证明重试", "Send it again, with a new proof")


class ProofMissing(TokenRefused):
    """`cnf` has `jkt`, and the request has no proof (RFC 9449 section 7.1)."""

    code = "verify.proof_missing"
    title = Text("缺少 DPoP 证明", "A DPoP proof is missing")
    next_step = _PROVE


class ProofMalformed(TokenRefused):
    """RFC 9449 section 4.3, checks 2 to 7."""

    code = "verify.proof_malformed"
    title = Text("DPoP 证明不正确", "The DPoP proof is not one")
    next_step = _PROVE


class ProofForAnotherRequest(TokenRefused):
    """RFC 9449 section 4.3, checks 8 and 9: `htm`, `htu`."""

    code = "verify.proof_for_another_request"
    title = Text("DPoP 证明属于其他请求", "The DPoP proof is for another request")
    next_step = _PROVE


class ProofTooOld(TokenRefused):
    """RFC 9449 section 4.3, check 11: `iat`."""

    code = "verify.proof_too_old"
    title = Text("DPoP 证明不在有效时间内", "The DPoP proof was not made just now")
    next_step = _PROVE


class ProofNonceRefused(TokenRefused):
    """RFC 9449 section 4.3, check 10, and section 9: `nonce`."""

    code = "verify.proof_nonce_refused"
    title = Text("DPoP 证明的 nonce 不符", "The DPoP proof needs another nonce")
    next_step = _PROVE


class ProofForAnotherToken(TokenRefused):
    """RFC 9449 section 4.3, check 12: `ath`; and the key is that of the token."""

    code = "verify.proof_for_another_token"
    title = Text("DPoP 证明属于其他令牌", "The DPoP proof is for another token")


class ProofUnexpected(TokenRefused):
    """RFC 9449 section 7.1: a token that is not bound to a key does not go with a proof."""

    code = "verify.proof_unexpected"
    title = Text("令牌未绑定密钥", "The token is not bound to a key")


class CertificateRefused(TokenRefused):
    """RFC 8705 section 3: `cnf` has `x5t#S256`, and the connection has no such certificate."""

    code = "verify.certificate_refused"
    title = Text("客户端证书不符", "The token is bound to another client certificate")
