"""The form: an mdoc as its issuer gives it to the holder, IssuerSigned (ISO/IEC 18013-5, 8.3.2.1).

    {"nameSpaces": {docType: [item, …]},
     "issuerAuth": [protected, {x5chain: certificate}, payload, signature]}

`issuerAuth` is a COSE_Sign1 (RFC 9052 section 4.2) over the mobile security object, which has the
digests of the items alone, with the signer's certificate (RFC 9360). Written in base64url, as
OpenID4VCI appendix A.2 has it.
"""

import os
from collections.abc import Mapping, Sequence

import cbor2

from authsvc.algorithms import ALGORITHMS
from authsvc.certificates.credentials.mobile_security_object import (
    Item,
    MobileSecurityObject,
    encoded,
)
from authsvc.certificates.credentials.signer import Identity
from authsvc.identifiers import b64url

# Section 9.1.2.5: 16 octets at least, or what is kept back could be guessed from its digest.
_SALT_BYTES = 16
# RFC 9052 section 3.1, RFC 9053 section 2.1, RFC 9360 section 2.
_ALG, _X5CHAIN = 1, 33


def items(told: Mapping[str, object]) -> Sequence[Item]:
    """An item for each claim, under a salt of its own."""
    salts = os.urandom(_SALT_BYTES * len(told))
    made = []
    for number, (name, value) in enumerate(told.items()):
        item = {
            "digestID": number,
            "random": salts[number * _SALT_BYTES : (number + 1) * _SALT_BYTES],
            "elementIdentifier": name,
            "elementValue": value,
        }
        made.append(Item(number, encoded(item)))
    return made


def issued(security_object: MobileSecurityObject, identity: Identity) -> str:
    """The mdoc with all its items, by a key that has a certificate, and a number in COSE."""
    payload = security_object.encoded()
    protected = cbor2.dumps({_ALG: ALGORITHMS[identity.key.alg].cose})
    signed = cbor2.dumps(("Signature1", protected, b"", payload))
    signature = identity.key.sign(signed)
    issuer_signed = {
        "nameSpaces": {security_object.doc_type: [item.encoded for item in security_object.items]},
        "issuerAuth": (protected, {_X5CHAIN: identity.certificate}, payload, signature),
    }
    return b64url(cbor2.dumps(issuer_signed))
