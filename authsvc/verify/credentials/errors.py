"""Why an online certificate is not believed, beyond what can be wrong with any token.

TypeRefused                  a certificate of another kind than was asked for
SectorRefused                made for another platform
AuthorityRefused             its signer is certified by none of the authorities that were named
DisclosureRefused            a disclosure that the issuer has not made, or not for this place
HolderKeyRefused             it does not say whose it is in a way that can be checked
BindingMissing               nobody shows that it is theirs
BindingMalformed             what should bind it is not what RFC 9901 section 4.3 asks for
BindingSignatureRefused      another key than the holder's has signed
BindingAudienceRefused       shown to somebody else
BindingNonceRefused          not the answer to this request
BindingTooOld                shown too long ago, or a clock is wrong
PresentationAltered          something was added or taken away after the holder signed
"""

from authsvc.errors import Text
from authsvc.verify.errors import TokenRefused

_AGAIN = Text("请重新请求出示", "Ask for it again, with a new nonce")


class TypeRefused(TokenRefused):
    """`vct` is none of those that were asked for."""

    code = "verify.type_refused"
    title = Text("网证种类不符", "The certificate is of another kind")
    next_step = Text("请出示所要求种类的网证", "Show a certificate of the kind that was asked for")


class SectorRefused(TokenRefused):
    """`sector` of the certificate is another platform, or this one did not say which it is."""

    code = "verify.sector_refused"
    title = Text("网证是为其他平台签发的", "The certificate was made for another platform")
    next_step = Text("请出示为本平台签发的网证", "Show the one that was made for this platform")


class AuthorityRefused(TokenRefused):
    """No `x5c`, or no certificate in it under an authority that was asked for."""

    code = "verify.authority_refused"
    title = Text("签发者未经所要求的机构认证", "Its signer is certified by another authority")
    next_step = Text(
        "请出示由所要求机构认证的网证",
        "Show one whose signer an authority that was named certifies",
    )


class DisclosureRefused(TokenRefused):
    """A disclosure is malformed, repeated, unknown to the issuer, or takes the place of a claim."""

    code = "verify.disclosure_refused"
    title = Text("披露项不被接受", "A disclosure is refused")


class HolderKeyRefused(TokenRefused):
    """`cnf` has no public key that can be verified with (RFC 7800 section 3.2)."""

    code = "verify.holder_key_refused"
    title = Text("网证未绑定可用的密钥", "The certificate is not bound to a key that can be used")


class BindingMissing(TokenRefused):
    """A certificate without a Key Binding JWT: whoever copied it could show it."""

    code = "verify.binding_missing"
    title = Text("未证明持有", "Nothing shows that the certificate is theirs")
    next_step = _AGAIN


class BindingMalformed(TokenRefused):
    """The Key Binding JWT is none, of another `typ` or `alg`, or lacks a claim."""

    code = "verify.binding_malformed"
    title = Text("持有证明格式不正确", "The proof of possession cannot be read")
    next_step = _AGAIN


class BindingSignatureRefused(TokenRefused):
    """The key that the certificate is bound to has not signed the Key Binding JWT."""

    code = "verify.binding_signature_refused"
    title = Text("持有证明的签名无效", "Another key than the holder's has signed")


class BindingAudienceRefused(TokenRefused):
    """`aud` of the Key Binding JWT is another verifier."""

    code = "verify.binding_audience_refused"
    title = Text("网证是向他人出示的", "The certificate was shown to somebody else")


class BindingNonceRefused(TokenRefused):
    """`nonce` of the Key Binding JWT is not the one that was sent."""

    code = "verify.binding_nonce_refused"
    title = Text("nonce 不符", "The certificate was not shown in answer to this request")
    next_step = _AGAIN


class BindingTooOld(TokenRefused):
    """`iat` of the Key Binding JWT is too long ago or to come, or the JWT is over by itself."""

    code = "verify.binding_too_old"
    title = Text("出示时间不在有效范围内", "The certificate was not shown just now")
    next_step = Text(
        "请重新请求出示，并校准时钟", "Ask for it again, and look at the clocks of both devices"
    )


class PresentationAltered(TokenRefused):
    """`sd_hash` is not that of what was shown."""

    code = "verify.presentation_altered"
    title = Text("出示内容被改动", "What was shown was altered")
