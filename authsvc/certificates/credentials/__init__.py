"""What does a person carry that tells a platform enough, and us nothing?

In: keys that were made in a wallet, and what is known of their holder. Out: a batch of SD-JWT VCs
(RFC 9901) or of mdocs (ISO/IEC 18013-5), one for each key, of which a platform is shown what it
needs: an age predicate, the class of the document, perhaps the pseudonym that it knows from OpenID
Connect. It is verified without us, offline, under a key that anybody may know; a status list
(Token Status List) says whether it was withdrawn, and not to us who looked.

Beside it there is a counterfoil, which a platform may keep to show an auditor that it did its duty.

No two credentials share anything but predicates, so that two presentations are not joined. What was
issued is not kept: of a batch with status there rests whose it is, and sealed the places of its
credentials; of each holder key a keyed digest, until it has ended. Who presents what, and where, is
never known here.
"""

from authsvc.certificates.credentials.claims import CLAIMS
from authsvc.certificates.credentials.credentials import STATUS_LISTS, Credentials
from authsvc.certificates.credentials.kinds import KINDS, CredentialKind, Format
from authsvc.certificates.credentials.statement import Platform, Statement, Wanted
from authsvc.certificates.credentials.status_lists import CredentialStatusLists
from authsvc.certificates.credentials.types import type_of

__all__ = [
    "CLAIMS",
    "KINDS",
    "STATUS_LISTS",
    "CredentialKind",
    "CredentialStatusLists",
    "Credentials",
    "Format",
    "Platform",
    "Statement",
    "Wanted",
    "type_of",
]
