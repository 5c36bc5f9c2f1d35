"""The door of the chamber: JSON, with a session cookie.

POST /holder/wallets/offers   {"certificates"} -> 201: an offer, its link and picture, and the code
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, post
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

from authsvc.holder.door import Door
from authsvc.holder.wallets.wallet_offers import WalletOffers

_Request = Request[Any, Any, Any]
_Kind = Annotated[str, msgspec.Meta(max_length=64)]
# A few more than there are kinds.
_Kinds = Annotated[list[_Kind], msgspec.Meta(min_length=1, max_length=10)]


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which kinds of certificates, by their ids in the issuer's metadata."""

    certificates: _Kinds


class OfferView(msgspec.Struct, frozen=True):
    """An offer. `picture` is a data URI for the wallet of another device, `link` for this one.

    `credential_offer_uri` is what the picture holds: where a wallet finds the offer.
    `transaction_code` is typed into the wallet: shown when it asks, and not beside the picture.
    """

    credential_offer: dict[str, Any]
    credential_offer_uri: str
    link: str
    picture: str
    transaction_code: str
    expires_at: datetime


def routes(wallet_offers: WalletOffers, door: Door) -> Sequence[ControllerRouterHandler]:
    """The handlers of the chamber."""

    @post("/holder/wallets/offers", summary="Invite a wallet to fetch certificates")
    async def offer(request: _Request, data: JSONBody[Wish]) -> OfferView:
        made = await wallet_offers.make(await door.admit(request), data.certificates)
        return OfferView(
            credential_offer=dict(made.document),
            credential_offer_uri=made.address,
            link=made.link,
            picture=made.picture,
            transaction_code=made.transaction_code,
            expires_at=made.expires_at,
        )

    return [offer]
