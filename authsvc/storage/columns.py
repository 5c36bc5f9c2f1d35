"""Columns that keep a promise."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Column, DateTime, Dialect, ForeignKey, Uuid
from sqlalchemy.types import TypeDecorator


def belongs_to(table: str, *, is_key: bool = False) -> Column[UUID]:
    """Whose a row is, by the `id` of another table: the row leaves together with that one.

    It is indexed, unless it is the key of its table, or the first part of the key.
    """
    owner = ForeignKey(f"{table}.id", ondelete="CASCADE")
    return Column(f"{table}_id", Uuid, owner, primary_key=is_key, nullable=False, index=not is_key)


class UTCDateTime(TypeDecorator[datetime]):
    """Aware UTC moments only. SQLite drops the zone; this puts it back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuses a naive moment: whoever sends one does not know which moment it is."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """An aware moment in UTC, whatever the database returned."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
