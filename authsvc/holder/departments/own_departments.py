"""The departments, as a person sees and links them."""

import msgspec

from authsvc.attributes import Departments
from authsvc.authentication.step_up.step_up import StepUp
from authsvc.holder.departments.links import Links
from authsvc.holder.door import Visit
from authsvc.holder.person import person_of
from authsvc.holder.strength import require_strength_to_add
from authsvc.storage import Database
from authsvc.subscribers import Subscribers


class AttributeView(msgspec.Struct, frozen=True):
    """Something that a department attests, in both languages."""

    name: str
    zh: str
    en: str
    sensitive: bool


class DepartmentView(msgspec.Struct, frozen=True):
    """A department. Whether it knows the person, only it can say."""

    department: str
    zh: str
    en: str
    attributes: list[AttributeView]


class OwnDepartments:
    """For whoever is signed in."""

    def __init__(
        self,
        departments: Departments,
        links: Links,
        *,
        database: Database,
        subscribers: Subscribers,
        step_up: StepUp,
    ) -> None:
        self._departments = departments
        self._links = links
        self._database = database
        self._subscribers = subscribers
        self._step_up = step_up

    def all(self, visit: Visit) -> list[DepartmentView]:
        """Every department that is connected; it is the same list for everybody."""
        del visit
        return [
            DepartmentView(
                each.kind.id,
                each.kind.text.zh,
                each.kind.text.en,
                [
                    AttributeView(name, it.text.zh, it.text.en, it.sensitive)
                    for name, it in each.kind.attributes.items()
                ],
            )
            for each in self._departments
        ]

    async def link(self, visit: Visit, *, department: str, code: str) -> None:
        """The department may be asked about the person from now on.

        What `require_strength_to_add` and `Links.make` raise.
        """
        await require_strength_to_add(visit, self._step_up)
        async with self._database.reading() as tx:
            subscriber = await person_of(tx, self._subscribers, visit.session)
        await self._links.make(subscriber, department=department, code=code, now=visit.now)

    async def unlink(self, visit: Visit, *, department: str) -> None:
        """The department knows the person no longer; what `Links.end` raises."""
        async with self._database.reading() as tx:
            subscriber = await person_of(tx, self._subscribers, visit.session)
        await self._links.end(subscriber, department=department, now=visit.now)
