"""What an applicant really did, written down beside the desk while it is led astray.

A `Walk` is one enrollment of one purpose, and somebody who does right and wrong things in any
order. After each deed it looks whether what the desk says follows from the deeds. It decides
nothing by itself; `test_row_36_skipped_enrollment_steps` chooses the deeds.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from authsvc.certificates import Status
from authsvc.enrollment.document_step import ShownDocument
from authsvc.enrollment.errors import EnrollmentUnknown
from authsvc.enrollment.state import EnrollmentState
from authsvc.enrollment.steps import Purpose, Step
from authsvc.errors import AuthsvcError
from authsvc.evidence.authority.cards import IssuedCard
from authsvc.subscribers import SubscriberStatus
from tests.enrollment.makers import Applicant, World

BIRTH_DATES = {"adult": date(1990, 1, 1), "teenager": date(2010, 6, 1), "child": date(2016, 2, 29)}
PEOPLE = ("unknown", "known", "with a new card", "frozen")
WAIT = timedelta(days=1)

_NEW = {"document", "holder", "phone", "code", "credentials", "request"}
_REPLACED = {"document", "holder", "request"}
_RECOVERED = {"document", "holder", "credentials", "wait", "request"}
_UNFROZEN = {"document", "holder"}
_JOINED = {"document", "holder", "other", "other holder"}


class Walk:
    """One enrollment, and what was done for it."""

    def __init__(self, world: World, purpose: Purpose, age: str, person: str) -> None:
        self.world = world
        self.purpose = purpose
        self.age = age
        self.person = person
        self.deeds: set[str] = set()
        self.ready: datetime | None = None
        self.stopped = False
        self.walker: Applicant
        self.guardian: Applicant
        self.before: Applicant | None = None
        self.other: IssuedCard | None = None

    async def begin(self) -> None:
        """Makes the person what they are, and begins."""
        world = self.world
        card = world.new_card(BIRTH_DATES[self.age])
        self.guardian = await world.enroll()
        if self.person != "unknown":
            self.before = await world.begin(card)
            self.guardian.becomes_guardian_of(self.before)
            while await self.before.next_step() is not Step.COMPLETED:
                if await self.before.next_step() is Step.GUARDIAN:
                    await self.guardian.vouch_for(await self.before.shown_code())
                else:
                    await self._next(self.before)()
        if self.person == "with a new card":
            card = world.authority.replace_card(card.holder_file["number"])
        if self.person == "frozen" and self.before is not None:
            await self.before.freeze()
        self.walker = await world.begin(card, self.purpose)
        if self.purpose is Purpose.JOIN:
            number = card.holder_file["number"]
            self.other = world.authority.papers.issue("temporary_identity_card", number=number)
        self.walker.sign_in_name = f"walker-{card.document_number}"
        self.guardian.becomes_guardian_of(self.walker)

    async def try_to(self, deed: str, act: Callable[[], Awaitable[object]]) -> None:
        """Does something, writes down if it was taken, and looks at what became of it."""
        try:
            await act()
        except AuthsvcError:
            pass
        else:
            self.deeds.add(deed)
            if deed == "credentials" and self.ready is None:
                self.ready = self.world.clock.now() + WAIT
        if self.ready is not None and self.world.clock.now() >= self.ready:
            self.deeds.add("wait")
        await self.justify()

    async def go_on(self) -> None:
        """The right deed at the right time."""
        state = await self._state()
        step = Step.COMPLETED if state is None else state.next_step
        if step is Step.GUARDIAN:
            await self.vouch()
        elif step is not Step.COMPLETED:
            deed = {
                Step.DOCUMENT: "document",
                Step.HOLDER_CHECK: "holder",
                Step.PHONE: "phone",
                Step.PHONE_CONFIRMATION: "code",
                Step.CREDENTIALS: "credentials",
                Step.CERTIFICATE_REQUEST: "request",
                Step.OTHER_DOCUMENT: "other",
                Step.OTHER_HOLDER_CHECK: "other holder",
            }[step]
            await self.try_to(deed, self._next(self.walker, step))

    async def vouch(self, *, stranger: Applicant | None = None) -> None:
        """A guardian enters the code; or somebody else does."""
        if await self._state() is None:
            return
        code = await self.walker.shown_code()
        if stranger is None:
            await self.try_to("guardian", lambda: self.guardian.vouch_for(code))
        else:
            await self.try_to("a stranger's word", lambda: stranger.vouch_for(code))

    async def show_other(self, card: IssuedCard | None = None) -> None:
        """Another document of the person; or somebody else's, or the same one again."""
        shown = replace(self.walker, card=card or self.other or self.walker.card)
        document = ShownDocument(
            shown.card.holder_file["kind"], chip=shown.card.chip_file, printed=shown.printed
        )
        await self.world.desk.joining.take_document(
            self.walker.key, shown=document, now=self.world.clock.now()
        )

    async def face_other(self, capture: bytes | None = None) -> None:
        """Its holder, or whoever else stands before the camera."""
        await self.world.desk.joining.take_holder(
            self.walker.key, capture=capture or self.walker.face, now=self.world.clock.now()
        )

    async def stop(self) -> None:
        """The person stops the recovery, if one waits."""
        if self.before is None:
            return
        subscriber = await self.before.subscriber()
        async with self.world.database.transaction() as tx:
            stopped = await self.world.desk.recoveries.stop(
                tx, subscriber, now=self.world.clock.now()
            )
        self.stopped |= stopped

    async def justify(self) -> None:
        """What the desk says follows from what was done."""
        state = await self._state()
        if state is None:
            return
        assert "a stranger's word" not in self.deeds, "a stranger vouched"
        assert "a wrong deed" not in self.deeds, "something wrong was taken"
        if state.next_step is Step.COMPLETED:
            assert self._needed() <= self.deeds, "completed without every step"
            assert not self.stopped, "completed although it was stopped"
        elif not state.closed:
            passed = set(state.path[: state.path.index(state.next_step)])
            assert len(self.deeds & (_NEW | _JOINED)) >= len(passed - {Step.GUARDIAN}), (
                "a step was skipped"
            )
            assert Step.GUARDIAN not in passed or "guardian" in self.deeds, "nobody vouched"
        await self._justify_person(is_through=state.next_step is Step.COMPLETED)

    async def _state(self) -> EnrollmentState | None:
        """What the desk knows; None once the enrollment's time is over."""
        try:
            return (await self.walker.look()).state
        except EnrollmentUnknown:
            return None

    async def _justify_person(self, *, is_through: bool) -> None:
        if self.before is None:
            if not is_through:
                assert await self._find() is None, "a number without every step"
            return
        subscriber = await self.before.subscriber()
        unfrozen = is_through and self.purpose is Purpose.UNFREEZE
        joined = is_through and self.purpose is Purpose.JOIN
        frozen = self.person == "frozen" and not unfrozen
        assert (subscriber.status is SubscriberStatus.FROZEN) == frozen
        statuses = await self.before.statuses()
        if is_through and not unfrozen and not joined:
            assert statuses.count(Status.GOOD) == 1
            assert statuses.count(Status.REVOKED) == 1
        else:
            assert statuses == [Status.HOLD if frozen else Status.GOOD]
        async with self.world.database.reading() as tx:
            documents = await self.world.subscribers.documents_of(tx, subscriber.id)
            name = await self.world.credentials.sign_in_name_of(tx, subscriber)
        recovered = is_through and self.purpose is Purpose.RECOVER
        assert (name == self.before.sign_in_name) or recovered, "credentials without every step"
        kinds = {each.kind for each in documents}
        assert ("temporary_identity_card" in kinds) == joined, "another document without every step"

    async def _find(self) -> object:
        digest = self.world.subscribers.person_digest(self.walker.card.holder_file["number"])
        async with self.world.database.reading() as tx:
            return await self.world.subscribers.find_by_person(tx, digest)

    def _needed(self) -> set[str]:
        if self.purpose is Purpose.RECOVER:
            assert self.person in ("known", "with a new card")
            return _RECOVERED
        if self.purpose is Purpose.UNFREEZE:
            assert self.person == "frozen"
            return _UNFROZEN
        if self.purpose is Purpose.JOIN:
            assert self.person in ("known", "with a new card")
            return _JOINED
        if self.person == "with a new card":
            return _REPLACED
        assert self.person == "unknown"
        return _NEW if self.age == "adult" else {*_NEW, "guardian"}

    def _next(
        self, somebody: Applicant, step: Step | None = None
    ) -> Callable[[], Awaitable[object]]:
        async def act() -> None:
            here = step or await somebody.next_step()
            acts: dict[Step, Callable[[], Awaitable[object]]] = {
                Step.DOCUMENT: somebody.document,
                Step.HOLDER_CHECK: somebody.holder,
                Step.PHONE: somebody.phone,
                Step.PHONE_CONFIRMATION: somebody.confirm,
                Step.CREDENTIALS: somebody.choose,
                Step.CERTIFICATE_REQUEST: somebody.finish,
                Step.OTHER_DOCUMENT: self.show_other,
                Step.OTHER_HOLDER_CHECK: self.face_other,
            }
            await acts[here]()

        return act
