"""Unread alerts are found by themselves; a new phone waits."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds a column and a table. Of older lines nobody can say here which are alerts."""
    op.add_column(
        "activity",
        sa.Column("unread", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.create_index(
        "ix_activity_unread",
        "activity",
        ["subscriber_id"],
        unique=False,
        postgresql_where=sa.text("unread"),
        sqlite_where=sa.text("unread"),
    )
    op.create_table(
        "phone_change",
        sa.Column("subscriber_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name="fk_phone_change_subscriber_id_subscriber",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscriber_id", name="pk_phone_change"),
    )
    op.create_index("ix_phone_change_ready_at", "phone_change", ["ready_at"], unique=False)


def downgrade() -> None:
    """Takes them away."""
    op.drop_table("phone_change")
    op.drop_index("ix_activity_unread", "activity")
    op.drop_column("activity", "unread")
