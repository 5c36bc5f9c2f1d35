"""Somebody freezes their number; from then on it is measured when each verifier refuses.

The clock is the test's, so that the longest windows are met and not hoped for: what was fetched was
fetched in the last moment before the freeze, and whoever looks by a timer looks too soon. The
bounds are those that `docs/verifying.md` promises, read from there.
"""

import base64
import re
import zlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from joserfc.jwk import ECKey

from authsvc.identifiers import from_b64url
from authsvc.presentation.issuer_facts import EVERY, IssuerFacts
from authsvc.verify import CredentialVerifier, KnownIssuer, TokenRefused
from authsvc.verify.presentation import Answer, Query, request_by_post
from authsvc.web.fetched import Fetched
from tests.issuance.conftest import issuing
from tests.issuance.makers import COUNTER, PERSON, new_keys, read_certificate
from tests.issuance.test_offers import signed_in_by_password
from tests.oidc.jwt_makers import unverified
from tests.presentation.wallet import Credential, Request
from tests.presentation.wallet import Wallet as Holder
from tests.whole import ISSUER, SQUARE

__all__ = ["issuing"]

pytestmark = pytest.mark.asyncio(loop_scope="session")

DOCUMENT = Path(__file__).parents[2] / "docs" / "verifying.md"
WORDS = {
    "at once": timedelta(0),
    "half a minute": timedelta(seconds=30),
    "forty seconds": timedelta(seconds=40),
    "ten minutes and ten seconds": timedelta(minutes=10, seconds=10),
    "four days and ten seconds": timedelta(days=4, seconds=10),
    "24 hours and ten seconds": timedelta(hours=24, seconds=10),
}
CWT = {"accept": "application/statuslist+cwt"}
VERIFIER: dict[str, Any] = {"audience": "https://shop.example/door", "nonce": "a nonce of the door"}
SECOND = timedelta(seconds=1)


def promised() -> dict[str, timedelta]:
    """The bounds of the table, by the word in code that its first column has."""
    text = DOCUMENT.read_text("utf-8")
    section = text.partition("### The longest window after a freeze")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| .*?`(\w+)`.*? \| \*\*(.+?)\*\*", section, re.MULTILINE)
    return {name: WORDS[bound] for name, bound in rows}


class Town:
    """Everybody who looks at one person, by the name that the document has for them."""

    def __init__(self, world: Any, certificates: dict[str, Holder], place: dict[str, Any]) -> None:
        self._service = world.service
        self._zhang = world.zhang
        self._held = certificates
        self._place = place
        self._known, self._offline = KnownIssuer(ISSUER), KnownIssuer(ISSUER)
        self._facts = IssuerFacts(
            issuer=ISSUER, sector="shop.example", fetcher=self, algorithms=("ES256",)
        )
        self._looked_at: datetime | None = None
        self.tokens: dict[str, Any] = {}

    @property
    def now(self) -> datetime:
        """The time of the test's clock."""
        found: datetime = self._service.clock.now()
        return found

    async def get(self, url: str, *, accept: str = "*/*", largest: int = 0) -> Fetched:
        """What lies at an address of the service; for the platform's own verifier."""
        async with self._service.client() as client:
            response = await client.get(url, headers={"accept": accept})
        assert response.status_code == 200, response.text
        return Fetched(response.content, response.headers["content-type"], SECOND)

    async def fetch(self, address: str) -> bytes | None:
        """The same for the library."""
        return (await self.get(address)).body

    async def last_look(self) -> None:
        """Everybody looks once more, in the last moment before the freeze."""
        for issuer in (self._known, self._offline):
            issuer.statuses.want(self._place["uri"])
            await issuer.arefresh(self.fetch, now=self.now)
        await self._facts.refresh(now=self.now)
        await self.platform_verifier()
        # The worst: when the timer goes next, the list is a second too young to be fetched again.
        self._looked_at = self.now - SECOND

    async def tick(self) -> None:
        """Whoever looks by a timer looks when it is time, ten seconds after the last."""
        assert self._looked_at is not None
        if self.now - self._looked_at >= EVERY:
            self._looked_at = self.now
            await self._known.arefresh(self.fetch, now=self.now)
            await self._facts.refresh(now=self.now)

    async def ocsp(self) -> bool:
        """The device certificate, asked about by a platform that has it."""
        certificate = x509.load_pem_x509_certificate(self._zhang.certificate.encode())
        async with self._service.client() as client:
            root = x509.load_der_x509_certificate((await client.get("/ca/authsvc.cer")).content)
            builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, root, hashes.SHA256())
            der = builder.build().public_bytes(serialization.Encoding.DER)
            encoded = base64.b64encode(der).decode().replace("/", "%2F").replace("+", "%2B")
            answer = await client.get(f"/ocsp/{encoded}")
        found = ocsp.load_der_ocsp_response(answer.content)
        return found.certificate_status is ocsp.OCSPCertStatus.GOOD

    async def introspection(self) -> bool:
        """An access token, asked about by the platform that has it."""
        async with self._service.client() as client:
            answer = await client.post(
                "/introspect",
                data={"token": self.tokens["access_token"]},
                auth=(SQUARE.client_id, SQUARE.secret),
            )
        return bool(answer.json()["active"])

    async def status_list_jwt(self) -> bool:
        """The list, fetched anew by somebody who has none."""
        token = (await self.get(self._place["uri"])).body.decode()
        told = unverified(token)["status_list"]
        return self._is_valid(from_b64url(told["lst"]))

    async def status_list_cwt(self) -> bool:
        """The same in its other form."""
        token = (await self.get(self._place["uri"], accept=CWT["accept"])).body
        told = cbor2.loads(cbor2.loads(token).value[2])[65533]
        return self._is_valid(told["lst"])

    def _is_valid(self, lst: bytes) -> bool:
        place, slot = divmod(self._place["idx"], 4)
        return bool(zlib.decompress(lst)[place] >> 2 * slot & 3 == 0)

    async def refreshing_verifier(self) -> bool:
        """The library, its lists fetched by a timer."""
        return self._verifies(self._known, self._held[PERSON])

    async def platform_verifier(self) -> bool:
        """The verifier that a platform runs."""
        held = self._held[PERSON]
        query = {
            "id": "person",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [unverified(held.credential.jwt)["vct"]]},
        }
        request = request_by_post(
            client_id="redirect_uri:https://shop.example/answers",
            query=Query.read({"credentials": [query]}),
            response_uri="https://shop.example/answers",
            encrypted=False,
        )
        shown = held.present(Request(request.parameters), now=self.now)
        try:
            await self._facts.verify(Answer({"person": (shown,)}), request, now=self.now)
        except TokenRefused:
            return False
        return True

    async def offline_verifier(self) -> bool:
        """The library, cut off since the last look."""
        return self._verifies(self._offline, self._held[PERSON])

    async def offline_for_days(self) -> bool:
        """The same, told to go by a list for as long as it may."""
        long = timedelta(days=365)
        return self._verifies(self._offline, self._held[PERSON], oldest_status=long)

    async def no_status(self) -> bool:
        """A certificate that is for a day, shown to whoever is cut off."""
        return self._verifies(self._offline, self._held[COUNTER])

    def _verifies(self, issuer: KnownIssuer, held: Holder, **how: Any) -> bool:
        kinds = CredentialVerifier(
            issuer=ISSUER, keys=issuer, types=[unverified(held.credential.jwt)["vct"]]
        )
        asked = Request({"client_id": VERIFIER["audience"], "nonce": VERIFIER["nonce"]})
        shown = held.present(asked, now=self.now)
        try:
            kinds.verify(shown, now=self.now, statuses=issuer.statuses, **VERIFIER, **how)
        except TokenRefused:
            return False
        return True


