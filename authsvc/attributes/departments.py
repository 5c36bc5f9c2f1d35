"""The departments that this service can ask."""

from collections.abc import Iterator, Mapping, Sequence

from authsvc.attributes.department import Department
from authsvc.attributes.errors import DepartmentUnknown


class Departments:
    """Found by their ids."""

    def __init__(self, departments: Sequence[Department] = ()) -> None:
        self._by_id: Mapping[str, Department] = {each.kind.id: each for each in departments}

    def __iter__(self) -> Iterator[Department]:
        return iter(self._by_id.values())

    def __bool__(self) -> bool:
        return bool(self._by_id)

    def find(self, kind: str) -> Department | None:
        """The department of a kind, None if it is not connected."""
        return self._by_id.get(kind)

    def get(self, kind: str) -> Department:
        """The department of a kind; DepartmentUnknown if it is not connected."""
        found = self._by_id.get(kind)
        if found is None:
            raise DepartmentUnknown(field="department")
        return found
