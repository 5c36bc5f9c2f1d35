"""What the code flow costs among few people and among many: two deployments, filled and served.

The people who come are drawn evenly over the whole population, and there are as many of them in
both: what differs is what lies in the stores beside them.
"""

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass

import uvloop

from authsvc.app import SESSION_COOKIE
from bench.deployments import Deployments, Say
from bench.goals import AT_LEAST, Row, row_of
from bench.machine import Processors
from bench.measure import Extent, Measured, everywhere, take_turns
from bench.ours import CONNECTIONS, Deployment, serving
from bench.plan import CODE_FLOW, KINDS
from bench.population import fill, open_sessions
from bench.subject import CLIENT_ID, PRODUCTION, Subject

FEW = 10_000
# A store of passing facts counts as newborn for a minute (`storage.remembered`).
OF_AGE_SECONDS = 65.0
_GOAL = 0.9


@dataclass(frozen=True)
class Grown:
    """A deployment with its people, and its server under measurement."""

    deployment: Deployment
    subject: Subject


def populated(
    deployments: Deployments, processors: Processors, many: int, until: ExitStack, say: Say
) -> list[Grown]:
    """The two deployments, serving."""
    grown = []
    for count in (FEW, many):
        say(f"authsvc among {count:,} subscribers: filling".replace(",", " "))
        deployment = deployments.new(f"among-{count}", production=True)
        with everywhere():
            asyncio.run(_filled(deployment, count))
        subject = serving(deployment, workers=1, processors=processors.server, people=[])
        until.callback(subject.process.stop)
        subject.title = f"authsvc, {PRODUCTION}, among {count:,}".replace(",", " ")
        # The first request is also the birth of the store of passing facts.
        _open_sessions(deployment, subject)
        grown.append(Grown(deployment, subject))
    return grown


def compared(grown: list[Grown], extent: Extent, say: Say) -> tuple[list[Measured], Row]:
    """The code flow at both, in turns, and the ratio of many to few."""
    kind = next(each for each in KINDS if each.name == CODE_FLOW)
    for each in grown:
        # Anew: sessions that nobody used for a quarter of an hour have ended.
        _open_sessions(each.deployment, each.subject)
    few, many = take_turns(kind, [each.subject for each in grown], extent, say=say)
    count = many.subject.title.rpartition("among ")[2]
    row = row_of(
        f"{CODE_FLOW} among {count} subscribers",
        value=many.rate,
        unit="1/s",
        peer=f"authsvc among {FEW:,}".replace(",", " "),
        peer_value=few.rate,
        way=AT_LEAST,
        goal=_GOAL,
        storage=PRODUCTION,
    )
    return [few, many], row


def _open_sessions(deployment: Deployment, subject: Subject) -> None:
    """Sessions of people from all over the population, each used once."""
    tokens = asyncio.run(_sessions(deployment))
    subject.people = [f"drawn-{number}" for number in range(len(tokens))]
    subject.cookies = {
        person: f"{SESSION_COOKIE}={token}"
        for person, token in zip(subject.people, tokens, strict=True)
    }
    uvloop.run(subject.tokens())


async def _filled(deployment: Deployment, count: int) -> None:
    await deployment.prepare([], applicants=0)
    async with deployment.opened() as house:
        await fill(house, count=count, client_id=CLIENT_ID, now=house.clock.now())


async def _sessions(deployment: Deployment) -> list[str]:
    async with deployment.opened() as house:
        return await open_sessions(house, CONNECTIONS, now=house.clock.now())
