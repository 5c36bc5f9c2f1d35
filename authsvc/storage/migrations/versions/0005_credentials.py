"""Credentials: holder keys, batches, the counter of their places, and pages of statuses."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds four tables."""
    op.create_table(
        "credential_key",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_credential_key"),
    )
    _index("credential_key", "expires_at")
    op.create_table(
        "credential_batch",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("subscriber_id", sa.Uuid(), nullable=False),
        sa.Column("document_digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_credential_batch"),
    )
    for column in ("subscriber_id", "document_digest", "expires_at"):
        _index("credential_batch", column)
    op.create_table(
        "credential_counter",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("issued", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_credential_counter"),
    )
    op.create_table(
        "credential_status_page",
        sa.Column("status_list", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("page", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("statuses", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("status_list", "page", name="pk_credential_status_page"),
    )


def downgrade() -> None:
    """Takes them away."""
    for table in (
        "credential_status_page",
        "credential_counter",
        "credential_batch",
        "credential_key",
    ):
        op.drop_table(table)


def _index(table: str, column: str) -> None:
    op.create_index(f"ix_{table}_{column}", table, [column], unique=False)
