"""A life with the service: everything that leaves something at rest, and all that must not.

Of everything a person can do with the service something is done, and something is left half done.
"""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2

from authsvc.algorithms import thumbprint
from authsvc.app import House, open_house
from authsvc.certificates.credentials import KINDS, Platform, Statement, Wanted
from authsvc.certificates.credentials.sd_jwt import holder_jwk
from authsvc.clients import Clients
from authsvc.clients.initial_tokens import InitialTokens, Terms
from authsvc.identifiers import from_b64url
from authsvc.keyring import KeyRing
from authsvc.storage import Database, Transaction
from authsvc.subscribers import Subscriber
from authsvc.subscribers.relations import RelationKind
from tests.attributes.makers import good
from tests.authentication.authenticators import Authenticator
from tests.certificates.credential_makers import GROWN_UP
from tests.certificates.makers import new_key
from tests.clerks import NAME
from tests.family import browser_of, grown_up, ward_of
from tests.holder.apps import App, open_app
from tests.oidc.jwt_makers import unverified
from tests.whole import (
    CARD,
    ISSUER,
    MARKET,
    SQUARE,
    Enrolling,
    Received,
    Resident,
    Service,
    visit,
)
from tests.whole_wallet import use_a_wallet


@dataclass
class Life:
    """What must be found nowhere: what names people, what opens doors, what ties to platforms."""

    person: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    platform: dict[str, str] = field(default_factory=dict)

    def knows(self, whose: str, resident: Resident) -> None:
        """Notes what names a resident, and the password."""
        self.person |= {f"{whose}: {what}": value for what, value in resident.personal.items()}
        self.person = {what: value for what, value in self.person.items() if value}
        self.secrets[f"{whose}: password"] = resident.password

    def enrolled(self, whose: str, enrolling: Enrolling) -> None:
        """Notes what an enrollment handed out."""
        self.secrets[f"{whose}: enrollment token"] = enrolling.token
        self.secrets[f"{whose}: enrollment"] = enrolling.address.rpartition("/")[2]
        for number, code in enumerate(enrolling.codes):
            self.secrets[f"{whose}: SMS code {number}"] = code

    def browsed(self, whose: str, browser: httpx2.AsyncClient) -> None:
        """Notes the cookies of a browser."""
        self.secrets |= {
            f"{whose}: cookie {name}": value for name, value in browser.cookies.items()
        }

    def received(self, received: Received) -> None:
        """Notes what a platform received about a person."""
        place = received.platform.client_id
        self.secrets[f"{place}: code"] = received.redirect["code"]
        self.secrets[f"{place}: verifier"] = received.verifier
        tokens = received.tokens
        if not tokens:
            return
        self.secrets[f"{place}: refresh token"] = tokens["refresh_token"]
        family, _, secret = tokens["refresh_token"].partition(".")
        self.secrets[f"{place}: refresh family"] = family
        self.secrets[f"{place}: refresh secret"] = secret
        for kind in ("access_token", "id_token"):
            self.secrets[f"{place}: {kind}"] = tokens[kind]
            self.secrets[f"{place}: signature of {kind}"] = tokens[kind].rpartition(".")[2]
        # Not even in the public registry: that would be a tie.
        self.person[f"{place}: pseudonym"] = unverified(tokens["id_token"])["sub"]


async def live(service: Service) -> Life:
    """One person's life with the service, and two that have just begun."""
    life = Life()
    for platform in (SQUARE, MARKET):
        life.platform |= {
            f"{platform.client_id}: client id": platform.client_id,
            f"{platform.client_id}: redirect URI": platform.redirect_uri,
            f"{platform.client_id}: host": platform.redirect_uri.split("/")[2],
            f"{platform.client_id}: name": platform.name,
        }
    await _register_a_platform(service, life)
    resident = await _arrive(service, life)
    await _sign_in_strongly(service, life, resident)
    await _use_platforms(service, life, resident)
    await _ask_a_department(service, life, resident)
    await _print_a_certificate(service, life, resident)
    await _have_company(service, life, resident)
    await _have_a_family(service, life)
    await _go_to_a_counter(service, life)
    await _leave_doors_open(service, life, resident)
    await _begin_only(service, life)
    life.knows("resident", resident)
    return life


