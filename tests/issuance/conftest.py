"""One whole service for all tests of this room: nobody here changes what another looks at."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from authsvc.clients.wallet_providers import WALLET_ANCHORS
from authsvc.keyring import KeyRing
from tests import databases
from tests.conftest import session_async
from tests.issuance.makers import WALLETS, Maker, World, register, wallet_metadata
from tests.makers import AdjustableClock
from tests.whole import open_service


@session_async
async def issuing(
    key_directory: Path, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """The service with two wallets, a maker of wallets whom it trusts, and Zhang."""
    directory, clock = tmp_path_factory.mktemp("issuing"), AdjustableClock()
    shutil.copytree(key_directory, directory / "keys")
    keyring = KeyRing.open(directory / "keys")
    maker = Maker("an artificial maker of wallets", now=clock.now())
    keyring.directory.save_certificate(WALLET_ANCHORS, "maker", maker.certificate)
    url = databases.copy_sqlite(sqlite_template, directory / "authsvc.db")
    attested = wallet_metadata(
        "wallet-attested", token_endpoint_auth_method="attest_jwt_client_auth", jwks=None
    )
    await register(url, clock, *map(wallet_metadata, WALLETS), attested)
    stores = (url, databases.MEMORY_URL)
    async with open_service(stores, keyring, clock, directory) as service:
        yield World(service, await service.enrolled("测试张"), url, maker)
