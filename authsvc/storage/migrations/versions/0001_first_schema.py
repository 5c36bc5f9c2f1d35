"""The first schema: every table of the service."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates every table."""
    op.create_table(
        "certificate",
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.Column("key_digest", sa.LargeBinary(), nullable=False),
        sa.Column("subscriber_id", sa.Uuid(), nullable=True),
        sa.Column("document_digest", sa.LargeBinary(), nullable=True),
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("der", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_certificate")),
        sa.UniqueConstraint("key_digest", name=op.f("uq_certificate_key_digest")),
    )
    op.create_index(
        op.f("ix_certificate_document_digest"), "certificate", ["document_digest"], unique=False
    )
    op.create_index(
        op.f("ix_certificate_subscriber_id"), "certificate", ["subscriber_id"], unique=False
    )
    op.create_index(
        "ix_certificate_withdrawn",
        "certificate",
        ["not_after"],
        unique=False,
        sqlite_where=sa.text("reason IS NOT NULL"),
        postgresql_where=sa.text("reason IS NOT NULL"),
    )
    op.create_table(
        "client",
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("secret_digest", sa.LargeBinary(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_client")),
    )
    op.create_table(
        "enrollment",
        sa.Column("id_digest", sa.LargeBinary(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed_state", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id_digest", name=op.f("pk_enrollment")),
    )
    op.create_index(op.f("ix_enrollment_expires_at"), "enrollment", ["expires_at"], unique=False)
    op.create_table(
        "register_cursor",
        sa.Column("register", sa.String(length=16), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("register", name=op.f("pk_register_cursor")),
    )
    op.create_table(
        "revocation_list",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocation_list")),
    )
    op.create_table(
        "subscriber",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_digest", sa.LargeBinary(), nullable=False),
        sa.Column("number_digest", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_data_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_identity", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("credentials_valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriber")),
        sa.UniqueConstraint("number_digest", name=op.f("uq_subscriber_number_digest")),
        sa.UniqueConstraint("person_digest", name=op.f("uq_subscriber_person_digest")),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("subscriber_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_consent_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_subscriber_id"), "consent", ["subscriber_id"], unique=False)
    op.create_table(
        "document",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("subscriber_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_document_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_document")),
    )
    op.create_index(op.f("ix_document_subscriber_id"), "document", ["subscriber_id"], unique=False)
    op.create_table(
        "password_credential",
        sa.Column("subscriber_id", sa.Uuid(), nullable=False),
        sa.Column("sign_in_name_digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_sign_in_name", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_phc", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_password_credential_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscriber_id", name=op.f("pk_password_credential")),
        sa.UniqueConstraint(
            "sign_in_name_digest", name=op.f("uq_password_credential_sign_in_name_digest")
        ),
    )
    op.create_table(
        "recovery_code",
        sa.Column("subscriber_id", sa.Uuid(), nullable=False),
        sa.Column("code_digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_recovery_code_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "code_digest", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "refresh_family",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("subscriber_id", sa.Uuid(), nullable=False),
        sa.Column("secret_digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_refresh_family_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_family")),
    )
    op.create_index(
        op.f("ix_refresh_family_expires_at"), "refresh_family", ["expires_at"], unique=False
    )
    op.create_index(
        op.f("ix_refresh_family_subscriber_id"), "refresh_family", ["subscriber_id"], unique=False
    )
    op.create_table(
        "totp_credential",
        sa.Column("subscriber_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_used_step", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_totp_credential_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscriber_id", name=op.f("pk_totp_credential")),
    )


def downgrade() -> None:
    """Drops every table."""
    op.drop_table("totp_credential")
    op.drop_index(op.f("ix_refresh_family_subscriber_id"), table_name="refresh_family")
    op.drop_index(op.f("ix_refresh_family_expires_at"), table_name="refresh_family")
    op.drop_table("refresh_family")
    op.drop_table("recovery_code")
    op.drop_table("password_credential")
    op.drop_index(op.f("ix_document_subscriber_id"), table_name="document")
    op.drop_table("document")
    op.drop_index(op.f("ix_consent_subscriber_id"), table_name="consent")
    op.drop_table("consent")
    op.drop_table("subscriber")
    op.drop_table("revocation_list")
    op.drop_table("register_cursor")
    op.drop_index(op.f("ix_enrollment_expires_at"), table_name="enrollment")
    op.drop_table("enrollment")
    op.drop_table("client")
    op.drop_index(
        "ix_certificate_withdrawn",
        table_name="certificate",
        sqlite_where=sa.text("reason IS NOT NULL"),
        postgresql_where=sa.text("reason IS NOT NULL"),
    )
    op.drop_index(op.f("ix_certificate_subscriber_id"), table_name="certificate")
    op.drop_index(op.f("ix_certificate_document_digest"), table_name="certificate")
    op.drop_table("certificate")
