"""What can be wrong with keys. All of it is for the operator; none of it reaches a person."""

from authsvc.errors import AuthsvcError, Text


class KeyRingBroken(AuthsvcError):
    """A key is missing, unreadable or readable by others."""

    code = "keyring.broken"
    title = Text("密钥目录不可用", "The key directory cannot be used")
    next_step = Text(
        "运行 authsvc keys init 创建缺失的密钥，并将权限设为 0600",
        "Run `authsvc keys init` to create what is missing; set files to 0600, folders to 0700",
    )


class SealBroken(AuthsvcError):
    """A sealed value does not open: wrong key, wrong context, or altered."""

    code = "keyring.seal_broken"
    title = Text("封存的数据无法打开", "A sealed value does not open")
    next_step = Text(
        "请确认密钥目录与数据库属于同一服务",
        "Make sure that the key directory belongs to this database",
    )
