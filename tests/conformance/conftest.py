"""The provider and a person's browser, and strict clients of every kind of proof."""

import pytest

from authsvc.clients.certificate import CLIENT_ANCHORS
from authsvc.clients.wallet_providers import WALLET_ANCHORS
from authsvc.keyring import KeyRing
from tests.conformance.person import Person
from tests.conformance.platforms import (
    BY_ATTESTATION,
    BY_CERTIFICATE,
    BY_KEY,
    CLIENT_ANCHOR,
    KINDS,
    MAKER,
    FapiPlatform,
    Kind,
    fapi_metadata,
)
from tests.conformance.registrar import Registrar
from tests.conformance.relying_party import RelyingParty
from tests.oidc.conftest import browser, fetcher, platform, provider
from tests.oidc.makers import Service
from tests.web.strangers import TestAuthority

__all__ = ["browser", "fetcher", "platform", "provider"]


@pytest.fixture
def keyring(keyring: KeyRing) -> KeyRing:
    """A key ring that also trusts the authority of `tls_client_auth`, and a maker of wallets."""
    keyring.directory.save_certificate(CLIENT_ANCHORS, "artificial", CLIENT_ANCHOR)
    keyring.directory.save_certificate(WALLET_ANCHORS, "maker", MAKER.certificate)
    return keyring


@pytest.fixture(params=[BY_KEY, BY_CERTIFICATE, BY_ATTESTATION], ids=str)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Strict clients: private_key_jwt with DPoP, mTLS with mTLS, a wallet's word with DPoP."""
    return next(each for each in KINDS if str(each) == str(request.param))


@pytest.fixture
async def fapi(provider: Service, kind: Kind) -> FapiPlatform:
    """The server of the client `fapi`; `fapi-2` is registered beside it."""
    registered = [fapi_metadata(kind, client_id) for client_id in ("fapi", "fapi-2")]
    await provider.clients.import_clients(registered, now=provider.clock.now())
    return FapiPlatform(provider, kind)


@pytest.fixture
def other(fapi: FapiPlatform) -> FapiPlatform:
    """The server of the client `fapi-2`."""
    return FapiPlatform(fapi.service, fapi.kind, "fapi-2")


@pytest.fixture
def person(provider: Service) -> Person:
    """Zhang, with a fresh browser."""
    return Person(provider)


@pytest.fixture(params=["static client", "dynamic client", "form post"])
def registrar(request: pytest.FixtureRequest, provider: Service) -> Registrar:
    """The basic plan in its three forms; the last one registers its clients itself, too."""
    return Registrar(
        provider,
        dynamic=request.param != "static client",
        form_post=request.param == "form post",
    )


@pytest.fixture
async def rp(registrar: Registrar) -> RelyingParty:
    """The first client of a plan."""
    return await registrar.client()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    """Whoever vouches for the servers of clients."""
    return TestAuthority(tmp_path_factory.mktemp("tls"))