async def _register_a_platform(service: Service, life: Life) -> None:
    """A platform registers itself with a token that an operator gave it."""
    database = Database(service.settings.database)
    keyring = KeyRing.open(service.settings.key_directory)
    text, _ = await InitialTokens(database, keyring.digests).issue(
        registrations=2, lifetime=timedelta(days=7), terms=Terms(), now=service.clock.now()
    )
    await database.close()
    document = {"client_name": "a newcomer", "redirect_uris": ["https://newcomer.example/cb"]}
    async with service.client() as platform:
        answer = await platform.post(
            "/register", json=document, headers={"authorization": f"Bearer {text}"}
        )
    assert answer.status_code == 201, answer.text
    life.secrets |= {
        "initial access token": text,
        "registration access token": answer.json()["registration_access_token"],
    }


async def _arrive(service: Service, life: Life) -> Resident:
    """Enrolls, and presents a new card later; the wallet fetches credentials on each."""
    resident = service.resident("样例欧阳测试甲")
    life.enrolled("resident", await service.enroll(resident))
    await fetch_credentials(service, life, resident)
    life.person["resident: first document number"] = resident.card.document_number
    service.clock.advance(minutes=5)
    service.new_card(resident)
    life.enrolled("resident again", await service.enroll(resident))
    service.clock.advance(minutes=5)
    await fetch_credentials(service, life, resident)
    return resident


async def fetch_credentials(
    service: Service, life: Life, resident: Resident, *, each: int = 2
) -> list[str]:
    """Some of every kind, for keys of the wallet; for a platform where the kind is for one."""
    fetched: list[str] = []
    async with _inside(service) as (house, tx):
        person = await _known(house, tx, resident)
        document = (await house.subscribers.documents_of(tx, person.id))[-1]
        sector = urlsplit(SQUARE.redirect_uri).hostname or ""
        platform = Platform(sector, house.subscribers.subject_for(person, sector))
        for kind in KINDS.values():
            keys = [new_key().public_key() for _ in range(each)]
            for number, key in enumerate(keys):
                jwk = holder_jwk(key)
                whose = f"holder key {len(life.person)}, {number}"
                life.person |= {whose: jwk["x"], f"{whose}, thumbprint": thumbprint(jwk)}
            fetched += await house.certificates.credentials.issue(
                tx,
                person,
                kind=kind,
                statement=Statement(
                    resident.birth_date,
                    document.kind,
                    "chip-and-face",
                    attributes=GROWN_UP.attributes,
                    attested_by=GROWN_UP.attested_by,
                ),
                wanted=[Wanted(key, platform if kind.names_subject else None) for key in keys],
                document_digest=document.digest,
                document_valid_until=None,
                now=service.clock.now(),
            )
    for credential in fetched:
        token, *disclosures = credential.split("~")
        life.secrets[f"credential {len(life.secrets)}"] = token.rpartition(".")[2]
        for disclosure in filter(None, disclosures):
            life.secrets[f"disclosure {len(life.secrets)}"] = disclosure
            _, name, value = json.loads(from_b64url(disclosure))
            if name == "receipt":
                life.secrets[f"counterfoil {len(life.secrets)}"] = unverified(value)["jti"]
                life.secrets[f"counterfoil {len(life.secrets)}"] = value.rpartition(".")[2]
    return fetched


async def _sign_in_strongly(service: Service, life: Life, resident: Resident) -> None:
    """By a code to the phone, while there is nothing better; then by TOTP and a passkey."""
    async with service.client() as app:
        await _step_up_by_phone(service, life, resident, app)
        codes = await service.turn_totp_on(app, resident)
        await _add_a_passkey(life, app)
        life.browsed("app", app)
    life.secrets |= {f"recovery code {number}": code for number, code in enumerate(codes)}
    life.secrets |= {
        f"bare {what}": life.secrets[what].replace("-", "")
        for what in list(life.secrets)
        if what.startswith("recovery")
    }
    life.secrets["TOTP secret"] = resident.totp_secret
    service.clock.advance(minutes=1)