WITH_NETWORK = (
    "ocsp",
    "introspection",
    "status_list_jwt",
    "status_list_cwt",
    "refreshing_verifier",
    "platform_verifier",
)
# In the order in which they end.
CUT_OFF = ("offline_verifier", "no_status", "offline_for_days")


async def wallet_of(world: Any, person: Any) -> tuple[dict[str, Holder], dict[str, Any]]:
    """A certificate of either kind that this person holds, and where the status of one is."""
    wallet, held = world.wallet(), {}
    tokens = await wallet.authorized(person, scope=f"{PERSON} {COUNTER}")
    for kind in (PERSON, COUNTER):
        [key] = new_keys(1)
        [issued] = await wallet.fetch(tokens, [key], credential_configuration_id=kind)
        jwt, *disclosures, _ = issued.split("~")
        named = dict(zip(read_certificate(issued)[2], disclosures, strict=True))
        held[kind] = Holder(cast("ECKey", key), Credential(jwt, named))
    return held, unverified(held[PERSON].credential.jwt)["status"]["status_list"]


async def measured(town: Town, clock: Any) -> dict[str, timedelta]:
    """How long after now each of them refuses for the first time."""
    frozen_at, refused_after = clock.now(), {}

    async def look(*names: str) -> None:
        for name in names:
            if name not in refused_after and not await getattr(town, name)():
                refused_after[name] = clock.now() - frozen_at

    for _ in range(WORDS["forty seconds"] // SECOND + 2):
        await town.tick()
        await look(*WITH_NETWORK)
        clock.advance(SECOND)
    # Nothing happens in between: it is looked just before each is to be over, and just then.
    for name in CUT_OFF:
        clock.advance(frozen_at + promised()[name] - SECOND - clock.now())
        await look(name)
        assert name not in refused_after
        clock.advance(2 * SECOND)
        await look(name)
    return refused_after


async def test_a_freeze_reaches_everybody_within_what_is_promised(issuing):
    clock, zhang = issuing.service.clock, issuing.zhang
    # A certificate's times are rounded down to the hour: the longest life begins on the hour.
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    clock.advance(hour + timedelta(hours=1) - clock.now())
    town = Town(issuing, *await wallet_of(issuing, zhang))
    received = await issuing.service.code_flow_of_a_new_browser(SQUARE, zhang)
    town.tokens = received.tokens
    await town.last_look()
    for name in (*WITH_NETWORK, *CUT_OFF):
        assert await getattr(town, name)(), name

    async with issuing.service.client() as app:
        await signed_in_by_password(app, zhang)
        assert (await app.post("/holder/freeze")).is_success
    refused_after = await measured(town, clock)

    bounds = promised()
    assert bounds.keys() == {*WITH_NETWORK, *CUT_OFF} == refused_after.keys()
    for name, after in refused_after.items():
        assert after <= bounds[name] + SECOND * int(name in CUT_OFF), (name, after)
    # They are no wider than they have to be: at the worst moment each is nearly used up.
    for name in ("status_list_jwt", "status_list_cwt", "refreshing_verifier"):
        assert refused_after[name] >= bounds[name] / 2, name
