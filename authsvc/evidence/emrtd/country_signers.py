"""Who signs documents in the name of a state (Doc 9303 part 12).

    country signing authority (CSCA)     trusted because it stands in a folder of ours, in a master
      |                                  list by a trusted signer, or behind a link certificate
      |-- link certificate               the state's new key, certified by its old one
      `-- document signer                signs security objects; travels in them, or in the PKD

A signer serves for months and its documents for ten years, so that its certificate is judged at the
moment of signing: within its validity, its authority's validity, and the private key usage period
where there is one. Part 12 (section 5) makes the certificate valid for as long as any document
signed by it: one that has run out earlier says nothing against a document that was signed in time.
Where a document does not say when it was signed, the certificate must be valid today.

Revocation has no time: whoever has a stolen key can date a document back. A list is believed by the
signature of any of the state's authorities, since a new key signs for the old one as well. A state
of which we have no list is one that we cannot ask; a list that has run out stops its documents,
because a signer that was revoked since would come back to life.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from cryptography.exceptions import InvalidSignature

from authsvc.evidence.emrtd.certificates import Certificate
from authsvc.evidence.emrtd.revocation_lists import RevocationList
from authsvc.evidence.errors import (
    AlgorithmNotAllowed,
    RevocationListStale,
    SignerNotTrusted,
    SignerNotValidThen,
    SignerRevoked,
)

_SIGNS_CERTIFICATES, _SIGNS_LISTS, _SIGNS_DOCUMENTS = (
    "key_cert_sign",
    "crl_sign",
    "digital_signature",
)


class CountrySigners:
    """The authorities that are trusted, the document signers that are known, the lists.

    `anchors` are trusted as they stand. `offered` are certificates from anywhere (a folder, the
    PKD): link certificates among them are followed, document signers kept for security objects
    that carry none, and the rest is nothing. Lists whose signature is nobody's are not believed.
    """

    def __init__(
        self,
        anchors: Iterable[Certificate],
        *,
        offered: Iterable[Certificate] = (),
        revocation_lists: Iterable[RevocationList] = (),
    ) -> None:
        offered = tuple(offered)
        self._authorities = _followed([each for each in anchors if is_authority(each)], offered)
        self._signers = tuple(each for each in offered if not each.is_authority)
        self._lists = tuple(each for each in revocation_lists if self._believed(each))

    @property
    def authorities(self) -> Sequence[Certificate]:
        """Every authority that is trusted."""
        return self._authorities

    @property
    def known_signers(self) -> Sequence[Certificate]:
        """Document signers that were offered; each is judged when it is needed."""
        return self._signers

    def require_trusted(
        self, signer: Certificate, *, signed_at: datetime | None, now: datetime
    ) -> None:
        """Returns if the signer had the right to sign documents of its state at that time.

        `signed_at` is None for a document that does not say. SignerNotTrusted, SignerNotValidThen,
        SignerRevoked, RevocationListStale, AlgorithmNotAllowed.
        """
        authorities = self._authorities_of(signer)
        _require_signer(signer)
        moment = signed_at or now
        if not signer.holds_at(moment) or not signer.key_in_use_at(moment):
            raise SignerNotValidThen(log="document signer")
        # The certificate says itself when it was issued, and the authority has signed that.
        if not any(each.holds_at(signer.not_before) for each in authorities):
            raise SignerNotValidThen(log="authority")
        self._require_unrevoked(signer, now=now)

    def _authorities_of(self, signer: Certificate) -> Sequence[Certificate]:
        """The authorities of the signer's state whose key signed its certificate."""
        found = [each for each in self._authorities if _signed(signer, each)]
        if not found:
            raise SignerNotTrusted(log="no authority")
        if any(each.country == signer.country != "" for each in found):
            return found
        raise SignerNotTrusted(log="another country")

    def _require_unrevoked(self, signer: Certificate, *, now: datetime) -> None:
        lists = [each for each in self._lists if each.country == signer.country]
        if any(each.revokes(signer) for each in lists):
            raise SignerRevoked
        if lists and not any(now <= each.next_update for each in lists):
            raise RevocationListStale

    def _believed(self, listed: RevocationList) -> bool:
        return any(
            _SIGNS_LISTS in (authority.usage or ()) and listed.is_signed_by(authority)
            for authority in self._authorities
        )


def is_authority(certificate: Certificate) -> bool:
    """Whether it can be a country signing authority (part 12, tables of section 7.1)."""
    return (
        certificate.is_authority
        and _SIGNS_CERTIFICATES in (certificate.usage or ())
        and not certificate.unknown_critical
        and certificate.country != ""
    )


def _followed(
    anchors: Sequence[Certificate], offered: Sequence[Certificate]
) -> tuple[Certificate, ...]:
    """The anchors, and what they certified as a successor of theirs, and so on.

    A link certificate makes its own key an authority, for documents of its own state only.
    """
    trusted = list(dict.fromkeys(anchors))
    waiting = [each for each in offered if is_authority(each) and each not in trusted]
    # NOTE: `trusted` grows while it is walked through: links are followed along their chain.
    for authority in trusted:
        for link in list(waiting):
            if _links(link, authority):
                waiting.remove(link)
                trusted.append(link)
    return tuple(trusted)


def _links(link: Certificate, authority: Certificate) -> bool:
    return (
        link.country == authority.country
        and authority.holds_at(link.not_before)
        and _signed(link, authority)
    )


def _signed(certificate: Certificate, authority: Certificate) -> bool:
    try:
        certificate.verify_issued_by(authority)
    except (InvalidSignature, AlgorithmNotAllowed):
        return False
    return True


def _require_signer(signer: Certificate) -> None:
    """Part 12 section 7.1: key usage digitalSignature, never an authority, nothing unknown."""
    usage = signer.usage or frozenset()
    if _SIGNS_DOCUMENTS not in usage or usage & {_SIGNS_CERTIFICATES, _SIGNS_LISTS}:
        raise SignerNotTrusted(log="key usage")
    if signer.is_authority:
        raise SignerNotTrusted(log="an authority does not sign documents")
    if signer.unknown_critical:
        raise SignerNotTrusted(log="critical extension")
    # Master lists and deviation lists have signers of their own (2.23.136.1.1.3 and others).
    if signer.extended_usage:
        raise SignerNotTrusted(log="certified for something else")
