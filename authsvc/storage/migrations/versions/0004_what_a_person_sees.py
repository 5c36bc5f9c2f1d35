"""A person's own log, passkeys, devices, recovery, and who may do something for whom."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds five tables."""
    op.create_table(
        "activity",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        _of_subscriber(),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        _foreign_key("activity"),
        sa.PrimaryKeyConstraint("id", name="pk_activity"),
    )
    _index("activity", "subscriber_id")
    _index("activity", "expires_at")
    op.create_table(
        "passkey",
        sa.Column("id_digest", sa.LargeBinary(), nullable=False),
        _of_subscriber(),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _foreign_key("passkey"),
        sa.PrimaryKeyConstraint("id_digest", name="pk_passkey"),
    )
    _index("passkey", "subscriber_id")
    op.create_table(
        "device",
        sa.Column("serial", sa.String(40), nullable=False),
        _of_subscriber(),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _foreign_key("device"),
        sa.PrimaryKeyConstraint("serial", name="pk_device"),
    )
    _index("device", "subscriber_id")
    op.create_table(
        "recovery",
        _of_subscriber(),
        sa.Column("enrollment_digest", sa.LargeBinary(), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=False),
        _foreign_key("recovery"),
        sa.PrimaryKeyConstraint("subscriber_id", name="pk_recovery"),
    )
    op.create_table(
        "relation",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        _of_subscriber(),
        sa.Column("other_digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_for_other", sa.LargeBinary(), nullable=False),
        _foreign_key("relation"),
        sa.PrimaryKeyConstraint("id", name="pk_relation"),
    )
    _index("relation", "subscriber_id")
    _index("relation", "other_digest")


def downgrade() -> None:
    """Takes them away."""
    for table in ("relation", "recovery", "device", "passkey", "activity"):
        op.drop_table(table)


def _of_subscriber() -> sa.Column[UUID]:
    return sa.Column("subscriber_id", sa.Uuid(), nullable=False)


def _foreign_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["subscriber_id"],
        ["subscriber.id"],
        name=f"fk_{table}_subscriber_id_subscriber",
        ondelete="CASCADE",
    )


def _index(table: str, column: str) -> None:
    op.create_index(f"ix_{table}_{column}", table, [column], unique=False)
