"""Where do things rest?

Lasting facts rest in SQL (`Database`: SQLite for one process, PostgreSQL for more), passing facts
in `Ephemeral` (memory or Redis). Nothing is in both. Rooms above declare their tables on `metadata`
in their own `store.py` and pass a `Transaction` along; returning commits, raising rolls back, and a
refusal that must leave a mark says so (`AuthsvcError.leaves_mark`).

Passing facts are sealed, each under its kind and key, and found by a keyed digest: neither a dump
of Redis nor a stray key of another kind can stand in for a code or a session.

What a process may remember of SQL, and until when, is decided by `remembered.Remembered`.

The room does not know what any of the facts mean.
"""

from authsvc.storage.database import Database, Transaction
from authsvc.storage.ephemeral.answers import Begun
from authsvc.storage.ephemeral.facade import Ephemeral, Kind
from authsvc.storage.errors import StorageUnavailable
from authsvc.storage.schema import metadata

__all__ = [
    "Begun",
    "Database",
    "Ephemeral",
    "Kind",
    "StorageUnavailable",
    "Transaction",
    "metadata",
]