async def _step_up_by_phone(
    service: Service, life: Life, resident: Resident, app: httpx2.AsyncClient
) -> None:
    """One code is typed, and another one is on its way for ever."""
    body = {"sign_in_name": resident.sign_in_name, "password": resident.password}
    for attempt in ("typed", "not typed"):
        assert (await app.post("/authentication/password", json=body)).is_success
        assert (await app.post("/authentication/step-up/sms")).is_success
        code = await service.newest_code(app, resident)
        life.secrets[f"SMS code, {attempt}"] = code
        if attempt == "typed":
            answer = await app.post("/authentication/step-up", json={"otp": code})
            assert answer.is_success, answer.text


async def _add_a_passkey(life: Life, app: httpx2.AsyncClient) -> None:
    """A passkey is added and used, and two challenges are left unanswered."""
    authenticator = Authenticator(origin=ISSUER)
    for finished in (True, False):
        begun = (await app.post("/authentication/passkeys/options")).json()
        _challenge(life, f"new passkey {finished}", begun)
        if finished:
            body = {
                "challenge": begun["challenge"],
                "credential": authenticator.create(begun["options"]),
                "name": "a name for a passkey",
            }
            answer = await app.post("/authentication/passkeys", json=body)
            assert answer.status_code == 201, answer.text
        asked = (await app.post("/authentication/passkey/challenges")).json()
        _challenge(life, f"passkey {finished}", asked)
        if finished:
            credential = authenticator.get(asked["options"])
            body = {"challenge": asked["challenge"], "credential": credential}
            answer = await app.post("/authentication/passkey", json=body)
            assert answer.is_success, answer.text
            handle = credential["response"]["userHandle"]
            life.person |= {
                "passkey: id": credential["id"],
                "passkey: name": "a name for a passkey",
                "passkey: handle": handle,
            }


def _challenge(life: Life, whose: str, begun: dict[str, Any]) -> None:
    life.secrets[f"{whose}: challenge"] = begun["challenge"]
    life.secrets[f"{whose}: nonce"] = begun["options"]["challenge"]


async def _use_platforms(service: Service, life: Life, resident: Resident) -> None:
    """One platform is used, at the other the code is still to be redeemed."""
    async with service.client() as browser:
        square = await service.code_flow(browser, SQUARE, resident)
        life.received(square)
        life.secrets["first refresh token"] = square.tokens["refresh_token"]
        life.secrets["first code"] = square.redirect["code"]
        life.secrets["first verifier"] = square.verifier
        form = {"grant_type": "refresh_token", "refresh_token": square.tokens["refresh_token"]}
        answer = await service.as_platform(square, "/token", form)
        assert answer.status_code == 200, answer.text
        square.tokens |= answer.json()
        life.received(square)
        market = await service.authorize(browser, MARKET, resident)
        life.received(market)
        life.browsed("browser", browser)
        await service.userinfo(square)
        answer = await service.receipt(square)
        assert answer.status_code == 200, answer.text
        receipt = unverified(answer.text)
        life.secrets |= {
            "receipt: reference": receipt["reference"],
            "receipt: its name": receipt["jti"],
            "receipt: signature": answer.text.rpartition(".")[2],
        }
        for kind in ("access_token", "refresh_token"):
            await service.as_platform(square, "/introspect", {"token": square.tokens[kind]})


async def _ask_a_department(service: Service, life: Life, resident: Resident) -> None:
    """A record is linked, a platform asks, and another code is tried in vain."""
    right = {
        "department": "residence",
        "attributes": ["residence_city"],
        "purpose": "housing_benefit",
        "legal_basis": "《样例法》第七条",
    }
    rights = {
        "contacts": ["square@square.example"],
        "category": "commerce",
        "authorization_details_types": ["attribute_query"],
        "attribute_queries": [right],
    }
    async with _inside(service) as (house, tx):
        desk = house.departments.simulated["residence"]
        record = desk.write(None, {"residence_city": "440300"})
        card = (CARD, resident.card.document_number)
        code = await desk.hand_out_code(record.id, card=card, is_good=good)
        person = await _known(house, tx, resident)
        life.person["resident: department pseudonym"] = house.subscribers.subject_for(
            person, "department:residence"
        )
    database = Database(service.settings.database)
    await Clients(database).import_clients([SQUARE.registration | rights], now=service.clock.now())
    await database.close()
    # What a client is registered for is remembered for seconds.
    service.clock.advance(minutes=1)
    async with open_app(service, resident) as app:
        await app.does("/departments/link", department="residence", code="BCDFGHJK")
        answer = await app.does("/departments/link", department="residence", code=code)
        assert answer.status_code == 204, answer.text
        life.secrets["linking code"] = code
    service.clock.advance(minutes=1)
    detail = {**right, "type": "attribute_query"}
    async with service.client() as browser:
        details = json.dumps([detail])
        asked = await service.code_flow(browser, SQUARE, resident, authorization_details=details)
        told = (await service.userinfo(asked)).json()
        answer_of_it = told["_claim_sources"]["residence"]["JWT"]
        life.secrets["attestation"] = answer_of_it
        life.secrets["signature of the attestation"] = answer_of_it.rpartition(".")[2]
        life.received(asked)
    async with _inside(service) as (house, _):
        [line] = house.departments.simulated["residence"].books()
    life.secrets["reference of the question"] = line.consent


