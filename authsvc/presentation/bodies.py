"""What the platform's server sends and is told, as JSON."""

from typing import Annotated, Any

import msgspec

from authsvc.presentation.asking import Asked, Order, Way
from authsvc.presentation.transactions import LIFETIME
from authsvc.verify.presentation import LONGEST_LINE, Prefix, Query, VerifierInfo

# An address is read as `destination` reads one; a session is a digest or a cookie of the platform.
_Address = Annotated[str, msgspec.Meta(min_length=1, max_length=2048)]
# Both are looked at when the receipt is written; here they are bounded.
_Reference = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
_Purpose = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
_Secret = Annotated[str, msgspec.Meta(min_length=16, max_length=512)]
_Line = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_LINE)]


class NewPresentation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked for (DCQL), and how; `session` and `return_to` for `same_device`.

    `wallet` is the address of the one wallet that the link is for; `name` and `purpose` are lines
    for the holder.
    `transaction_data` is what the holder is to authorize, `verifier_info` what others attest of us.
    """

    query: dict[str, Any]
    way: Way
    client_id_prefix: Prefix = Prefix.X509_HASH
    encrypted: bool = True
    return_to: _Address | None = None
    session: _Secret | None = None
    origin: _Address | None = None
    wallet: _Address | None = None
    name: _Line | None = None
    purpose: _Line | None = None
    transaction_data: tuple[dict[str, Any], ...] = ()
    verifier_info: tuple[VerifierInfo, ...] = ()

    def order(self) -> Order:
        """The same, read; QueryRefused."""
        return Order(
            query=Query.read(self.query),
            way=self.way,
            prefix=self.client_id_prefix,
            encrypted=self.encrypted,
            return_to=self.return_to,
            session=self.session,
            origin=self.origin,
            wallet=self.wallet,
            name=self.name,
            purpose=self.purpose,
            transaction_data=self.transaction_data,
            verifier_info=self.verifier_info,
        )


class Redemption(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The browser that asked, and the code that it came back with."""

    session: _Secret
    response_code: _Secret


class BrowserAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `data` of what `navigator.credentials.get` gave, and the origin of the page."""

    origin: _Address
    data: dict[str, Any]


class NewReceipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For which account (docs/receipts.md), and what was asked for."""

    reference: _Reference
    purpose: _Purpose


class WrittenReceipt(msgspec.Struct, frozen=True):
    """The receipt, a JWS."""

    receipt: str


class Begun(msgspec.Struct, frozen=True, omit_defaults=True):
    """A request that waits; `expires_in` seconds."""

    id: str
    expires_in: int
    link: str | None = None
    qr: str | None = None
    browser_request: dict[str, Any] | None = None

    @classmethod
    def of(cls, asked: Asked) -> "Begun":
        """The same, to be told."""
        return cls(
            id=asked.id,
            expires_in=int(LIFETIME.total_seconds()),
            link=asked.link,
            qr=asked.qr,
            browser_request=asked.browser_request,
        )
