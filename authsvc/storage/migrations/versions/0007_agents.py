"""Agents at counters."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds a table."""
    op.create_table(
        "agent",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("station", sa.String(length=64), nullable=False),
        sa.Column("jwk", sa.String(length=512), nullable=False),
        sa.Column("thumbprint", sa.String(length=43), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_agent"),
        sa.UniqueConstraint("thumbprint", name="uq_agent_thumbprint"),
    )


def downgrade() -> None:
    """Takes it away."""
    op.drop_table("agent")
