"""What a clerk types: commands of the simulated register and the simulated departments."""

import asyncio
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SECONDS = 60
_CODE = re.compile(r"\[([a-z_]+\.[a-z_]+)\]")


class ActFailed(Exception):
    """A desk refused an act; the words name nobody."""


@dataclass(frozen=True)
class RegisteredPerson:
    """Somebody in the register, with the card that is theirs now and what it is worth."""

    number: str
    name: str
    document_number: str | None
    status: str | None


class Clerk:
    """Types at the desks. New cards go into `mailbox`: from there they reach their person."""

    def __init__(self, register: Path, departments: Path, mailbox: Path) -> None:
        self._register = register
        self._departments = departments
        self._mailbox = mailbox

    async def person(self, number: str) -> RegisteredPerson:
        """Who has this identity number; ActFailed if nobody has."""
        for line in (await self._at_register("people")).splitlines():
            found = json.loads(line)
            if found["number"] == number:
                return RegisteredPerson(**found)
        raise ActFailed("nobody has this identity number")

    async def report_loss(self, document_number: str) -> None:
        """The card is void from now on."""
        await self._at_register("lost", document_number)

    async def replace_card(self, number: str) -> str:
        """A new card, in the mailbox; its number."""
        printed = await self._at_register("replace", "--out", str(self._mailbox), number)
        return str(json.loads(printed)["document_number"])

    async def move(self, number: str, region: str) -> None:
        """The household is registered in a region."""
        await self._at_register("move", number, region)

    async def write(
        self, department: str, record: str | None, attributes: dict[str, str | bool]
    ) -> str:
        """A new or changed record of a department; its number."""
        options = ["--record", record] if record else []
        values = [f"{name}={_typed(value)}" for name, value in attributes.items()]
        printed = await self._at_department("write", department, *options, *values)
        return str(json.loads(printed)["record"])

    async def is_linked(self, department: str, record: str) -> bool:
        """Whether the person of a record has linked it with their online number."""
        lines = (await self._at_department("records", department)).splitlines()
        found: list[dict[str, Any]] = [json.loads(line) for line in lines]
        return any(each["is_linked"] for each in found if each["record"] == record)

    async def linking_code(self, department: str, record: str, document_number: str) -> str:
        """The code by which the person links a record in their app."""
        printed = await self._at_department(
            "code", department, "--register-directory", str(self._register), record, document_number
        )
        return str(json.loads(printed)["code"])

    async def _at_register(self, command: str, *arguments: str) -> str:
        return await _type("register", command, "--directory", str(self._register), *arguments)

    async def _at_department(self, command: str, department: str, *arguments: str) -> str:
        directory = str(self._departments / department)
        named = ["--kind", department, "--directory", directory]
        return await _type("department", command, *named, *arguments)


async def _type(*arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "authsvc",
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), _SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise ActFailed("no answer") from None
    if process.returncode != 0:
        # The error's stable code alone: its words may hold a number.
        code = _CODE.findall(err.decode("utf-8", "replace"))
        raise ActFailed(code[-1] if code else f"exit status {process.returncode}")
    return out.decode("utf-8").strip()


def _typed(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value
