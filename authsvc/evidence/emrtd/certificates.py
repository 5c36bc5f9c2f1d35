"""Certificates of country signing authorities and document signers (Doc 9303 part 12 section 7.1).

Read by asn1crypto, because real ones hold what stricter parsers refuse (curves by parameters,
serial numbers with a sign, names in mixed encodings). Nothing in a `Certificate` is believed until
`verify_issued_by` has said whose signature stands below it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asn1crypto import core, x509
from cryptography.exceptions import InvalidSignature

from authsvc.evidence.emrtd.algorithms import SignatureScheme, read_scheme
from authsvc.evidence.emrtd.keys import PublicKey, read_public_key
from authsvc.evidence.errors import AlgorithmNotAllowed

# What asn1crypto raises for what it cannot read; its texts quote the input.
UNREADABLE = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
)

_KEY_USAGE, _BASIC_CONSTRAINTS = "2.5.29.15", "2.5.29.19"
_USAGE_PERIOD = "2.5.29.16"
_SUBJECT_KEY, _AUTHORITY_KEY = "2.5.29.14", "2.5.29.35"
_EXTENDED_USAGE = "2.5.29.37"
_DOCUMENT_TYPES = "2.23.136.1.1.6.2"
_NAME_CHANGE = "2.23.136.1.1.6.1"

# Extensions that may be critical: they are read here, or (alternative names, policies, where lists
# are) say nothing that decides. RFC 5280 section 4.2: any other one is a reason to refuse.
_UNDERSTOOD = frozenset(
    {
        _KEY_USAGE,
        _BASIC_CONSTRAINTS,
        _USAGE_PERIOD,
        _SUBJECT_KEY,
        _AUTHORITY_KEY,
        _EXTENDED_USAGE,
        _DOCUMENT_TYPES,
        _NAME_CHANGE,
        "2.5.29.17",
        "2.5.29.18",
        "2.5.29.31",
        "2.5.29.32",
    }
)


@dataclass(frozen=True, eq=False)
class Certificate:
    """What a certificate says; two are one if their octets are.

    `subject` and `issuer` are names in the form in which they are compared (`comparable`).
    `country` is two capital letters, or empty.
    `subject_key`, `authority_key`: key identifiers, or None. `usage`: the bits of the key usage, or
    None without one. `first_use`, `last_use`: the private key usage period, None where it is open.
    `document_types`: what a document signer may sign, None for everything.
    """

    encoded: bytes = field(repr=False)
    subject: str = field(repr=False)
    issuer: str = field(repr=False)
    country: str
    organization: str
    serial: int
    not_before: datetime
    not_after: datetime
    key: PublicKey = field(repr=False)
    scheme: SignatureScheme
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    usage: frozenset[str] | None
    is_authority: bool
    path_length: int | None
    subject_key: bytes | None
    authority_key: bytes | None
    first_use: datetime | None
    last_use: datetime | None
    extended_usage: frozenset[str]
    document_types: frozenset[str] | None
    unknown_critical: bool

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and self.encoded == other.encoded

    def __hash__(self) -> int:
        return hash(self.encoded)

    @classmethod
    def parse(cls, encoded: bytes) -> "Certificate":
        """The certificate in DER. AlgorithmNotAllowed; ValueError for anything else."""
        try:
            return _read(encoded)
        except UNREADABLE as error:
            raise ValueError(type(error).__name__) from None

    def verify_issued_by(self, authority: "Certificate") -> None:
        """Returns if the authority's key signed this certificate; InvalidSignature.

        Names must agree as RFC 5280 section 7.1 compares them: kind of string, case and spaces do
        not count. AlgorithmNotAllowed for a hash that is too weak.
        """
        if self.issuer != authority.subject:
            raise InvalidSignature
        self.scheme.require_strength(self.not_before)
        self.scheme.verify(authority.key, self.signature, self.signed)

    def holds_at(self, moment: datetime) -> bool:
        """Whether the certificate is valid at a moment."""
        return self.not_before <= moment <= self.not_after

    def key_in_use_at(self, moment: datetime) -> bool:
        """Whether its private key may sign at a moment (RFC 5280: private key usage period)."""
        began = self.first_use is None or self.first_use <= moment
        return began and (self.last_use is None or moment <= self.last_use)


def _read(encoded: bytes) -> Certificate:
    certificate = x509.Certificate.load(encoded, strict=True)
    body = certificate["tbs_certificate"]
    if body["version"].native != "v3":
        raise ValueError("version")
    # RFC 5280 section 4.1.1.2: the two say the same.
    if body["signature"].dump() != certificate["signature_algorithm"].dump():
        raise ValueError("signature algorithm")
    extensions = _extensions(body["extensions"])
    period = _value(extensions, _USAGE_PERIOD, x509.PrivateKeyUsagePeriod)
    constraints = _value(extensions, _BASIC_CONSTRAINTS, x509.BasicConstraints)
    usage = _value(extensions, _KEY_USAGE, x509.KeyUsage)
    identifier = _value(extensions, _SUBJECT_KEY, core.OctetString)
    authority = _value(extensions, _AUTHORITY_KEY, x509.AuthorityKeyIdentifier)
    extended = _value(extensions, _EXTENDED_USAGE, x509.ExtKeyUsageSyntax)
    return Certificate(
        encoded=encoded,
        subject=comparable(body["subject"]),
        issuer=comparable(body["issuer"]),
        country=country_of(body["subject"]),
        organization=_only(body["subject"], "2.5.4.10"),
        serial=body["serial_number"].native,
        not_before=body["validity"]["not_before"].native,
        not_after=body["validity"]["not_after"].native,
        key=read_public_key(body["subject_public_key_info"].dump()),
        scheme=read_scheme(certificate["signature_algorithm"]),
        signed=body.dump(),
        signature=whole_octets(certificate["signature_value"]),
        usage=None if usage is None else frozenset(usage.native),
        is_authority=constraints is not None and bool(constraints["ca"].native),
        path_length=None if constraints is None else constraints["path_len_constraint"].native,
        subject_key=None if identifier is None else identifier.native,
        authority_key=None if authority is None else authority["key_identifier"].native,
        first_use=None if period is None else period["not_before"].native,
        last_use=None if period is None else period["not_after"].native,
        extended_usage=frozenset(() if extended is None else (each.dotted for each in extended)),
        document_types=_document_types(extensions),
        unknown_critical=any(
            critical and oid not in _UNDERSTOOD for oid, (critical, _) in extensions.items()
        ),
    )


def country_of(name: x509.Name) -> str:
    """The country in a name, in capital letters; empty unless there is exactly one."""
    return _only(name, "2.5.4.6").upper()


def comparable(name: x509.Name) -> str:
    """A name as RFC 5280 section 7.1 compares it: prepared by RFC 4518, whatever its encoding.

    Everything in it is read on the way: what is wrong with it is known here and not later.
    """
    return str(name.hashable)


def _only(name: x509.Name, oid: str) -> str:
    found = [
        attribute["value"].native
        for each in name.chosen
        for attribute in each
        if attribute["type"].dotted == oid
    ]
    return str(found[0]) if len(found) == 1 else ""


def whole_octets(bits: core.BitString) -> bytes:
    """The octets of a BIT STRING without unused bits; ValueError."""
    contents: bytes = bits.contents
    if contents[:1] != b"\0":
        raise ValueError("unused bits")
    return contents[1:]


def _extensions(extensions: Any) -> dict[str, tuple[bool, bytes]]:
    found: dict[str, tuple[bool, bytes]] = {}
    for extension in extensions:
        oid = extension["extn_id"].dotted
        if oid in found:
            raise ValueError("an extension stands twice")
        found[oid] = extension["critical"].native, bytes(extension["extn_value"])
    return found


def _value(extensions: dict[str, tuple[bool, bytes]], oid: str, spec: type[Any]) -> Any:
    return None if oid not in extensions else spec.load(extensions[oid][1], strict=True)


def _document_types(extensions: dict[str, tuple[bool, bytes]]) -> frozenset[str] | None:
    """DocumentTypeListSyntax ::= SEQUENCE { version, SET OF DocumentType } (7.1.1.6)."""
    listed = _value(extensions, _DOCUMENT_TYPES, core.Sequence)
    if listed is None:
        return None
    types = core.SetOf.load(listed[1].dump(), spec=core.PrintableString, strict=True)
    return frozenset(each.native for each in types)


def parse_or_none(encoded: bytes) -> Certificate | None:
    """A certificate of a list; None for one that we could not use anyway."""
    try:
        return Certificate.parse(encoded)
    except (ValueError, AlgorithmNotAllowed):
        return None
