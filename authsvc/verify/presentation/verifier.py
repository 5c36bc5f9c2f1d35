"""A whole answer, believed or not (OpenID4VP 1.0 section 8.6).

The steps, in this order:

    1   what was presented answers what was asked, and nothing else
    2   each credential: its issuer's signature, its type, its time, its status (`credentials`,
        `mdoc`)
    3   its holder's proof: for this verifier, for this request, of now
    4   the claims that were asked for are there, with a value that is taken
    5   the holder has authorized what was to be authorized, and nothing else

One credential that fails, and the whole answer is refused: there is no use for half of one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from authsvc.identifiers import from_b64url
from authsvc.verify.credentials.verified import VerifiedPresentation
from authsvc.verify.credentials.verifier import CredentialVerifier
from authsvc.verify.jws import Keys
from authsvc.verify.mdoc.errors import MdocMalformed
from authsvc.verify.mdoc.known_signers import KnownSigners
from authsvc.verify.mdoc.verified import VerifiedMdoc
from authsvc.verify.mdoc.verifier import DocumentSigners, MdocVerifier, certified_signers
from authsvc.verify.presentation.dcql import MdocQuery, SDJWTQuery
from authsvc.verify.presentation.query_answer import check_claims, check_presentations
from authsvc.verify.presentation.request import PresentationRequest
from authsvc.verify.presentation.response import Answer
from authsvc.verify.presentation.transaction_data import authorized_by
from authsvc.verify.revocations import Revocations
from authsvc.verify.statuses.known import KnownStatuses

Verified = VerifiedPresentation | VerifiedMdoc
"""One credential, in the one form or the other."""


@dataclass(frozen=True)
class VerifiedAnswer:
    """What was presented and is true, by the name of the credential query that it answers.

    `authorized_by` has, for each of the request's `transaction_data`, the name of the query whose
    credential authorized it.
    """

    credentials: Mapping[str, tuple[Verified, ...]]
    authorized_by: tuple[str, ...] = ()

    def only(self, name: str) -> Verified:
        """The one credential of a query that asked for one; KeyError if it was left out."""
        return self.credentials[name][0]


class PresentationVerifier:
    """Verifies answers with credentials of one issuer. It may be used by many threads at once.

    `keys` are those of the issuer (`CredentialVerifier`), or `anchors` what its certificates lead
    up to, of which `revocations` knows more; mdocs need these, or `signers` who knows them
    (`KnownIssuer.document_signers`). `sector` is the platform's own: credentials for another's are
    refused.
    """

    def __init__(
        self,
        *,
        issuer: str,
        keys: Keys | None = None,
        anchors: Sequence[x509.Certificate] = (),
        revocations: Revocations | None = None,
        signers: DocumentSigners | None = None,
        sector: str | None = None,
    ) -> None:
        self._issuer = issuer
        self._keys = keys
        self._anchors = anchors
        self._revocations = revocations
        # Without anchors nobody knows who signs mdocs.
        self._signers = signers or (
            certified_signers(issuer=issuer, anchors=anchors, revocations=revocations)
            if anchors
            else KnownSigners(issuer)
        )
        self._sector = sector

    def verify(
        self,
        answer: Answer,
        request: PresentationRequest,
        *,
        now: datetime,
        statuses: KnownStatuses | None = None,
    ) -> VerifiedAnswer:
        """What was presented; a leaf of ResponseRefused or of TokenRefused says why it is not.

        Replay is the caller's: a request is answered once, so claim it first.
        """
        # 1
        check_presentations(request.query, answer.presentations)
        found: dict[str, tuple[Verified, ...]] = {}
        for query in request.query.credentials:
            # 2, 3
            verified = tuple(
                self._verified(query, each, request, now, statuses)
                for each in answer.presentations.get(query.id, ())
            )
            # 4
            for each in verified:
                check_claims(query, each.claims)
            if verified:
                found[query.id] = verified
        # 5
        proofs = {
            name: [each.binding for each in several if isinstance(each, VerifiedPresentation)]
            for name, several in found.items()
        }
        return VerifiedAnswer(found, authorized_by(request.transaction_data, proofs))

    def _verified(
        self,
        query: SDJWTQuery | MdocQuery,
        presented: str,
        request: PresentationRequest,
        now: datetime,
        statuses: KnownStatuses | None,
    ) -> Verified:
        if isinstance(query, MdocQuery):
            return self._mdoc(query, presented, request, now, statuses)
        return self._sd_jwt(query, presented, request, now, statuses)

    def _sd_jwt(
        self,
        query: SDJWTQuery,
        presented: str,
        request: PresentationRequest,
        now: datetime,
        statuses: KnownStatuses | None,
    ) -> VerifiedPresentation:
        return CredentialVerifier(
            issuer=self._issuer,
            keys=self._keys,
            anchors=self._anchors,
            revocations=self._revocations,
            types=query.meta.vct_values,
            algorithms=request.algorithms,
            sector=self._sector,
            authorities=query.authorities,
        ).verify(
            presented,
            audience=request.audience,
            nonce=request.nonce,
            now=now,
            statuses=statuses,
        )

    def _mdoc(
        self,
        query: MdocQuery,
        presented: str,
        request: PresentationRequest,
        now: datetime,
        statuses: KnownStatuses | None,
    ) -> VerifiedMdoc:
        """Appendix B.2.5: a DeviceResponse in base64url."""
        try:
            device_response = from_b64url(presented)
        except ValueError:
            raise MdocMalformed(log="no base64url") from None
        return MdocVerifier(
            issuer=self._issuer,
            signers=self._signers,
            types=[query.meta.doctype_value],
            algorithms=request.algorithms,
            authorities=query.authorities,
        ).verify(
            device_response,
            session_transcript=request.session_transcript,
            now=now,
            statuses=statuses,
        )
