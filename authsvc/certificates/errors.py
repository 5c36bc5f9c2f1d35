"""Every refusal of this room.

InvalidInput        RequestMalformed, RequestSignatureWrong, KeyNotAccepted, RequestAsksTooMuch
TooLarge            RequestTooLarge
Conflict            KeyAlreadyCertified, DocumentEndsTooSoon
NotFound            StatusListUnknown, CredentialTypeUnknown
NotAuthenticated    CertificateRefused: CertificateMalformed, CertificateForeign,
CertificateNotYetValid, CertificateExpired, CertificateOnHold,
CertificateRevoked
Unavailable         AuthorityExpired, KindNotOffered
"""

from authsvc.errors import (
    Conflict,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    Text,
    TooLarge,
    Unavailable,
)


class RequestMalformed(InvalidInput):
    """Not a PKCS #10 certificate request."""

    code = "certificates.request_malformed"
    title = Text("无法识别该证书申请", "This is not a certificate request")
    next_step = Text(
        "请提交一份 PEM 或 DER 格式的 PKCS #10 证书申请",
        "Send one PKCS #10 certificate request in PEM or DER",
    )


class RequestTooLarge(TooLarge):
    """Larger than any request that we could grant."""

    code = "certificates.request_too_large"
    title = Text("证书申请过大", "The certificate request is too large")
    next_step = Text(
        "请仅提交公钥与签名，不要附加其他内容",
        "Send a request that holds the public key and its signature and nothing more",
    )


class RequestSignatureWrong(InvalidInput):
    """The request was not signed by the key that it names: no proof of possession."""

    code = "certificates.request_signature_wrong"
    title = Text("证书申请的签名不正确", "The certificate request's signature is wrong")
    next_step = Text(
        "请在设备上用同一把私钥重新签署申请",
        "Sign the request again, with the private key that belongs to it",
    )


class KeyNotAccepted(InvalidInput):
    """Another kind of key or signature than the profile's."""

    code = "certificates.key_not_accepted"
    title = Text("不支持该密钥类型", "This kind of key is not accepted")
    next_step = Text(
        "请在设备上生成 P-256 密钥，并以 ECDSA 与 SHA-256 签署申请",
        "Make a P-256 key on the device and sign the request with ECDSA and SHA-256",
    )


class RequestAsksTooMuch(InvalidInput):
    """The request asks for extensions or carries attributes; the profile alone decides."""

    code = "certificates.request_asks_too_much"
    title = Text("证书申请包含不允许的内容", "The certificate request asks for what it may not")
    next_step = Text(
        "请去掉申请中的所有扩展与属性：证书内容由服务决定",
        "Leave every extension and attribute out: the service alone decides what is certified",
    )


class KeyAlreadyCertified(Conflict):
    """A certificate for this key was issued before; whose, is not said."""

    code = "certificates.key_already_certified"
    title = Text("该密钥已签发过证书", "This key was certified before")
    next_step = Text(
        "请在设备上生成新的密钥后重新申请",
        "Make a new key on the device and request a certificate for that one",
    )


class DocumentEndsTooSoon(Conflict):
    """No certificate outlives the document, and this document ends now."""

    code = "certificates.document_ends_too_soon"
    title = Text("证件有效期已尽", "The document is at the end of its validity")
    next_step = Text("请换领证件后重新办理", "Renew the document first, then come back")


class CertificateRefused(NotAuthenticated):
    """What was presented does not prove anything (any more)."""

    code = "certificates.refused"
    title = Text("网证无效", "The certificate is not accepted")
    next_step = Text("请重新申请网证", "Request a new certificate")


class CertificateMalformed(CertificateRefused):
    """Not an X.509 certificate."""

    code = "certificates.malformed"
    title = Text("无法识别该网证", "This is not a certificate")
    next_step = Text("请提交一份 PEM 格式的网证", "Present one certificate in PEM")


class CertificateForeign(CertificateRefused):
    """Not issued here, or not as it was issued."""

    code = "certificates.foreign"
    title = Text("该网证不是由本服务签发", "This certificate was not issued here")
    next_step = Text("请出示由本服务签发的网证", "Present a certificate that was issued here")


class CertificateNotYetValid(CertificateRefused):
    """Its validity has not begun."""

    code = "certificates.not_yet_valid"
    title = Text("网证尚未生效", "The certificate is not valid yet")
    next_step = Text("请稍后重试", "Try again later")


class CertificateExpired(CertificateRefused):
    """Its validity is over."""

    code = "certificates.expired"
    title = Text("网证已过期", "The certificate has expired")


class CertificateOnHold(CertificateRefused):
    """Frozen, for example because the document was reported lost."""

    code = "certificates.on_hold"
    title = Text("网证已冻结", "The certificate is on hold")
    next_step = Text(
        "请先处理证件状态(例如补领证件)后解冻",
        "Settle what froze it, for example by replacing the lost document",
    )


class CertificateRevoked(CertificateRefused):
    """Withdrawn for good."""

    code = "certificates.revoked"
    title = Text("网证已撤销", "The certificate was revoked")


class CredentialTypeUnknown(NotFound):
    """No credential of ours has this type."""

    code = "certificates.credential_type_unknown"
    title = Text("没有该网证类型", "There is no such type of credential")
    next_step = Text(
        "请使用网证中 vct 所给的地址", "Use the address that the credential names as its vct"
    )


class StatusListUnknown(NotFound):
    """Nothing was ever listed there."""

    code = "certificates.status_list_unknown"
    title = Text("没有该状态列表", "There is no such status list")
    next_step = Text(
        "请使用网证中给出的地址，不带查询参数",
        "Use the address that the certificate names, without a query",
    )


class AuthorityExpired(Unavailable):
    """The certificate authority's own certificate is not valid now."""

    code = "certificates.authority_expired"
    title = Text("签发机构证书不在有效期内", "The authority's own certificate is not valid now")


class KindNotOffered(Unavailable):
    """A kind that cannot be signed with what the issuer signs with: an mdoc, with SM2."""

    code = "certificates.kind_not_offered"
    title = Text("目前不签发该种网证", "This kind of certificate is not issued now")
    next_step = Text(
        "请领取另一种网证；运营者可更改 keys.credential_signing_alg",
        "Fetch another kind; the operator may set keys.credential_signing_alg to another algorithm",
    )
