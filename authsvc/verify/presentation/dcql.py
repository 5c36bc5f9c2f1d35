"""What is asked for: the Digital Credentials Query Language (OpenID4VP 1.0 section 6).

Spoken here is what concerns SD-JWT VCs and mdocs: types, claims by path and by value, alternatives
of claims and of credentials, authorities by the key identifier in a certificate. Trusted lists and
federations are not asked for, because an answer could not be held to them; and a presentation
without the holder's proof is never asked for. A member that is not known is a mistake of whoever
asks, so it is refused here, though a wallet would pass over it (section 6).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

import msgspec
from msgspec import Meta

from authsvc.verify.presentation.errors import QueryRefused

SD_JWT, MDOC = "dc+sd-jwt", "mso_mdoc"

# Section 6.1: letters, digits, underscore, hyphen. The lengths are ours: a query is drawn as a QR
# code where it is not signed, and nobody reads more in a wallet before saying yes.
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]+\Z", max_length=64)]
_Text = Annotated[str, Meta(min_length=1, max_length=256)]
_Index = Annotated[int, Meta(ge=0, lt=1000)]
Path = Annotated[tuple[_Text | _Index | None, ...], Meta(min_length=1, max_length=8)]
# RFC 5280 section 4.2.1.2 makes them of SHA-1, others of SHA-256; base64url without padding.
_KeyIdentifier = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]+\Z", max_length=86)]
_Value = Annotated[str, Meta(max_length=256)] | int | bool

# Of each list. The largest example of the specification has five.
_MOST = Meta(min_length=1, max_length=16)
_LONGEST = 8192


class ClaimQuery(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One claim, and the values that are taken if not all are (section 6.3)."""

    path: Path
    id: Name | None = None
    values: Annotated[tuple[_Value, ...], _MOST] | None = None


class ElementQuery(ClaimQuery, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One element of an mdoc: its namespace and its name (section 7.2, appendix B.2.4)."""

    path: tuple[_Text, _Text]
    intent_to_retain: bool | None = None


class _VCTs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The types of SD-JWT VC that are taken (appendix B.3.5)."""

    vct_values: Annotated[tuple[_Text, ...], _MOST]


class TrustedAuthority(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who has certified the issuer, by the authority key identifier (section 6.1.1.1)."""

    type: Literal["aki"]
    values: Annotated[tuple[_KeyIdentifier, ...], _MOST]


class _DocType(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The type of mdoc that is taken (appendix B.2.3)."""

    doctype_value: _Text


class CredentialQuery(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="format",
):
    """One credential (section 6.1), whatever its format."""

    id: Name
    claims: Annotated[tuple[ClaimQuery, ...], _MOST] | None = None
    claim_sets: Annotated[tuple[Annotated[tuple[Name, ...], _MOST], ...], _MOST] | None = None
    multiple: bool = False
    trusted_authorities: Annotated[tuple[TrustedAuthority, ...], _MOST] | None = None

    @property
    def authorities(self) -> frozenset[str]:
        """The key identifiers, in base64url, one of which is wanted; none if any will do."""
        return frozenset(value for each in self.trusted_authorities or () for value in each.values)

    def __post_init__(self) -> None:
        """ValueError where the parts contradict each other."""
        claims = self.claims or ()
        names = [claim.id for claim in claims if claim.id is not None]
        paths = [claim.path for claim in claims]
        if len(set(names)) < len(names) or len(set(paths)) < len(paths):
            raise ValueError("a claim is named twice")
        if self.claim_sets is None:
            return
        if len(names) < len(claims) or not claims:
            raise ValueError("claim_sets, and claims without a name")
        if any(name not in names for option in self.claim_sets for name in option):
            raise ValueError("a claim set names a claim that there is not")


class SDJWTQuery(CredentialQuery, frozen=True, kw_only=True, tag=SD_JWT):
    """One SD-JWT VC."""

    meta: _VCTs


class MdocQuery(CredentialQuery, frozen=True, kw_only=True, tag=MDOC):
    """One mdoc."""

    meta: _DocType
    claims: Annotated[tuple[ElementQuery, ...], _MOST] | None = None


class CredentialSet(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Alternatives: one of `options` is enough (section 6.2)."""

    options: Annotated[tuple[Annotated[tuple[Name, ...], _MOST], ...], _MOST]
    required: bool = True


class Query(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A whole query (section 6)."""

    credentials: Annotated[tuple[SDJWTQuery | MdocQuery, ...], _MOST]
    credential_sets: Annotated[tuple[CredentialSet, ...], _MOST] | None = None

    def __post_init__(self) -> None:
        """ValueError where the parts contradict each other."""
        names = [each.id for each in self.credentials]
        if len(set(names)) < len(names):
            raise ValueError("two credential queries of one name")
        for alternatives in self.credential_sets or ():
            if any(name not in names for option in alternatives.options for name in option):
                raise ValueError("a set names a credential query that there is not")

    @classmethod
    def read(cls, document: Mapping[str, Any] | str | bytes) -> Self:
        """The query in a JSON document, or in one that was read already; QueryRefused."""
        try:
            if isinstance(document, str | bytes):
                if len(document) > _LONGEST:
                    raise QueryRefused(log="too long")
                return msgspec.json.decode(document, type=cls)
            return msgspec.convert(document, cls)
        except (ValueError, RecursionError):
            raise QueryRefused from None

    @property
    def document(self) -> dict[str, Any]:
        """The query as a wallet is told it, in plain values."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain

    @property
    def formats(self) -> frozenset[str]:
        """Those of the credentials that are asked for."""
        return frozenset(
            MDOC if isinstance(each, MdocQuery) else SD_JWT for each in self.credentials
        )

    def of(self, name: str) -> CredentialQuery | None:
        """The credential query of this name."""
        return next((each for each in self.credentials if each.id == name), None)
