"""The table `passkey`: found by a keyed digest of the credential id; the rest is sealed."""

from sqlalchemy import Column, ForeignKey, LargeBinary, Table, Uuid

from authsvc.storage import metadata

passkey = Table(
    "passkey",
    metadata,
    Column("id_digest", LargeBinary, primary_key=True),
    Column(
        "subscriber_id",
        Uuid,
        ForeignKey("subscriber.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    # Credential id, public key, counter, name and moments, under the person's data key.
    Column("sealed", LargeBinary, nullable=False),
)
