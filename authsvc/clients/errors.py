"""What can be wrong with a client.

    ClientMetadataInvalid        its metadata is not right; `field` is "<client_id>.<member>"
    ClientNotAuthenticated       it has not proved who it is
    ClientCredentialsAmbiguous   it used two ways of proving at once

The first is for the operator who imports; the others become OAuth errors in `oidc`.
"""

from authsvc.errors import InvalidInput, NotAuthenticated, Text


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
