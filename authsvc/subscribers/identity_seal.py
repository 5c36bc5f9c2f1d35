"""Who a subscriber is, as it rests: sealed under their own data key, and bound to them."""

from uuid import UUID

import msgspec

from authsvc.keyring import DataKey
from authsvc.subscribers.subscriber import Identity


def sealed_identity(data_key: DataKey, identity: Identity, subscriber_id: UUID) -> bytes:
    """The sealed form of an identity."""
    return data_key.seal(msgspec.msgpack.encode(identity), context=_context(subscriber_id))


def opened_identity(data_key: DataKey, sealed: bytes, subscriber_id: UUID) -> Identity:
    """The identity that was sealed for this subscriber."""
    opened = data_key.open(sealed, context=_context(subscriber_id))
    return msgspec.msgpack.decode(opened, type=Identity)


def _context(subscriber_id: UUID) -> str:
    return f"identity:{subscriber_id}"
