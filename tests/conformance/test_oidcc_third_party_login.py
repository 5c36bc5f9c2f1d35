"""oidcc-3rdparty-init-login-certification-test-plan (OpenID Connect Core 4)."""

import pytest

from tests.conformance.registrar import CALLBACK, Registrar

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
BEGIN = "https://localhost:8443/test/a/authsvc/login"


@pytest.fixture
def registrar(provider):
    return Registrar(provider, dynamic=True)


async def test_where_a_sign_in_begins_is_registered_and_told(registrar, person):
    """oidcc-3rd_party-init-login: in the answer, and by the registration's own address."""
    rp = await registrar.client(initiate_login_uri=BEGIN)
    assert rp.registered["initiate_login_uri"] == BEGIN
    found = await registrar.manage(rp)
    assert found["initiate_login_uri"] == BEGIN
    assert found["client_id"] == rp.client_id
    await rp.sign_in(person)


@pytest.mark.parametrize("scheme", ["http", "ftp", "javascript"])
async def test_where_a_sign_in_begins_must_be_https(registrar, scheme):
    """oidcc-3rd_party-init-login-nohttps: the registration is refused."""
    begin = BEGIN.replace("https", scheme, 1)
    response = await registrar.register({"redirect_uris": [CALLBACK], "initiate_login_uri": begin})
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_client_metadata"
    assert "initiate_login_uri" in response.json()["error_description"]
