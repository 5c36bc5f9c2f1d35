"""What the service issues is taken by a platform's verifier, and not when it was put on hold."""

import base64
import json
from datetime import timedelta

import pytest
import segno
from cryptography import x509
from joserfc.jwk import ECKey

from authsvc.certificates import CertificateAuthority, RevocationReason
from authsvc.certificates.credentials import KINDS, CredentialStatusLists, Platform, Wanted
from authsvc.identifiers import b64url
from authsvc.verify import CredentialVerifier, VerificationKeys
from authsvc.verify.dynamic_qr import DynamicQRVerifier, audience_of
from authsvc.web.errors import FetchFailed
from authsvc.web.fetched import Fetched
from tests.certificates.credential_makers import Issuer as Service
from tests.certificates.credential_makers import somebody
from tests.certificates.makers import Desk
from tests.makers import NOW
from tests.presentation.conftest import SECTOR, opened
from tests.presentation.wallet import (
    AT_PLATFORM,
    Credential,
    Issuer,
    Request,
    Wallet,
    answer_form,
)

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ADDRESS = "https://id.example"


@pytest.fixture
def desk(keyring, database, clock):
    authority = CertificateAuthority.create(keyring, base_url=ADDRESS, now=NOW)
    return Desk.alone(authority, database, clock)


@pytest.fixture
def service(desk, database):
    lists = CredentialStatusLists(desk.certificates.credentials, database)
    return Service(desk.certificates, database, lists)


class Published:
    """Gets what the service publishes."""

    def __init__(self, service, clock):
        self._service = service
        self._clock = clock

    async def get(self, url, *, accept, largest=0):
        now = self._clock.now()
        if url == f"{ADDRESS}/.well-known/jwt-vc-issuer":
            body = self._service.certificates.credentials.issuer_metadata(now=now)
        elif url.startswith(f"{ADDRESS}/credentials/status-lists/"):
            body = (await self._service.lists.current(int(url.rpartition("/")[2]), now=now)).token
        else:
            raise FetchFailed
        return Fetched(body, "application/json", timedelta(minutes=1))

    def close(self):
        """Nothing is open."""


async def fetched(service, person, kind, platform=None):
    """A wallet of this person with one credential."""
    key = ECKey.generate_key("P-256")
    public = key.get_op_key("verify")
    [issued] = await service.issue(
        person, now=NOW, kind=KINDS[kind], wanted=[Wanted(public, platform)]
    )
    jwt, *disclosures, _ = issued.split("~")
    named = {json.loads(base64.urlsafe_b64decode(each + "=="))[1]: each for each in disclosures}
    return Wallet(key, Credential(jwt, named))


async def presents(door, wallet, *names, now):
    asked = await door.orders(query=door.query(*names, kind=AT_PLATFORM))
    request = await door.opens(asked["link"])
    presented = wallet.present(request, *names, now=now)
    await door.answers(request, answer_form(request, {"person": [presented]}))
    return await door.result(asked["id"])


async def test_a_platform_learns_its_pseudonym_until_the_number_is_frozen(
    service, desk, keyring, clock, tmp_path
):
    person = somebody(keyring, NOW)
    platform = Platform(SECTOR, "a pseudonym of this platform")
    wallet = await fetched(service, person, "verified-person-at-platform", platform)
    verifier = opened(tmp_path / "verifier", Issuer(ADDRESS), clock, Published(service, clock))
    async with verifier as door:
        result = await presents(door, wallet, "sub", "age_over_18", now=NOW)
        [shown] = result["credentials"]["person"]
        assert shown["subject"] == "a pseudonym of this platform"
        assert shown["claims"]["age_over_18"] is True
        assert shown["status"] == "valid"

        await desk.revoke(
            RevocationReason.CERTIFICATE_HOLD, now=clock.now(), subscriber_id=person.id
        )
        now = clock.advance(minutes=1)
        result = await presents(door, wallet, "sub", now=now)
        assert result == {"status": "refused", "reason": "verify.credential_suspended"}


async def test_its_root_is_an_authority_that_a_platform_can_ask_for(
    service, keyring, clock, tmp_path
):
    root = service.certificates.credentials.anchor(now=NOW)
    own = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    wallet = await fetched(service, somebody(keyring, NOW), "verified-person")
    verifier = opened(tmp_path / "verifier", Issuer(ADDRESS), clock, Published(service, clock))
    async with verifier as door:
        for identifier, status in ((own, "presented"), (own[::-1], "refused")):
            query = door.query("age_over_18")
            trusted = {"type": "aki", "values": [b64url(identifier)]}
            query["credentials"][0]["trusted_authorities"] = [trusted]
            asked = await door.orders(query=query)
            request = await door.opens(asked["link"])
            shown = wallet.present(request, "age_over_18", now=NOW)
            await door.answers(request, answer_form(request, {"person": [shown]}))
            assert (await door.result(asked["id"]))["status"] == status


async def test_a_counter_takes_what_a_phone_can_draw(service, keyring):
    person = somebody(keyring, NOW)
    wallet = await fetched(service, person, "verified-person-counter")
    metadata = service.certificates.credentials.issuer_metadata(now=NOW)
    kinds = CredentialVerifier(
        issuer=ADDRESS,
        keys=VerificationKeys.from_issuer_metadata(metadata, issuer=ADDRESS),
        types=[f"{ADDRESS}/credentials/types/verified-person"],
    )
    counter = DynamicQRVerifier(kinds, purpose="Example Hall")
    told = {"client_id": audience_of("Example Hall"), "nonce": "x" * 22}

    text = wallet.present(Request(told), "age_over_18", now=NOW)

    # As many modules as a camera takes off the screen of a phone.
    assert segno.make_qr(text, error="l").symbol_size()[0] <= 145
    assert counter.verify(text, now=NOW).presentation.claims["age_over_18"] is True
