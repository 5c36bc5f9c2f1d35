"""The table `recovery`: at most one for a person at a time."""

from sqlalchemy import Column, ForeignKey, LargeBinary, Table, Uuid

from authsvc.storage import metadata
from authsvc.storage.columns import UTCDateTime

recovery = Table(
    "recovery",
    metadata,
    Column(
        "subscriber_id",
        Uuid,
        ForeignKey("subscriber.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    # The enrollment in which it was begun, as `enrollment.id_digest` has it.
    Column("enrollment_digest", LargeBinary, nullable=False),
    Column("ready_at", UTCDateTime, nullable=False),
)
