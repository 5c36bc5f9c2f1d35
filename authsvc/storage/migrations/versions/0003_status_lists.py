"""Status lists: where each certificate stands; NULL for those that were issued before."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds two columns to `certificate`, and two indexes on them."""
    op.add_column("certificate", sa.Column("status_list", sa.Integer(), nullable=True))
    op.add_column("certificate", sa.Column("status_index", sa.Integer(), nullable=True))
    op.create_index(
        "uq_certificate_status", "certificate", ["status_list", "status_index"], unique=True
    )
    op.create_index(
        "ix_certificate_status_withdrawn",
        "certificate",
        ["status_list"],
        unique=False,
        sqlite_where=sa.text("reason IS NOT NULL"),
        postgresql_where=sa.text("reason IS NOT NULL"),
    )


def downgrade() -> None:
    """Takes them away."""
    op.drop_index(
        "ix_certificate_status_withdrawn",
        table_name="certificate",
        sqlite_where=sa.text("reason IS NOT NULL"),
        postgresql_where=sa.text("reason IS NOT NULL"),
    )
    op.drop_index("uq_certificate_status", table_name="certificate")
    op.drop_column("certificate", "status_index")
    op.drop_column("certificate", "status_list")
