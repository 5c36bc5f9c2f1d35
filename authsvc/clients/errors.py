"""What can be wrong with a client.

    ClientMetadataInvalid        its metadata is not right; `field` is "<client_id>.<member>"
      SoftwareStatementRefused   it shows a software statement (RFC 7591 section 2.3)
    ClientExists                 somebody is registered under its id
    ClientNotFound               nobody is
    ClientHasNoSecret            it does not prove itself by a secret
    RegistrationTokenNotFound    no initial access token has this id
    RegistrationTokenRefused     a token to register, or to manage a registration, is not good
    RegistrationQuotaSpent       an initial access token has no registration left
    ClientNotAuthenticated       it has not proved who it is
    ClientCredentialsAmbiguous   it used two ways of proving at once
    ForeignTokenRefused          what it signed, or a key of it, is not right (and a ValueError)
      SignedMalformed              no compact JWS of a JSON object, or too long
      SignedHeaderRefused          a header that we do not go by (crit, b64, zip, another typ)
      AlgorithmRefused             another algorithm than may be used here
      SignatureRefused             signed by none of its keys
      ClientKeyRefused             a key that is none, is secret, or is weak
    ClientKeyMissing             nothing to encrypt to it with
    ClientKeysUnavailable        its keys could not be fetched

The operator reads them in words; at the endpoints they become OAuth errors in `oidc`.
"""

from authsvc.errors import (
    Conflict,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    Text,
    Throttled,
    Unavailable,
)


class ClientMetadataInvalid(InvalidInput):
    """Client metadata that cannot be accepted. `log` says why, and quotes no value."""

    code = "clients.metadata_invalid"
    title = Text("客户端元数据不正确", "The client metadata is not right")
    next_step = Text(
        "请按 RFC 7591 修改标出的成员后重新导入",
        "Correct the named member (RFC 7591) and import again",
    )


class ClientNotAuthenticated(NotAuthenticated):
    """An unknown client, a wrong secret, or another method than the registered one.

    One refusal for all of them, so that nobody learns which clients exist.
    """

    tells_why = True
    code = "clients.not_authenticated"
    title = Text("客户端认证失败", "The client could not be authenticated")
    next_step = Text(
        "请使用注册的 client_id、密钥和认证方式",
        "Use the registered client_id, secret and authentication method",
    )


class ClientCredentialsAmbiguous(InvalidInput):
    """More than one authentication method in one request (RFC 6749 section 2.3)."""

    code = "clients.credentials_ambiguous"
    title = Text(
        "一次请求中使用了多种客户端认证方式", "The request uses more than one client authentication"
    )
    next_step = Text("只使用注册的一种认证方式", "Use the one registered method only")


class ForeignTokenRefused(InvalidInput, ValueError):
    """Something signed by a client that is not right; `log` says why and quotes nothing of it."""

    code = "clients.token_refused"
    title = Text("客户端签名的内容不正确", "What the client signed is not right")
    next_step = Text(
        "请使用注册的密钥和算法重新签名", "Sign it again with a registered key and algorithm"
    )


class SignedMalformed(ForeignTokenRefused):
    """Not a compact JWS whose header and payload are JSON objects, or longer than any of ours."""

    code = "clients.signed_malformed"
    title = Text("不是有效的签名 JWT", "This is not a signed JWT")
    next_step = Text(
        "请发送紧凑序列化的 JWS（RFC 7515）", "Send a JWS in compact serialization (RFC 7515)"
    )


class SignedHeaderRefused(ForeignTokenRefused):
    """A header member that would change how it is read, or another `typ` than is expected."""

    code = "clients.signed_header_refused"
    title = Text("JWT 头部不被接受", "The header of the JWT is not accepted")
    next_step = Text(
        "请去掉 crit、b64、zip，并使用规定的 typ",
        "Leave out crit, b64 and zip, and use the typ that is asked for",
    )