async def _print_a_certificate(service: Service, life: Life, resident: Resident) -> None:
    """What for, what it says and the PIN are on paper and in the person's head alone."""
    async with open_app(service, resident) as app:
        purpose = "办理样例借书证"
        answer = await app.does("/certificates/printed", purpose=purpose, tells=["age_over_18"])
        assert answer.status_code == 201, answer.text
        sheet = answer.json()
    said = json.loads(from_b64url(sheet["text"].split(".")[1]))
    life.secrets |= {
        "sheet": sheet["text"],
        "sheet: PIN": sheet["pin"],
        "sheet: salt": said["pin"]["salt"],
        "sheet: digest": said["pin"]["digest"],
    }
    life.person |= {"sheet: purpose": purpose, "sheet: jti": said["jti"]}


async def _have_company(service: Service, life: Life, resident: Resident) -> None:
    """A further device with a name, a helper, and a recovery that waits."""
    helper = await service.enrolled("样例慕容测试丁")
    life.knows("helper", helper)
    async with open_app(service, resident) as app:
        life.person["resident: what a device is called"] = "the tablet of nobody"
        answer = await app.adds(life.person["resident: what a device is called"])
        assert answer.status_code == 201, answer.text
        assert (await app.does("/alerts/seen")).status_code == 204
        await _give_another_phone(life, app)
        # What was noted is written when it is read.
        assert "platform_told" in await app.kinds()
        life.browsed("tablet", app.client)
    await _relate(service, resident, helper)
    life.enrolled("recovery", await _begin_recovery(service, resident))


async def _give_another_phone(life: Life, app: App) -> None:
    """It waits."""
    phone = life.person["resident: another phone"] = "+8610099999999"
    life.person["resident: another national phone"] = phone.removeprefix("+86")
    assert (await app.does("/phone", phone=phone)).status_code == 204
    outbox = (await app.client.get("/sandbox/outbox", params={"phone": phone})).json()
    code = re.findall(r"[0-9]{6}", outbox["messages"][-1]["text"])[0]
    life.secrets["code to another phone"] = code
    answer = await app.does("/phone/confirmation", phone=phone, code=code)
    assert answer.status_code == 200, answer.text


async def _have_a_family(service: Service, life: Life) -> None:
    """A child waits for a guardian, who invites a helper."""
    async with grown_up(service) as guardian:
        child = await ward_of(service, guardian, birth_date=date(2016, 5, 5))
        for whose, member in (("guardian", guardian.resident), ("child", child)):
            life.knows(whose, member)
        async with browser_of(service, child) as browser:
            await browser.go(SQUARE)
            life.secrets["child: interaction"] = browser.address.rpartition("/")[2]
            life.browsed("child", browser.client)
        [waiting] = await guardian.waiting()
        life.secrets["use that waits"] = waiting["id"]
        code = (await guardian.does("/helpers/invitation")).json()["code"]
        life.secrets |= {"invitation": code, "bare invitation": code.replace("-", "")}
        life.browsed("guardian", guardian.client)


async def _relate(service: Service, resident: Resident, helper: Resident) -> None:
    async with _inside(service) as (house, tx):
        await house.relations.add(
            tx,
            RelationKind.HELPER,
            subscriber=await _known(house, tx, resident),
            subscriber_name=resident.name,
            other=await _known(house, tx, helper),
            other_name=helper.name,
            now=service.clock.now(),
        )


