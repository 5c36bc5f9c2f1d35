"""An SD-JWT as it travels (RFC 9901 section 4): a signed token, disclosures, and what binds them.

<issuer's JWT>~<disclosure>~…~<disclosure>~<Key Binding JWT, or nothing>
"""

from dataclasses import dataclass
from typing import Any, Self

from authsvc.verify import compact
from authsvc.verify.credentials.disclosures import disclosed
from authsvc.verify.errors import TokenMalformed

# Ours have 3 kB with everything disclosed; the fullest example of RFC 9901 has 7.
LONGEST = 65_536
# As often as a claim may be disclosed: the fullest example of RFC 9901 has 27 disclosures.
MOST_DISCLOSURES = 100


@dataclass(frozen=True, repr=False)
class SDJWT:
    """An SD-JWT taken apart. Nothing of it is believed yet."""

    jwt: str
    disclosures: tuple[str, ...]
    binding: str | None

    @classmethod
    def parse(cls, text: str) -> Self:
        """The parts of a compact SD-JWT or SD-JWT+KB; TokenMalformed."""
        if len(text) > LONGEST or not 0 < text.count("~") <= MOST_DISCLOSURES + 1:
            raise TokenMalformed(log="too long, or no SD-JWT")
        jwt, *disclosures, binding = text.split("~")
        if not jwt or not all(disclosures):
            raise TokenMalformed(log="a part is empty")
        return cls(jwt, tuple(disclosures), binding or None)

    @property
    def unbound(self) -> str:
        """The same without the Key Binding JWT: what its `sd_hash` is over (section 4.3.1)."""
        return "~".join((self.jwt, *self.disclosures, ""))

    def disclosed(self) -> dict[str, Any]:
        """The claims that it shows, whoever signed it; TokenMalformed, DisclosureRefused.

        For holders, who were given it by the issuer. A verifier believes a CredentialVerifier.
        """
        _, payload, _, _ = compact.parts(self.jwt)
        return disclosed(compact.members(compact.octets(payload)), self.disclosures)

    def __repr__(self) -> str:
        return f"SDJWT({len(self.disclosures)} disclosures, bound={self.binding is not None})"