class AlgorithmRefused(ForeignTokenRefused):
    """Another algorithm than may be used here (RFC 8725 section 3.1)."""

    code = "clients.algorithm_refused"
    title = Text("签名算法不被接受", "The signature algorithm is not accepted")
    next_step = Text(
        "请使用注册的签名算法，如 ES256", "Sign with the registered algorithm, such as ES256"
    )


class SignatureRefused(ForeignTokenRefused):
    """None of the keys that it may be signed with has signed it."""

    code = "clients.signature_refused"
    title = Text("签名无法验证", "The signature does not verify")
    next_step = Text(
        "请用注册的密钥签名，并写明 kid", "Sign with a registered key, and name it by kid"
    )


class ClientKeyRefused(ForeignTokenRefused):
    """A key that is none, is secret, or is too weak to be believed."""

    code = "clients.key_refused"
    title = Text("密钥不被接受", "The key is not accepted")
    next_step = Text(
        "请提供公开的 JWK（RFC 7517）：RSA 2048 位以上、P-256 或 Ed25519",
        "Give a public JWK (RFC 7517): RSA of 2048 bits or more, P-256 or Ed25519",
    )


class ClientKeyMissing(InvalidInput, ValueError):
    """The client asks for encryption, and none of its keys is for that."""

    code = "clients.key_missing"
    title = Text("客户端没有可用的加密密钥", "The client has no key to encrypt with")
    next_step = Text(
        "请在 jwks 或 jwks_uri 中提供 use 为 enc 的公钥",
        'Put a public key with "use": "enc" into jwks or jwks_uri',
    )


class ClientKeysUnavailable(Unavailable):
    """The client's `jwks_uri` gives no usable key set, and no recent one is remembered."""

    code = "clients.keys_unavailable"
    title = Text("无法获取客户端的公钥", "The client's keys cannot be fetched")
    next_step = Text(
        "请确认 jwks_uri 可以访问，且返回 JWK Set（RFC 7517）",
        "Make sure that jwks_uri can be reached and answers with a JWK Set (RFC 7517)",
    )


class SoftwareStatementRefused(ClientMetadataInvalid):
    """A software statement: we know nobody whose statements we would take."""

    code = "clients.software_statement_refused"
    title = Text("不接受软件声明", "Software statements are not accepted")
    next_step = Text(
        "请去掉 software_statement 后重新注册", "Register again without software_statement"
    )


class ClientExists(Conflict):
    """Somebody is registered under this id."""

    code = "clients.exists"
    title = Text("该 client_id 已注册", "A client of this id is registered")
    next_step = Text(
        "请换一个 client_id，或用 clients import 替换",
        "Choose another client_id, or replace it by clients import",
    )


class ClientNotFound(NotFound):
    """Nobody is registered under this id, or no longer."""

    code = "clients.not_found"
    title = Text("没有该客户端", "There is no such client")
    next_step = Text("用 clients list 查看已注册的客户端", "See the clients by clients list")


class ClientHasNoSecret(Conflict):
    """The client proves itself in another way, or not at all."""

    code = "clients.no_secret"
    title = Text("该客户端不使用密钥", "The client does not use a secret")
    next_step = Text(
        "请更换其公钥或证书，而非密钥", "Change its keys or certificate instead (clients import)"
    )


class RegistrationTokenNotFound(NotFound):
    """No initial access token has this id."""

    code = "clients.registration_token_not_found"
    title = Text("没有该注册令牌", "There is no such registration token")
    next_step = Text("用 clients tokens 查看", "See them by clients tokens")


class RegistrationTokenRefused(NotAuthenticated):
    """An initial or registration access token is unknown, over, revoked, or another client's."""

    code = "clients.registration_token_refused"
    title = Text("注册令牌无效", "The registration token is not valid")
    next_step = Text("请向运营方索取新的令牌", "Ask the operator for a new token")


class RegistrationQuotaSpent(Throttled):
    """As many clients are registered with this token as may be."""

    code = "clients.registration_quota_spent"
    title = Text("该令牌的注册次数已用完", "The token has no registration left")
    next_step = Text("请向运营方索取新的令牌", "Ask the operator for a new token")
