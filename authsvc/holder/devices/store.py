"""The table `device`: what a person calls the devices that hold their certificates."""

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table, Uuid

from authsvc.storage import metadata

device = Table(
    "device",
    metadata,
    # The serial of its certificate, as `certificate.serial` has it.
    Column("serial", String(40), primary_key=True),
    Column(
        "subscriber_id",
        Uuid,
        ForeignKey("subscriber.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("sealed", LargeBinary, nullable=False),
)
