"""The OCSP responder (RFC 6960): does this serial hold now?

What it says is true at the moment of the question, and promised for a minute. What is asked again
gets what was signed before (RFC 5019), if each of its certificates still stands as it says (see
`standings`) and it is less than half a minute old: so it is good for another half a minute. Whoever
sends a nonce gets an answer of their own.

Who asks is not looked at, and no question is logged: it names a certificate, and so a person to
somebody. The small ones rest in memory for half a minute, beside their answers.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.ocsp import OCSPResponseStatus

from authsvc.certificates import ocsp_messages as messages
from authsvc.certificates.authority import CertificateAuthority
from authsvc.certificates.ocsp_answers import KeptAnswer, KeptAnswers, OCSPAnswer
from authsvc.certificates.ocsp_identity import OCSPIdentity
from authsvc.certificates.ocsp_messages import CertID, Question
from authsvc.certificates.standings import Standings
from authsvc.certificates.status import Standing

# A frozen certificate must be refused everywhere within a minute of the report.
LIFETIME = timedelta(seconds=60)
# The largest honest request, sixteen SHA-256 questions with a nonce, has about 2000 octets.
MAXIMUM_BYTES = 4096
_SERIAL_BITS = 160


class OCSPResponder:
    """Answers for the certificates of one authority."""

    def __init__(self, authority: CertificateAuthority, standings: Standings) -> None:
        self._identity = OCSPIdentity(authority)
        self._issuer = _issuer_digests(authority.certificate)
        self._standings = standings
        self._answers = KeptAnswers()

    async def answer(self, request: bytes, *, now: datetime) -> OCSPAnswer:
        """The response to a request in DER; it never raises for what was sent.

        Nothing but our memory is asked about what could not be ours: noise costs no store anything.

        malformedRequest for what is no request; unauthorized (RFC 5019 section 2.2.3) if every
        certificate asked for is another authority's; otherwise a signed answer for each, in their
        order, `unknown` for serials never issued and for other authorities' certificates.
        """
        kept = self._answers.find(request, now=now)
        if kept is not None and await self._still_says(kept, now=now):
            return kept.answer
        if len(request) > MAXIMUM_BYTES:
            return refusal(OCSPResponseStatus.MALFORMED_REQUEST)
        try:
            question = messages.read_request(request)
        except ValueError:
            return refusal(OCSPResponseStatus.MALFORMED_REQUEST)
        ours = [asked for asked in question.certificates if self._is_ours(asked)]
        if not ours:
            return refusal(OCSPResponseStatus.UNAUTHORIZED)
        # What is no serial of ours by its size is not looked for.
        serials = {asked.serial_number for asked in ours if _plausible(asked.serial_number)}
        standings = await self._standings.of(serials, now=now)
        der = self._sign(question, standings, now=now)
        if question.nonce is not None:
            return OCSPAnswer(der)
        answer = OCSPAnswer(der, signed_at=now)
        if all(asked.serial_number in standings for asked in question.certificates):
            self._answers.keep(request, KeptAnswer(answer, now, standings))
        return answer

    async def _still_says(self, kept: KeptAnswer, *, now: datetime) -> bool:
        return await self._standings.of(kept.standings, now=now) == kept.standings

    def _is_ours(self, asked: CertID) -> bool:
        digests = (asked.issuer_name_hash, asked.issuer_key_hash)
        return self._issuer.get(asked.hash_algorithm.algorithm) == digests

    def _sign(
        self, question: Question, standings: Mapping[int, Standing], *, now: datetime
    ) -> bytes:
        responses = [
            messages.single_response(
                asked,
                standings.get(asked.serial_number) if self._is_ours(asked) else None,
                this_update=now,
                next_update=now + LIFETIME,
            )
            for asked in question.certificates
        ]
        return messages.write_response(
            responses,
            nonce=question.nonce,
            produced_at=now,
            certificate=self._identity.certificate(now=now),
            key=self._identity.key,
        )


def refusal(status: OCSPResponseStatus) -> OCSPAnswer:
    """An answer that says only why there is none."""
    return OCSPAnswer(messages.write_refusal(status))


def _plausible(serial: int) -> bool:
    return serial > 0 and serial.bit_length() <= _SERIAL_BITS


def _issuer_digests(issuer: x509.Certificate) -> dict[x509.ObjectIdentifier, tuple[bytes, bytes]]:
    """Name and key of the issuer under each digest that a CertID may use (RFC 6960 4.1.1)."""
    name = issuer.subject.public_bytes()
    key = issuer.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return {oid: (_digest(algorithm, name), _digest(algorithm, key)) for oid, algorithm in _DIGESTS}


# RFC 5019 section 2.1.1 asks for SHA-1 (it protects nothing here, it only names); newer clients
# send SHA-256.
_DIGESTS: tuple[tuple[x509.ObjectIdentifier, hashes.HashAlgorithm], ...] = (
    (x509.ObjectIdentifier("1.3.14.3.2.26"), hashes.SHA1()),  # noqa: S303 - it names an issuer
    (x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1"), hashes.SHA256()),
)


def _digest(algorithm: hashes.HashAlgorithm, content: bytes) -> bytes:
    digest = hashes.Hash(algorithm)
    digest.update(content)
    return digest.finalize()
