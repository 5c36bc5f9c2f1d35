"""Does a guardian's word still count? Asked anew each time: custody ends, and birthdays come."""

from collections.abc import Sequence
from datetime import datetime

from authsvc.clock import china_today
from authsvc.enrollment.particulars import ProvedDocument, Voucher
from authsvc.evidence.register import DocumentRegister
from authsvc.storage import Transaction
from authsvc.subscribers import OF_AGE, Subscribers, SubscriberStatus, age_on
from authsvc.subscribers.relations import Relation, RelationKind


class Guardianship:
    """Asks the register who is whose guardian today."""

    def __init__(self, *, register: DocumentRegister, subscribers: Subscribers) -> None:
        self._register = register
        self._subscribers = subscribers

    async def vouched(
        self, tx: Transaction, vouchers: Sequence[Voucher], document: ProvedDocument
    ) -> tuple[Voucher, ...]:
        """Those who are guardians still of the holder of a document; RegisterUnavailable.

        A day may lie between a guardian's word and the number. NOTE: as for `holds`.
        """
        found = []
        for voucher in vouchers:
            guardian = await self._subscribers.find(tx, voucher.guardian_id)
            known = guardian and await self._subscribers.identity_of(tx, guardian)
            if known and await self._register.is_guardian(
                ward_kind=document.kind,
                ward_document_number=document.document_number,
                guardian_number=known.number,
            ):
                found.append(voucher)
        return tuple(found)

    async def holds(self, tx: Transaction, relation: Relation, *, now: datetime) -> bool:
        """Whether the other is a guardian of the person, who is a minor; RegisterUnavailable.

        Both are there, and the guardian is not frozen. NOTE: the register may take five seconds;
        let `tx` be one that only reads, or nobody can write meanwhile.
        """
        ward = await self._subscribers.find(tx, relation.subscriber_id)
        guardian = await self._subscribers.find(tx, relation.other_id)
        if relation.kind is not RelationKind.GUARDIAN or ward is None or guardian is None:
            return False
        if guardian.status is not SubscriberStatus.ACTIVE:
            return False
        wards = await self._subscribers.identity_of(tx, ward)
        guardians = await self._subscribers.identity_of(tx, guardian)
        if wards is None or guardians is None or not wards.document_number:
            return False
        if age_on(wards.birth_date, china_today(now)) >= OF_AGE:
            return False
        return await self._register.is_guardian(
            ward_kind=wards.document_kind,
            ward_document_number=wards.document_number,
            guardian_number=guardians.number,
        )
