"""Documents without a chip: what is printed on them is so if the register says that it is.

Anybody can print a card, and whoever has read one knows what stands on it. So nothing is believed
that the holder typed: the register is asked whether all of it belongs together, and what is taken
over (the last day, the portrait for the holder check) comes from its record. That is less than a
chip that was read (nothing shows that the document is in anybody's hands), and the assurance says
so: `register-and-face`.
"""

from datetime import datetime

from authsvc.clock import china_today
from authsvc.evidence.document import VerifiedDocument, require_valid
from authsvc.evidence.errors import (
    DocumentContradictsItself,
    DocumentKindUnknown,
    PrintedDetailMissing,
    PrintedDetailsWrong,
)
from authsvc.evidence.kinds import Proof, kind_named
from authsvc.evidence.register import DocumentRegister, PrintedDetails


async def verify_printed(
    register: DocumentRegister, kind: str, details: PrintedDetails, *, now: datetime
) -> VerifiedDocument:
    """The document that the register has under these details, or one leaf of `evidence.errors`.

    PrintedDetailMissing and IdentityNumberInvalid before the register is asked; then
    PrintedDetailsWrong, which does not say which of them. RegisterUnavailable.
    """
    described = kind_named(kind)
    if described.proof is not Proof.REGISTER:
        raise DocumentKindUnknown(field="kind", log="has a chip to read")
    for name in sorted(described.required_details):
        if getattr(details, name) is None:
            raise PrintedDetailMissing(field=f"printed.{name}")
    number = described.number(details.number, today=china_today(now), field="printed.number")
    record = await register.printed_record(kind, details)
    if record is None:
        raise PrintedDetailsWrong(field="printed")
    if (number.birth_date, number.sex) != (record.birth_date, record.sex):
        raise DocumentContradictsItself(field="printed", log="number and record")
    document = VerifiedDocument(
        kind=kind,
        assurance=described.assurance,
        number=number,
        document_number=record.document_number,
        name=details.name,
        birth_date=record.birth_date,
        sex=record.sex,
        valid_from=record.valid_from,
        valid_until=record.valid_until,
        portrait=record.portrait,
        verified_at=now,
    )
    require_valid(document, described, now=now)
    return document
