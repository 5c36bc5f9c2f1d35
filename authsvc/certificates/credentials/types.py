"""What the type of a credential is called, in each form.

    SD-JWT VC   `vct`: {issuer}/credentials/types/{name}, where its metadata lies
    mdoc        docType, and the one namespace of its elements: the issuer's host from its end, the
                name, the version of the type

A docType is a name, not an address, and whoever likes may make one up (ISO/IEC 18013-5 section
7.1). So ours begins with what is the operator's own, their host, and is nobody else's.
"""

from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

from authsvc.certificates.credentials.kinds import CredentialKind, Format

# Another meaning of an element, or one less, is another version.
_VERSION = 1


def type_of(kind: CredentialKind, *, issuer: str) -> str:
    """The type of a kind, in the words of its form."""
    name = kind.type_name
    return doc_type(name, issuer=issuer) if kind.format is Format.MDOC else vct(name, issuer=issuer)


def vct(name: str, *, issuer: str) -> str:
    """The type of this name, as SD-JWT VCs have it."""
    return f"{issuer}/credentials/types/{name}"


def doc_type(name: str, *, issuer: str) -> str:
    """The type of this name, as mdocs have it: `example.id.verified-person.1`."""
    return f"{_from_its_end(urlsplit(issuer).hostname or '')}.{name}.{_VERSION}"


def _from_its_end(host: str) -> str:
    """A host with its widest label first; of an address, its name in the DNS (RFC 1035, 3596)."""
    with suppress(ValueError):
        host = ip_address(host).reverse_pointer
    return ".".join(reversed(host.split(".")))
