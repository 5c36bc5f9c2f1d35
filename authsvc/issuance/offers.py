"""Credential offers (OpenID4VCI 1.0, section 4): a person, signed in here, invites their wallet.

The offer is good for what the pre-authorized code in it is good for. It is fetched by reference,
because a picture of all of it would not be read by every camera; or given by value, as a link on
the device where the wallet is. The transaction code goes neither way: the person reads it and types
it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
import segno

from authsvc.authentication.session import Session
from authsvc.certificates.credentials import KINDS
from authsvc.clients.client import PRE_AUTHORIZED_CODE
from authsvc.identifiers import new_token
from authsvc.issuance import paths
from authsvc.issuance.errors import OfferOver, TooManyOffers, UnknownCredentialConfiguration
from authsvc.oidc.token.pre_authorized_code import (
    GOOD_FOR,
    TRANSACTION_DIGITS,
    PreAuthorizedCodes,
)
from authsvc.storage import Ephemeral, Kind
from authsvc.web.http import HTTPRequest, HTTPResponse, json_response

# Section 12.1.1: where nobody knows which wallet it will be.
_SCHEME = "openid-credential-offer://?"
_NOT_STORED = (("cache-control", "no-store"),)
# As many as there are lines of the same in an own log in a day (`ActivityLog`): each offer has one.
MOST_A_DAY = 50
_OF_A_DAY = "credential-offers-of-a-day"
_DAY = timedelta(days=1)


class _Kept(msgspec.Struct, frozen=True):
    document: dict[str, Any]


_OFFERS = Kind("credential-offer", _Kept, GOOD_FOR)


@dataclass(frozen=True)
class Offer:
    """What a person is shown; `transaction_code` only when their wallet asks for it.

    `link` opens a wallet on the same device; `picture` (a data URI) holds the same by reference,
    which is `address`.
    """

    document: Mapping[str, Any] = field(repr=False)
    address: str = field(repr=False)
    link: str = field(repr=False)
    picture: str = field(repr=False)
    transaction_code: str = field(repr=False)
    expires_at: datetime


class Offers:
    """Makes offers, and `GET /credentials/offers/{id}` hands them to wallets."""

    def __init__(self, *, issuer: str, ephemeral: Ephemeral, codes: PreAuthorizedCodes) -> None:
        self._issuer = issuer
        self._ephemeral = ephemeral
        self._codes = codes

    def check(self, kinds: Sequence[str]) -> None:
        """Returns if there are such certificates; UnknownCredentialConfiguration."""
        if not kinds or not set(kinds) <= set(KINDS):
            raise UnknownCredentialConfiguration("no such kind of certificate")

    async def count(self, session: Session) -> None:
        """Returns if the person has made few today; TooManyOffers. Each call is one of them."""
        of_one = str(session.subscriber_id)
        if await self._ephemeral.count(_OF_A_DAY, of_one, window=_DAY) > MOST_A_DAY:
            raise TooManyOffers

    async def make(self, session: Session, kinds: Sequence[str], *, now: datetime) -> Offer:
        """An offer of these kinds of certificates; UnknownCredentialConfiguration."""
        self.check(kinds)
        offered = tuple(dict.fromkeys(kinds))
        issued = await self._codes.issue(
            subscriber_id=session.subscriber_id,
            scopes=offered,
            acr=session.acr,
            amr=session.amr,
            now=now,
        )
        document = _document(self._issuer, offered, issued.code)
        name = new_token()
        await self._ephemeral.put(_OFFERS, name, _Kept(document))
        address = f"{self._issuer}{paths.OFFERS}/{name}"
        by_reference = _SCHEME + urlencode({"credential_offer_uri": address})
        by_value = urlencode({"credential_offer": msgspec.json.encode(document).decode()})
        return Offer(
            document=document,
            address=address,
            link=_SCHEME + by_value,
            picture=segno.make_qr(by_reference, error="m").svg_data_uri(scale=4),
            transaction_code=issued.transaction_code,
            expires_at=issued.expires_at,
        )

    async def answer(self, request: HTTPRequest, *, now: datetime) -> HTTPResponse:
        """An offer; OfferOver."""
        kept = await self._ephemeral.get(_OFFERS, str(request.path_params["offer"]))
        if kept is None:
            raise OfferOver
        return json_response(200, kept.document, _NOT_STORED)


def _document(issuer: str, kinds: Sequence[str], code: str) -> dict[str, Any]:
    """Section 4.1.1."""
    tx_code = {
        "input_mode": "numeric",
        "length": TRANSACTION_DIGITS,
        "description": "网号应用中显示的六位数字 / the six digits that your number's app shows",
    }
    grant = {"pre-authorized_code": code, "tx_code": tx_code}
    return {
        "credential_issuer": issuer,
        "credential_configuration_ids": list(kinds),
        "grants": {PRE_AUTHORIZED_CODE: grant},
    }
