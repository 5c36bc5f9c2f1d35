"""Why a token is not believed. The `code` of each is stable: a platform may count by it.

    KeySetRefused                no JWK Set, or one without a key to verify with
    RevocationListRefused        no revocation list of an anchor
    TokenRefused                 the token is not to be believed
      TokenMalformed               no compact JWS of JSON objects, too long, a claim of another kind
      HeaderRefused                a header that would be read another way (crit, b64, zip, typ)
      KeyUnknown                   a key that is not in the set: fetch the set again, once
      SignerRefused                a certificate of no signer of this issuer's, or not of this time
      SignerRevoked                the certificate of a signer whose key has leaked
      SignerStatusUnknown          no list says whether it has: fetch the list, once
      AlgorithmRefused             another algorithm than the key's, or than was agreed upon
      SignatureRefused             the key has not signed it
      IssuerRefused                another issuer's
      AudienceRefused              for another client, or not for this one alone
      AuthorizedPartyRefused       issued to another client
      TokenExpired                 over
      TokenNotYetValid             not begun
      IssuedInTheFuture            a clock is wrong, theirs or ours
      NonceRefused                 not the answer to this request
      AccessTokenRefused           it came with another access token
      SignInTooOld                 the person signed in too long ago, or it does not say when
      AssuranceTooLow              the person signed in less strongly than was asked for

Below TokenRefused stands also what else can be wrong with an online certificate, its status, or the
use of an access token: `credentials/errors.py`, `statuses/errors.py`, `access/errors.py`.
No text contains anything of the token.
"""

from authsvc.errors import InvalidInput, Text

_ANEW = Text("请向用户重新请求", "Ask the person again")
_FORGED = Text("请勿使用此令牌", "Do not use this token, and look where it came from")


class KeySetRefused(InvalidInput):
    """Not a JWK Set (RFC 7517 section 5), or one without a key that can be used here."""

    code = "verify.key_set_refused"
    title = Text("JWK Set 不可用", "The JWK Set cannot be used")
    next_step = Text("请从 jwks_uri 重新获取", "Fetch it again from the jwks_uri of the issuer")


class RevocationListRefused(InvalidInput):
    """Not a revocation list (RFC 5280 section 5), or none that an anchor has signed in whole."""

    code = "verify.revocation_list_refused"
    title = Text("吊销列表不可用", "The revocation list cannot be used")
    next_step = Text(
        "请从签发者公布的地址重新获取", "Fetch it again from where the issuer publishes it"
    )


class TokenRefused(InvalidInput):
    """A token that is not to be believed."""

    code = "verify.token_refused"
    title = Text("令牌不被接受", "The token is refused")
    next_step = _FORGED


class TokenMalformed(TokenRefused):
    """Not a compact JWS of two JSON objects with the claims that are expected, or too long."""

    code = "verify.malformed"
    title = Text("不是此类令牌", "This is no such token")
    next_step = Text(
        "请原样传入收到的令牌(若已加密，请先解密)",
        "Hand over the token as it came; one that is encrypted is decrypted first",
    )


class HeaderRefused(TokenRefused):
    """A header member that would change how it is read, no `kid`, or another `typ`."""

    code = "verify.header_refused"
    title = Text("令牌头部不被接受", "The header of the token is refused")


class KeyUnknown(TokenRefused):
    """Signed, it says, by a key that is not in the set: the set may be old."""

    code = "verify.key_unknown"
    title = Text("签名密钥未知", "The key is not in the JWK Set")
    next_step = Text(
        "请重新获取 JWK Set 后再试一次", "Fetch the JWK Set again, and try once more, not oftener"
    )


class SignerRefused(TokenRefused):
    """Signed, it says, under a certificate that leads to no anchor, or is no signer's here now."""

    code = "verify.signer_refused"
    title = Text("签名证书不被接受", "The certificate of the signer is refused")
    next_step = Text(
        "请核对信任锚与本机时钟", "Look at your trust anchors, and at the clock of this machine"
    )


class SignerRevoked(TokenRefused):
    """The revocation list of the anchor has the certificate of the signer, or of who is between."""

    code = "verify.signer_revoked"
    title = Text("签发者证书已被吊销", "The certificate of the signer was revoked")
    next_step = Text(
        "请勿使用；请持有人获取新的网证", "Do not use it; its holder gets a new one in the app"
    )


class SignerStatusUnknown(TokenRefused):
    """No revocation list of the anchor is known that holds now."""

    code = "verify.signer_status_unknown"
    title = Text(
        "签发者证书状态未知", "It is not known whether the certificate of the signer was revoked"
    )
    next_step = Text(
        "请获取吊销列表后再试一次", "Fetch the revocation list, and try once more, not oftener"
    )


class AlgorithmRefused(TokenRefused):
    """Another algorithm than that of the key, or than those agreed upon (RFC 8725 section 3.1)."""

    code = "verify.algorithm_refused"
    title = Text("签名算法不被接受", "The signature algorithm is refused")
    next_step = Text(
        "请核对约定的签名算法",
        "Compare with the algorithm that was agreed upon (id_token_signed_response_alg)",
    )


class SignatureRefused(TokenRefused):
    """The key that it names has not signed it."""

    code = "verify.signature_refused"
    title = Text("签名无效", "The signature is not good")


class IssuerRefused(TokenRefused):
    """`iss` is another."""

    code = "verify.issuer_refused"
    title = Text("签发者不符", "The token is of another issuer")


class AudienceRefused(TokenRefused):
    """`aud` is another; of an ID token also: others as well."""

    code = "verify.audience_refused"
    title = Text("令牌不是签发给您的", "The token is not for you")


class AuthorizedPartyRefused(TokenRefused):
    """`azp` is another client."""

    code = "verify.authorized_party_refused"
    title = Text("令牌由其他客户端获取", "The token was issued to another client")


class TokenExpired(TokenRefused):
    """`exp` has passed."""

    code = "verify.expired"
    title = Text("令牌已过期", "The token has expired")
    next_step = _ANEW


class TokenNotYetValid(TokenRefused):
    """`nbf` is to come."""

    code = "verify.not_yet_valid"
    title = Text("令牌尚未生效", "The token is not valid yet")
    next_step = Text("请校准服务器时钟", "Set the clock of this machine")


class IssuedInTheFuture(TokenRefused):
    """`iat` is to come."""

    code = "verify.issued_in_the_future"
    title = Text("令牌签发时间在将来", "The token was issued in the future")
    next_step = Text("请校准服务器时钟", "Set the clock of this machine")


class NonceRefused(TokenRefused):
    """`nonce` is not the one that was sent, is missing, or is there though none was sent."""

    code = "verify.nonce_refused"
    title = Text("nonce 不符", "The token does not answer this request")


class AccessTokenRefused(TokenRefused):
    """`at_hash` is missing, or is that of another access token."""

    code = "verify.access_token_refused"
    title = Text("访问令牌与 ID 令牌不符", "The access token does not belong to this ID token")


class SignInTooOld(TokenRefused):
    """`auth_time` is missing, or longer ago than `max_age`."""

    code = "verify.sign_in_too_old"
    title = Text("登录时间过久", "The person signed in too long ago")
    next_step = Text("请以 max_age 重新请求", "Ask the person to sign in again, with max_age")


class AssuranceTooLow(TokenRefused):
    """`acr` is missing, is unknown, or is below what was asked for."""

    code = "verify.assurance_too_low"
    title = Text("登录强度不足", "The person did not sign in strongly enough")
    next_step = Text("请以 acr_values 重新请求", "Ask the person to sign in again, with acr_values")
