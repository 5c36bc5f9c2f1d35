"""Who may do what for whom: guardians of minors, and helpers whom a person has chosen.

Each side sees the relation through what is sealed under its own data key. The other side is found
by a keyed digest, so that a dump shows how many relations a person has, and not with whom.

Nothing here decides what a relation allows, nor how long: a guardian's word counts for a minor of
today's age, and only while the register says that they are the guardian.
"""

from authsvc.subscribers.relations.coming_of_age import ComingOfAge
from authsvc.subscribers.relations.kinship import Guardian, Kinship, Ward
from authsvc.subscribers.relations.relations import (
    Relation,
    RelationKind,
    Relations,
    new_relation_id,
)

__all__ = [
    "ComingOfAge",
    "Guardian",
    "Kinship",
    "Relation",
    "RelationKind",
    "Relations",
    "Ward",
    "new_relation_id",
]
