"""Artificial people with documents, for who develops an app. Only a sandbox has this door."""

import asyncio
from base64 import b64encode
from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from authsvc.enrollment.phone import parse_phone
from authsvc.enrollment.sign_in_credentials import SignInCredentials
from authsvc.errors import InvalidInput, Text
from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.evidence.authority.cards import IssuedCard
from authsvc.evidence.authority.numbering import number_kind
from authsvc.evidence.kinds import (
    HOUSEHOLD_REGISTER_PAGE,
    RESIDENT_IDENTITY_CARD,
    kind_named,
)
from authsvc.storage import Database
from authsvc.subscribers import Subscribers

# Somebody ten years old has a page of the household register, and no card yet.
_AGE_WITH_A_PAGE = timedelta(days=3652)


class GuardianUnknown(InvalidInput):
    """Nobody signs in by the name that was given for the guardian."""

    code = "sandbox.guardian_unknown"
    title = Text("没有此登录名的测试人员", "No test person signs in by this name")
    next_step = Text(
        "请填写已开通网号的测试人员的登录名", "Name a test person who has an online number"
    )


class DocumentNotOfSandbox(InvalidInput):
    """The simulated register has issued no such document."""

    code = "sandbox.document_unknown"
    title = Text("没有此测试证件", "No such test document")
    next_step = Text("请使用此测试环境签发的证件", "Name one that this sandbox handed over")


class VirtualCard(msgspec.Struct, frozen=True):
    """What the app needs to enroll the person: chip file and face in base64.

    `printed` is what stands on a document without a chip; `chip` is empty then, and else `printed`.
    """

    kind: str
    chip: str
    capture: str
    name: str
    phone: str
    document_number: str
    printed: dict[str, str]


class Wishes(NamedTuple):
    """What somebody new is to be like; None is made up."""

    name: str | None = None
    birth_date: date | None = None
    phone: str | None = None


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
        kind: str = RESIDENT_IDENTITY_CARD.name,
        wishes: Wishes = Wishes(),  # noqa: B008 - it cannot change
        *,
        guardian_sign_in_name: str | None = None,
        same_person_as: tuple[str, str] | None = None,
    ) -> VirtualCard:
        """Somebody new with a document, whose guardian is who signs in by that name.

        `same_person_as` (kind, document number) is a document whose holder the register calls the
        same person from now on. DocumentKindUnknown, GuardianUnknown, DocumentNotOfSandbox,
        PhoneInvalid, and what the authority refuses.
        """
        guardian = None
        if guardian_sign_in_name is not None:
            guardian = await self._number_of(guardian_sign_in_name)
        if wishes.phone is not None:
            wishes = wishes._replace(phone=parse_phone(wishes.phone))
        # Each act waits for the disk.
        return await asyncio.to_thread(self._make, kind, wishes, guardian, same_person_as)

    def _make(
        self,
        kind: str,
        wishes: Wishes,
        guardian: str | None,
        same: tuple[str, str] | None,
    ) -> VirtualCard:
        known = None if same is None else self._known(*same)
        issued = self._issue(kind, wishes)
        holder = issued.holder_file
        if guardian is not None:
            self._authority.set_guardian(holder["number"], guardian, holds=True)
        if known is not None and same is not None:
            self._authority.lives.merge(
                known,
                holder["number"],
                document_number=same[1],
                other_document_number=issued.document_number,
            )
        return VirtualCard(
            kind=kind,
            chip=b64encode(issued.chip_file).decode("ascii"),
            capture=holder["face"],
            name=holder["name"],
            phone=holder["phone"],
            document_number=issued.document_number,
            printed=_printed(kind, holder),
        )

    def _known(self, kind: str, document_number: str) -> str:
        """The number of who holds a document."""
        numbers = self._authority.numbers(kind, document_number)
        if not numbers:
            raise DocumentNotOfSandbox(field="same_person_as")
        return numbers[0]

    def _issue(self, kind: str, wishes: Wishes) -> IssuedCard:
        described = kind_named(kind)
        name, birth_date, phone = wishes
        papers = self._authority.papers
        if number_kind(described) is not RESIDENT_IDENTITY_CARD:
            return papers.issue(kind, name=name, birth_date=birth_date, phone=phone)
        if described is HOUSEHOLD_REGISTER_PAGE and birth_date is None:
            birth_date = self._authority.today() - _AGE_WITH_A_PAGE
        citizen = self._authority.create_person(name=name, birth_date=birth_date, phone=phone)
        return papers.issue(kind, number=citizen.number.value)

    async def _number_of(self, sign_in_name: str) -> str:
        async with self._database.reading() as tx:
            owner = await self._credentials.owner_of(tx, sign_in_name)
            subscriber = None if owner is None else await self._subscribers.find(tx, owner)
            if subscriber is not None:
                identity = await self._subscribers.identity_of(tx, subscriber)
                if identity is not None:
                    return identity.number
        raise GuardianUnknown(field="guardian_sign_in_name")


def _printed(kind: str, holder: dict[str, str]) -> dict[str, str]:
    """What somebody reads on it, as the document step asks for it."""
    described = kind_named(kind)
    if described.has_chip:
        return {}
    wanted = ("number", "name", *sorted(described.required_details))
    return {each: holder[each] for each in wanted}
