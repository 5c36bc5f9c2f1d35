"""A platform asks: an order goes in, a request that waits comes out, and what to show for it.

same_device    a link, for the wallet beside the browser; it comes back to `return_to`
cross_device   a link to be drawn as a QR code, for the wallet on a phone; nobody comes back
browser        an object for the Digital Credentials API of the page's browser
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import segno

from authsvc.presentation.errors import WayRefused
from authsvc.presentation.identity import VerifierIdentity
from authsvc.presentation.transactions import (
    Transaction,
    Transactions,
    digest_of,
    new_transaction_id,
)
from authsvc.verify.presentation import (
    ANY_WALLET,
    Prefix,
    PresentationRequest,
    Query,
    VerifierInfo,
    browser_request,
    by_address,
    link_by_reference,
    link_by_value,
    request_by_browser,
    request_by_post,
)
from authsvc.web.errors import FieldInvalid, FieldMissing

_LOOPBACK = ("127.0.0.1", "::1", "localhost")

Way = Literal["same_device", "cross_device", "browser"]


@dataclass(frozen=True)
class Order:
    """What a platform wants, and how."""

    query: Query
    way: Way
    prefix: Prefix = Prefix.X509_HASH
    encrypted: bool = True
    return_to: str | None = None
    session: str | None = None
    origin: str | None = None
    wallet: str | None = None
    name: str | None = None
    purpose: str | None = None
    transaction_data: Sequence[dict[str, Any]] = ()
    verifier_info: Sequence[VerifierInfo] = ()


@dataclass(frozen=True)
class Asked:
    """A request that waits, and what a person is shown: a link, its QR code, or an object."""

    id: str
    link: str | None = None
    qr: str | None = None
    browser_request: dict[str, Any] | None = None


class Asking:
    """Makes requests. `address` is the verifier's own, without a slash at its end.

    `algorithms` are those of the issuer that are taken.
    """

    def __init__(
        self,
        *,
        identity: VerifierIdentity,
        transactions: Transactions,
        address: str,
        algorithms: tuple[str, ...],
    ) -> None:
        self._algorithms = algorithms
        self._identity = identity
        self._transactions = transactions
        self._address = address
        self._host = urlsplit(address).hostname or ""

    async def ask(self, order: Order, *, now: datetime) -> Asked:
        """The request; FieldMissing, FieldInvalid, RequestRefused."""
        if order.way == "browser":
            return await self._by_browser(order, now)
        return await self._by_link(order)

    async def signed(self, transaction_id: str, *, wallet_nonce: str | None, now: datetime) -> str:
        """The request object behind a link; PresentationUnknown, WayRefused, RequestRefused."""
        transaction = await self._transactions.find(transaction_id)
        if transaction.request.response_mode.goes_by_browser:
            raise WayRefused
        return self._identity.signer.sign(transaction.request, now=now, wallet_nonce=wallet_nonce)

    async def _by_link(self, order: Order) -> Asked:
        returns = order.way == "same_device"
        if returns and order.session is None:
            raise FieldMissing(field="session")
        transaction_id = new_transaction_id()
        response_uri = f"{self._address}/responses/{transaction_id}"
        request = request_by_post(
            client_id=self._client_id(order.prefix, response_uri),
            query=order.query,
            response_uri=response_uri,
            encrypted=order.encrypted,
            algorithms=self._algorithms,
            name=order.name,
            purpose=order.purpose,
            transaction_data=order.transaction_data,
            verifier_info=order.verifier_info,
        )
        transaction = Transaction(
            request=request,
            return_to=web_address(order.return_to, field="return_to") if returns else None,
            session_digest=digest_of(order.session) if returns and order.session else None,
        )
        wallet = _wallet(order.wallet)
        await self._transactions.begin(transaction_id, transaction)
        link = self._link(transaction_id, request, order.prefix, wallet)
        return Asked(id=transaction_id, link=link, qr=_drawn(link))

    async def _by_browser(self, order: Order, now: datetime) -> Asked:
        origin = web_address(order.origin, field="origin")
        if urlsplit(origin)._replace(path="", query="", fragment="").geturl() != origin:
            raise FieldInvalid(field="origin")
        signs = order.prefix.signs
        request = request_by_browser(
            query=order.query,
            origin=origin,
            client_id=self._client_id(order.prefix, "") if signs else "",
            encrypted=order.encrypted,
            algorithms=self._algorithms,
            name=order.name,
            purpose=order.purpose,
            transaction_data=order.transaction_data,
            verifier_info=order.verifier_info,
        )
        transaction_id = new_transaction_id()
        await self._transactions.begin(transaction_id, Transaction(request=request))
        signer = self._identity.signer if signs else None
        told = browser_request(request, signer=signer, now=now)
        return Asked(id=transaction_id, browser_request=told)

    def _client_id(self, prefix: Prefix, response_uri: str) -> str:
        if not prefix.signs:
            return by_address(response_uri)
        return self._identity.signer.client_id(prefix, name=self._host)

    def _link(
        self, transaction_id: str, request: PresentationRequest, prefix: Prefix, wallet: str
    ) -> str:
        if not prefix.signs:
            return link_by_value(request, wallet=wallet)
        address = f"{self._address}/requests/{transaction_id}"
        return link_by_reference(request.client_id, address, wallet=wallet)


def _drawn(link: str) -> str:
    """A QR code as the address of an image. Level L: it is read from a screen, and may be long."""
    try:
        return segno.make_qr(link, error="l").svg_data_uri(scale=4)
    except segno.DataOverflowError:
        # The whole of a request that nobody signs stands in its link.
        raise FieldInvalid(field="query") from None


def _wallet(address: str | None) -> str:
    """What a link begins with: a wallet that is a page may have its view behind `#`."""
    if address is None:
        return ANY_WALLET
    page, _, view = address.partition("#")
    web_address(page, field="wallet")
    if "?" in address or not view.isascii() or not view.isprintable() or " " in view:
        raise FieldInvalid(field="wallet")
    return address


def web_address(text: str | None, *, field: str) -> str:
    """An address of the platform's own: https, or http on loopback; FieldMissing, FieldInvalid."""
    if text is None:
        raise FieldMissing(field=field)
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        raise FieldInvalid(field=field) from None
    spoken = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    if not host or not spoken or parts.fragment:
        raise FieldInvalid(field=field)
    if not text.isascii() or not text.isprintable() or " " in text or "@" in parts.netloc:
        raise FieldInvalid(field=field)
    return text