@asynccontextmanager
async def _inside(service: Service) -> AsyncIterator[tuple[House, Transaction]]:
    """The rooms behind the doors, and a transaction."""
    house = open_house(service.settings, service.clock)
    try:
        async with house.database.transaction() as tx:
            yield house, tx
    finally:
        await house.close()


async def _known(house: House, tx: Transaction, whom: Resident) -> Subscriber:
    digest = house.subscribers.person_digest(whom.number)
    found = await house.subscribers.find_by_person(tx, digest)
    assert found is not None
    return found


async def _begin_recovery(service: Service, resident: Resident) -> Enrolling:
    async with service.client() as client:
        recovering = Enrolling(client, resident)
        answer = await client.post("/enrollments", json={"purpose": "recover"})
        recovering.address = f"/enrollments/{answer.json()['enrollment']}"
        recovering.token = answer.json()["token"]
        for act in (recovering.document, recovering.holder, recovering.choose):
            answer = await act()
            assert answer.is_success, answer.text
    return recovering


async def _go_to_a_counter(service: Service, life: Life) -> None:
    """Somebody without a phone gets a number of two agents."""
    resident = service.resident("样例慕容试窗口")
    async with service.client() as client:
        enrolling = Enrolling(client, resident)
        await enrolling.begin()
        await enrolling.document()
        await enrolling.attended(await service.clerks(), device=False)
        await enrolling.choose()
        numbered = await enrolling.put("number")
        assert numbered.is_success, numbered.text
    resident.online_number = numbered.json()["online_number"]
    life.enrolled("at a counter", enrolling)
    life.knows("at a counter", resident)
    life.person["an agent"] = NAME


async def _leave_doors_open(service: Service, life: Life, resident: Resident) -> None:
    """A page unanswered, a second factor not yet given, a challenge unsigned, a list fetched."""
    async with service.client() as browser:
        page = await visit(browser, f"/authorize?{urlencode(_request(life))}")
        assert not isinstance(page, str)
        life.secrets["interaction"] = page.url.rpartition("/")[2]
        body = {"sign_in_name": resident.sign_in_name, "password": resident.password}
        answer = await browser.post("/authentication/password", json=body)
        life.secrets["ticket"] = answer.json()["ticket"]
        await _invite_a_wallet(service, life)
        answer = await browser.post("/authentication/challenges")
        life.secrets["challenge"] = answer.json()["challenge"]
        life.secrets["challenge's nonce"] = answer.json()["message"].splitlines()[-1]
        life.browsed("other browser", browser)
        assert (await browser.get("/crl/authsvc.crl")).status_code == 200


async def _invite_a_wallet(service: Service, life: Life) -> None:
    """Somebody's wallet: an offer that nobody has taken up yet, and one that was."""
    resident = await service.enrolled("样例诸葛测试庚")
    async with service.client() as app:
        body = {"sign_in_name": resident.sign_in_name, "password": resident.password}
        assert (await app.post("/authentication/password", json=body)).is_success
        await service.prove_phone(app, resident)
        ties, secrets = await use_a_wallet(service, app)
    life.knows("inviting", resident)
    life.platform |= ties
    life.secrets |= secrets


def _request(life: Life) -> dict[str, str]:
    asked = SQUARE.request | {
        "state": "the state of the platform",
        "nonce": "the nonce of the platform",
    }
    life.secrets |= {what: asked[what] for what in ("state", "nonce", "code_challenge")}
    return asked


async def _begin_only(service: Service, life: Life) -> None:
    """One enrollment waits for an SMS code, another for the face."""
    for whose, name, until in (
        ("beginner", "样例司徒测试乙", "phone-confirmation"),
        ("newcomer", "样例上官测试丙", "holder-check"),
    ):
        resident = service.resident(name)
        async with service.client() as client:
            enrolling = Enrolling(client, resident)
            await enrolling.begin()
            await enrolling.all(until=until)
            # Nothing but the chip speaks of these two: their numbers are not issued.
            life.knows(whose, resident)
            life.enrolled(whose, enrolling)
            life.browsed(whose, client)
