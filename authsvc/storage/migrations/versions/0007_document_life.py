"""A person may have several identity numbers; documents follow the feed; numbers end."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds them. Until now everybody had the one number that they enrolled with."""
    op.create_table(
        "identity_number",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("subscriber_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name="fk_identity_number_subscriber_id_subscriber",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name="pk_identity_number"),
    )
    op.create_index(
        "ix_identity_number_subscriber_id", "identity_number", ["subscriber_id"], unique=False
    )
    op.execute(
        "INSERT INTO identity_number (digest, subscriber_id) "
        "SELECT person_digest, id FROM subscriber"
    )
    op.create_table(
        "farewell",
        sa.Column("subscriber_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name="fk_farewell_subscriber_id_subscriber",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscriber_id", name="pk_farewell"),
    )
    op.create_index(
        "ix_subscriber_ended",
        "subscriber",
        ["credentials_valid_from"],
        unique=False,
        postgresql_where=sa.text("status = 'ended'"),
        sqlite_where=sa.text("status = 'ended'"),
    )
    op.add_column(
        "document",
        sa.Column("ahead", sa.BigInteger(), nullable=False, server_default="0"),
    )


def downgrade() -> None:
    """Takes them away: whoever has another number now is known by the first alone."""
    op.drop_column("document", "ahead")
    op.drop_index("ix_subscriber_ended", "subscriber")
    op.drop_table("farewell")
    op.drop_table("identity_number")
