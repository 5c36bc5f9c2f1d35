from typing import Any

import pytest

from authsvc.enrollment.face import HTTPFaceMatch, SandboxFaceMatch
from authsvc.enrollment.outside import Outside, trusted
from authsvc.enrollment.sms import HTTPSMSGateway, OutboxSMSGateway
from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.evidence.embedded_register import EmbeddedRegister
from authsvc.evidence.http_register import HTTPRegister
from authsvc.keyring import KeyRingBroken
from authsvc.settings import Gateway, RegisterSettings, Settings, SettingsInvalid

ISSUER = "https://authsvc.test"
REAL: dict[str, Any] = {
    "register": RegisterSettings(url="https://register.test", token="t"),
    "sms": Gateway(url="https://sms.test", token="t"),
    "face_match": Gateway(url="https://faces.test", token="t"),
}

pytestmark = pytest.mark.parametrize("ephemeral", ["memory"], indirect=True)


async def test_the_sandbox_has_simulated_forms(ephemeral, clock, tmp_path):
    settings = Settings(issuer=ISSUER, mode="sandbox", data_directory=tmp_path)
    outside = Outside.open(settings, ephemeral, clock)
    assert isinstance(outside.register, EmbeddedRegister)
    assert isinstance(outside.faces, SandboxFaceMatch)
    assert isinstance(outside.outbox, OutboxSMSGateway)
    await outside.close()


@pytest.mark.parametrize("mode", ["sandbox", "production"])
async def test_an_address_is_used_in_either_mode(ephemeral, clock, mode):
    outside = Outside.open(Settings(issuer=ISSUER, mode=mode, **REAL), ephemeral, clock)
    assert isinstance(outside.register, HTTPRegister)
    assert isinstance(outside.faces, HTTPFaceMatch)
    assert isinstance(outside.sms, HTTPSMSGateway)
    assert outside.outbox is None
    await outside.close()


@pytest.mark.parametrize("missing", REAL)
async def test_production_does_without_none_of_them(ephemeral, clock, missing):
    rest = {name: value for name, value in REAL.items() if name != missing}
    with pytest.raises(SettingsInvalid) as refused:
        Outside.open(Settings(issuer=ISSUER, **rest), ephemeral, clock)
    assert refused.value.field == f"{missing}.url"


@pytest.mark.parametrize("purpose", ["document-anchors", "register-anchors"])
def test_production_trusts_no_simulated_authority(ephemeral, keyring, clock, tmp_path, purpose):
    assert trusted(Settings(issuer=ISSUER, **REAL), keyring, purpose) == []
    DocumentAuthority.open(tmp_path / "authority", clock=clock).publish_trust(keyring.directory)
    assert len(trusted(Settings(issuer=ISSUER, mode="sandbox"), keyring, purpose)) == 1
    with pytest.raises(KeyRingBroken, match=purpose):
        trusted(Settings(issuer=ISSUER, **REAL), keyring, purpose)
