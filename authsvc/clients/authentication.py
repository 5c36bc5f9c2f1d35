"""Client authentication at the token endpoint and its like (RFC 6749 section 2.3).

The registered method and no other; one at a time. An unknown client, a wrong proof and another
method are one refusal. What the client then asks for it asks as itself: everything behind this
door relies on the `Client` that comes out of it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from cryptography import x509

from authsvc.clients import certificate
from authsvc.clients.assertion import (
    ASSERTION_TYPE,
    BeforeUse,
    ClientAssertions,
    client_id_of,
)
from authsvc.clients.client import AuthMethod, Client
from authsvc.clients.client_keys import ClientKeys
from authsvc.clients.client_secret import KnownHeaders, Shown, knows_secret, read_basic
from authsvc.clients.errors import (
    ClientCredentialsAmbiguous,
    ClientKeysUnavailable,
    ClientNotAuthenticated,
)
from authsvc.clients.registry import Clients
from authsvc.clients.wallet_attestation import (
    ATTESTATION,
    WalletAttestations,
    attested_client_id,
)
from authsvc.clients.wallet_providers import WalletProviders
from authsvc.storage import Ephemeral
from authsvc.web.http import HTTPRequest

_BASIC, _POST = AuthMethod.BASIC, AuthMethod.POST


class ClientAuthentication:
    """Finds out which client is asking.

    `anchors` are the authorities that certify the names of `tls_client_auth`, `wallet_anchors` the
    makers of wallets and theirs; `token_endpoint` is the audience that older clients name, if
    registered with `legacy_assertion_audience`.
    """

    def __init__(
        self,
        clients: Clients,
        *,
        keys: ClientKeys,
        ephemeral: Ephemeral,
        issuer: str,
        token_endpoint: str | None = None,
        anchors: Sequence[x509.Certificate] = (),
        wallet_anchors: Sequence[x509.Certificate] = (),
    ) -> None:
        self._attestations = WalletAttestations(
            providers=WalletProviders(wallet_anchors), ephemeral=ephemeral, issuer=issuer
        )
        self._clients = clients
        self._keys = keys
        self._assertions = ClientAssertions(
            keys=keys,
            ephemeral=ephemeral,
            issuer=issuer,
            token_endpoint=token_endpoint or issuer,
        )
        self._anchors = tuple(anchors)
        self._known_headers = KnownHeaders()

    async def authenticate(
        self,
        request: HTTPRequest,
        form: Mapping[str, str],
        *,
        before_use: BeforeUse | None = None,
        now: datetime,
    ) -> Client:
        """The client that a request comes from; `form` holds the parameters of its body.

        Raises ClientNotAuthenticated, or ClientCredentialsAmbiguous for two methods at once, and
        what `before_use` raises before an assertion is used up.
        """
        authorization = request.headers.get("authorization")
        attested = ATTESTATION in request.headers
        _refuse_two_at_once(authorization, form, attested=attested)
        if attested:
            return await self._by_attestation(request, form, before_use, now=now)
        if authorization is not None:
            return await self._by_header(authorization, form, now=now)
        if "client_assertion" in form or "client_assertion_type" in form:
            return await self._by_assertion(form, before_use, now=now)
        client_id, secret = form.get("client_id", ""), form.get("client_secret")
        if secret is not None:
            return await self._by_secret(_POST, (Shown.of(client_id, secret),), now=now)
        return await self._without_words(client_id, request.client_certificate, now=now)

    async def _by_header(
        self, authorization: str, form: Mapping[str, str], *, now: datetime
    ) -> Client:
        known = self._known_headers.recall(authorization)
        readings = read_basic(authorization) if known is None else known
        client_id = form.get("client_id")
        if client_id and client_id not in {shown.client_id for shown in readings}:
            raise ClientNotAuthenticated(log="two client ids")
        client = await self._by_secret(_BASIC, readings, now=now)
        if known is None:
            self._known_headers.remember(authorization, readings)
        return client

    async def _by_secret(
        self, method: AuthMethod, readings: Sequence[Shown], *, now: datetime
    ) -> Client:
        for shown in readings:
            client = await self._clients.find(shown.client_id, now=now)
            if knows_secret(client, method, shown) and client is not None:
                return client
        raise ClientNotAuthenticated(log=method.value)

    async def _by_assertion(
        self, form: Mapping[str, str], before_use: BeforeUse | None, *, now: datetime
    ) -> Client:
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise ClientNotAuthenticated(log="client_assertion_type")
        assertion = form.get("client_assertion", "")
        client_id = client_id_of(assertion)
        # RFC 7521 section 4.2: it may be left out, and if not, it is the same client.
        if form.get("client_id", client_id) != client_id:
            raise ClientNotAuthenticated(log="two client ids")
        client = await self._clients.find(client_id, now=now)
        if client is None or AuthMethod.PRIVATE_KEY_JWT not in client.auth_methods:
            raise ClientNotAuthenticated(log=AuthMethod.PRIVATE_KEY_JWT.value)
        await self._assertions.check(client, assertion, before_use=before_use, now=now)
        return client

    async def _by_attestation(
        self,
        request: HTTPRequest,
        form: Mapping[str, str],
        before_use: BeforeUse | None,
        *,
        now: datetime,
    ) -> Client:
        client_id = attested_client_id(request)
        if form.get("client_id", client_id) != client_id:
            raise ClientNotAuthenticated(log="two client ids")
        client = await self._clients.find(client_id, now=now)
        if client is None or AuthMethod.ATTESTATION not in client.auth_methods:
            raise ClientNotAuthenticated(log=AuthMethod.ATTESTATION.value)
        await self._attestations.check(client, request, before_use=before_use, now=now)
        return client

    async def _without_words(
        self, client_id: str, presented: bytes | None, *, now: datetime
    ) -> Client:
        """A client that only names itself: it is public, or TLS has spoken for it."""
        client = await self._clients.find(client_id, now=now)
        if client is None:
            raise ClientNotAuthenticated(log=AuthMethod.NONE.value)
        method = client.token_endpoint_auth_method
        if method.by_certificate and presented is not None:
            await self._check_certificate(client, presented, now=now)
        elif method is not AuthMethod.NONE:
            raise ClientNotAuthenticated(log=AuthMethod.NONE.value)
        return client

    async def _check_certificate(self, client: Client, presented: bytes, *, now: datetime) -> None:
        if client.token_endpoint_auth_method is AuthMethod.TLS:
            certificate.check_named(client, presented, anchors=self._anchors, now=now)
            return
        try:
            jwks = await self._keys.of(client, now=now)
        except ClientKeysUnavailable as error:
            raise ClientNotAuthenticated(log=error.log) from None
        certificate.check_registered(presented, jwks=jwks, now=now)


def _refuse_two_at_once(
    authorization: str | None, form: Mapping[str, str], *, attested: bool
) -> None:
    """RFC 6749 section 2.3: not more than one method in a request."""
    in_body = ("client_secret" in form) + ("client_assertion" in form)
    if in_body + (authorization is not None) + attested > 1:
        raise ClientCredentialsAmbiguous
