"""Artificial people with cards, for who develops an app. Only a sandbox has this door."""

import asyncio
from base64 import b64encode
from datetime import date

import msgspec

from authsvc.enrollment.phone import parse_phone
from authsvc.enrollment.sign_in_credentials import SignInCredentials
from authsvc.errors import InvalidInput, Text
from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.evidence.kinds import RESIDENT_IDENTITY_CARD
from authsvc.storage import Database
from authsvc.subscribers import Subscribers


class GuardianUnknown(InvalidInput):
    """Nobody signs in by the name that was given for the guardian."""

    code = "sandbox.guardian_unknown"
    title = Text("没有此登录名的测试人员", "No test person signs in by this name")
    next_step = Text(
        "请填写已开通网号的测试人员的登录名", "Name a test person who has an online number"
    )


class VirtualCard(msgspec.Struct, frozen=True):
    """What the app needs to enroll the person: chip file and face in base64."""

    kind: str
    chip: str
    capture: str
    name: str
    phone: str


class SandboxCards:
    """Makes people up in the simulated register."""

    def __init__(
        self,
        *,
        authority: DocumentAuthority,
        database: Database,
        subscribers: Subscribers,
        credentials: SignInCredentials,
    ) -> None:
        self._authority = authority
        self._database = database
        self._subscribers = subscribers
        self._credentials = credentials

    async def make(
        self,
        *,
        name: str | None = None,
        birth_date: date | None = None,
        phone: str | None = None,
        guardian_sign_in_name: str | None = None,
    ) -> VirtualCard:
        """Somebody new with a card, whose guardian is the test person who signs in by that name.

        GuardianUnknown, PhoneInvalid, and what the authority refuses.
        """
        guardian = None
        if guardian_sign_in_name is not None:
            guardian = await self._number_of(guardian_sign_in_name)
        reachable = None if phone is None else parse_phone(phone)
        # Each act waits for the disk.
        return await asyncio.to_thread(self._make, name, birth_date, reachable, guardian)

    def _make(
        self, name: str | None, birth_date: date | None, phone: str | None, guardian: str | None
    ) -> VirtualCard:
        person = self._authority.create_person(name=name, birth_date=birth_date, phone=phone)
        card = self._authority.issue_card(person.number.value)
        if guardian is not None:
            self._authority.set_guardian(person.number.value, guardian, holds=True)
        return VirtualCard(
            kind=RESIDENT_IDENTITY_CARD.name,
            chip=b64encode(card.chip_file).decode("ascii"),
            capture=b64encode(person.portrait).decode("ascii"),
            name=person.name,
            phone=person.phone,
        )

    async def _number_of(self, sign_in_name: str) -> str:
        async with self._database.reading() as tx:
            owner = await self._credentials.owner_of(tx, sign_in_name)
            subscriber = None if owner is None else await self._subscribers.find(tx, owner)
            if subscriber is not None:
                identity = await self._subscribers.identity_of(tx, subscriber)
                if identity is not None:
                    return identity.number
        raise GuardianUnknown(field="guardian_sign_in_name")
