"""An mdoc that somebody presents: what is learnt of a genuine one, and what is refused, and why."""

from datetime import timedelta
from typing import Any

from authsvc.verify import (
    MdocVerifier,
    VerifiedMdoc,
)
from tests.makers import NOW
from tests.verify.makers import ISSUER
from tests.verify.mdoc_makers import (
    AUTHORITY,
    DOC_TYPE,
    LIFETIME,
    TRANSCRIPT,
    MdocIssuer,
)

MAKER = MdocIssuer()
GOOD = MAKER.issue()
SECOND = timedelta(seconds=1)


def verified(presented: bytes, *, now=NOW, transcript=TRANSCRIPT, **asked: Any) -> VerifiedMdoc:
    """What a platform learns."""
    made = {"issuer": ISSUER, "anchors": [AUTHORITY.certificate], "types": [DOC_TYPE]}
    verifier = MdocVerifier(**made | asked)
    return verifier.verify(presented, session_transcript=transcript, now=now)


def test_what_is_shown_is_told_and_nothing_else():
    found = verified(GOOD.presented("age_over_18"))
    assert found.claims == {DOC_TYPE: {"age_over_18": True}}
    assert (found.issuer, found.type) == (ISSUER, DOC_TYPE)
    assert (found.issued_at, found.expires_at) == (NOW, NOW + LIFETIME)
    assert (found.status, found.status_as_of) == (None, None)
    assert verified(GOOD.presented()).claims[DOC_TYPE]["document_class"] == "resident_identity_card"
    assert "resident" not in repr(found)
