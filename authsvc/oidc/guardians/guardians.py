"""Guardians, put together: the page where children wait, and the decisions of their guardians."""

from dataclasses import dataclass

from authsvc.oidc.backchannel.approval_list import ApprovalLists
from authsvc.oidc.guardians.approval_of_use import ApprovalOfUse
from authsvc.oidc.guardians.custody import CustodyWatch
from authsvc.oidc.guardians.decisions import GuardianDecisions
from authsvc.oidc.guardians.guardian_page import GuardianPage
from authsvc.oidc.guardians.ward_use import WardUses
from authsvc.oidc.parts import Foundation, Parts


@dataclass(frozen=True)
class Guardians:
    """What the interactions ask, and what the person's app does and looks at."""

    approval: ApprovalOfUse
    decisions: GuardianDecisions
    custody: CustodyWatch


def build_guardians(on: Foundation, parts: Parts) -> Guardians:
    """Both sides of a use that waits."""
    uses = WardUses(on.ephemeral)
    lists = ApprovalLists(on.ephemeral, name="ward-use")
    return Guardians(
        approval=ApprovalOfUse(
            database=on.database,
            kinship=on.kinship,
            interactions=parts.interactions,
            uses=uses,
            lists=lists,
            page=GuardianPage(on.templates),
        ),
        decisions=GuardianDecisions(
            database=on.database,
            subscribers=on.subscribers,
            kinship=on.kinship,
            custody=parts.custody,
            clients=on.clients,
            uses=uses,
            lists=lists,
        ),
        custody=parts.custody,
    )
