"""What can be wrong with where things rest."""

from authsvc.errors import AuthsvcError, Text, Unavailable


class StorageUnavailable(Unavailable):
    """The database or Redis cannot be reached, or does not answer in time."""

    code = "storage.unavailable"

    def __init__(self, *, log: str = "") -> None:
        super().__init__(retry_after=5, log=log)


class StatementFailed(AuthsvcError):
    """The database refused a statement: a bug of ours. Drivers quote values, so no text is kept."""

    code = "storage.statement_failed"


class SchemaOutdated(AuthsvcError):
    """The database was made by another version of the service."""

    code = "storage.schema_outdated"
    title = Text("数据库结构与程序版本不符", "The database schema is not the one of this version")
    next_step = Text("运行 authsvc db upgrade", "Run `authsvc db upgrade`")
