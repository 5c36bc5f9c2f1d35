"""A whole answer, believed or not (OpenID4VP 1.0 section 8.6).

The steps, in this order:

    1   what was presented answers what was asked, and nothing else
    2   each credential: its issuer's signature, its type, its time, its status (`credentials`)
    3   its holder's proof: for this verifier, for this request, of now
    4   the claims that were asked for are there, with a value that is taken
    5   the holder has authorized what was to be authorized, and nothing else

One credential that fails, and the whole answer is refused: there is no use for half of one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from authsvc.verify.credentials.verified import VerifiedPresentation
from authsvc.verify.credentials.verifier import CredentialVerifier
from authsvc.verify.jws import Keys
from authsvc.verify.presentation.dcql import CredentialQuery
from authsvc.verify.presentation.query_answer import check_claims, check_presentations
from authsvc.verify.presentation.request import PresentationRequest
from authsvc.verify.presentation.response import Answer
from authsvc.verify.presentation.transaction_data import authorized_by
from authsvc.verify.revocations import Revocations
from authsvc.verify.statuses.known import KnownStatuses


@dataclass(frozen=True)
class VerifiedAnswer:
    """What was presented and is true, by the name of the credential query that it answers.

    `authorized_by` has, for each of the request's `transaction_data`, the name of the query whose
    credential authorized it.
    """

    credentials: Mapping[str, tuple[VerifiedPresentation, ...]]
    authorized_by: tuple[str, ...] = ()

    def only(self, name: str) -> VerifiedPresentation:
        """The one credential of a query that asked for one; KeyError if it was left out."""
        return self.credentials[name][0]


class PresentationVerifier:
    """Verifies answers with credentials of one issuer. It may be used by many threads at once.

    `keys` are those of the issuer (`CredentialVerifier`), or `anchors` what its certificates lead
    up to, of which `revocations` knows more. `sector` is the platform's own: credentials for
    another's are refused.
    """

    def __init__(
        self,
        *,
        issuer: str,
        keys: Keys | None = None,
        anchors: Sequence[x509.Certificate] = (),
        revocations: Revocations | None = None,
        sector: str | None = None,
    ) -> None:
        self._issuer = issuer
        self._keys = keys
        self._anchors = anchors
        self._revocations = revocations
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
        found: dict[str, tuple[VerifiedPresentation, ...]] = {}
        for query in request.query.credentials:
            # 2, 3
            credentials = self._for(query, request.algorithms)
            verified = tuple(
                credentials.verify(
                    each,
                    audience=request.audience,
                    nonce=request.nonce,
                    now=now,
                    statuses=statuses,
                )
                for each in answer.presentations.get(query.id, ())
            )
            # 4
            for each in verified:
                check_claims(query, each.claims)
            if verified:
                found[query.id] = verified
        # 5
        proofs = {name: [each.binding for each in several] for name, several in found.items()}
        return VerifiedAnswer(found, authorized_by(request.transaction_data, proofs))

    def _for(self, query: CredentialQuery, algorithms: Collection[str]) -> CredentialVerifier:
        return CredentialVerifier(
            issuer=self._issuer,
            keys=self._keys,
            anchors=self._anchors,
            revocations=self._revocations,
            types=query.meta.vct_values,
            algorithms=algorithms,
            sector=self._sector,
            authorities=query.authorities,
        )
