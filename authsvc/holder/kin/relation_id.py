"""The ids of relations as the app spells them, and one's own relation behind one."""

from collections.abc import Iterable

from authsvc.holder.kin.errors import RelationUnknown
from authsvc.identifiers import b64url
from authsvc.subscribers.relations import Relation, RelationKind


def spelt(relation_id: bytes) -> str:
    """As the app has it."""
    return b64url(relation_id)


def find(relations: Iterable[Relation], kind: RelationKind, spelling: str) -> Relation:
    """The relation with this id, among those of one person; RelationUnknown."""
    for relation in relations:
        if relation.kind is kind and spelt(relation.id) == spelling:
            return relation
    raise RelationUnknown(field="id")
