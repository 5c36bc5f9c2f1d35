"""Row 36: no order of right and wrong steps leads an enrollment past one of them.

For every purpose, for a person of every age, known or not: a machine does at random what applicants
and thieves do, and `Walk` writes down what was really done. A number, a certificate, new
credentials or the end of a freeze must follow from it.
"""

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from authsvc.enrollment.steps import Purpose
from authsvc.keyring import KeyRing
from authsvc.settings import EnrollmentRules
from authsvc.storage import Database, Ephemeral
from tests.databases import MEMORY_URL, ephemeral_backend
from tests.enrollment.makers import World
from tests.hostile.enrollment_steps import PEOPLE, Walk
from tests.makers import AdjustableClock


class Doors(RuleBasedStateMachine):
    """All doors of one enrollment, tried in any order."""

    world: World
    loop: asyncio.AbstractEventLoop
    who: tuple[Purpose, str, str]

    @initialize()
    def begin(self):
        self.waits = 0
        self.walk = Walk(self.world, *self.who)
        self.do(self.walk.begin())

    def do(self, deed):
        return self.loop.run_until_complete(deed)

    @rule(steps=st.integers(1, 4))
    def go_on(self, steps):
        for _ in range(steps):
            self.do(self.walk.go_on())

    @rule()
    def go_all_the_way(self):
        """What was right before stays right: from wherever it stands, an honest walker gets on."""
        for _ in range(5):
            self.go_on(2)
            self.wait(25)

    @rule(hours=st.sampled_from((1, 13, 23, 25)))
    def wait(self, hours):
        """A few days at most, lest the teenagers of the later examples come of age."""
        if self.walk.purpose is Purpose.RECOVER and self.walk.ready and self.waits < 3:
            self.waits += 1
            self.world.clock.advance(hours=hours)

    @rule()
    def stop(self):
        self.do(self.walk.stop())

    @rule(right=st.booleans())
    def document(self, right):
        walker = self.walk.walker
        if right:
            self.do(self.walk.try_to("document", walker.document))
        else:
            chip = walker.card.chip_file[:-40]
            self.do(self.walk.try_to("a wrong deed", lambda: walker.document(chip)))

    @rule(right=st.sampled_from((True, True, False)))
    def holder(self, right):
        walker = self.walk.walker
        if right:
            self.do(self.walk.try_to("holder", walker.holder))
        else:
            self.do(self.walk.try_to("a wrong deed", lambda: walker.holder(b"the thief")))

    @rule(right=st.booleans())
    def vouch(self, right):
        stranger = None if right else self.do(self.world.enroll())
        self.do(self.walk.vouch(stranger=stranger))

    @rule()
    def phone(self):
        self.do(self.walk.try_to("phone", self.walk.walker.phone))

    @rule()
    def wrong_code(self):
        walker = self.walk.walker
        self.do(self.walk.try_to("a wrong deed", lambda: walker.confirm("no code")))

    @rule()
    def credentials(self):
        self.do(self.walk.try_to("credentials", self.walk.walker.choose))

    @rule(right=st.booleans())
    def other(self, right):
        """Another document of theirs; or a stranger's, which the register says is another's."""
        if right and self.walk.other is not None:
            self.do(self.walk.try_to("other", self.walk.show_other))
        else:
            stranger = self.world.new_card()
            self.do(self.walk.try_to("a wrong deed", lambda: self.walk.show_other(stranger)))

    @rule(right=st.sampled_from((True, True, False)))
    def other_holder(self, right):
        if right:
            self.do(self.walk.try_to("other holder", self.walk.face_other))
        else:
            thief = b"the thief"
            self.do(self.walk.try_to("a wrong deed", lambda: self.walk.face_other(thief)))

    @rule()
    def request(self):
        self.do(self.walk.try_to("request", self.walk.walker.finish))


WALKERS = [
    *((purpose, "adult", person) for purpose in Purpose for person in PEOPLE),
    (Purpose.ENROLL, "child", "unknown"),
    (Purpose.ENROLL, "teenager", "unknown"),
    (Purpose.RECOVER, "child", "known"),
]


@pytest.mark.slow
@pytest.mark.parametrize("who", WALKERS, ids=lambda who: f"{who[0].value}, {who[1]}, {who[2]}")
def test_no_order_of_steps_leads_an_enrollment_past_one(
    keyring: KeyRing, sqlite_url: str, tmp_path: Path, who: tuple[Purpose, str, str]
):
    """Eight enrollments of up to sixteen deeds, each of a person of their own."""
    loop, clock = asyncio.new_event_loop(), AdjustableClock()
    database, backend = Database(sqlite_url), ephemeral_backend(MEMORY_URL, clock)
    world = World.make(
        database,
        Ephemeral(backend, seals=keyring.sealer, digests=keyring.digests),
        keyring,
        clock,
        tmp_path / "register",
        EnrollmentRules(begun_per_address_per_hour=1_000_000, sms_per_phone_per_hour=1_000),
    )

    class Machine(Doors):
        pass

    Machine.world, Machine.loop, Machine.who = world, loop, who
    try:
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=8,
                stateful_step_count=16,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        loop.run_until_complete(world.desk.close())
        loop.run_until_complete(backend.close())
        loop.run_until_complete(database.close())
        world.hasher.close()
        loop.close()
