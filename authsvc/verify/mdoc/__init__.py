"""Is this mdoc genuine, is it theirs, and does it still hold (ISO/IEC 18013-5)? Offline.

In: a DeviceResponse as a wallet presents it, the transcript of the session in which it was asked
for, the issuer's root, its status lists. Out: a `VerifiedMdoc`, or a refusal that says which step
it was. It is the same attestation as the SD-JWT VC of `credentials/`, in another form.

CBOR is read strictly: what would have two readings (a key twice, something behind the end, a
length that is not said, a tag that is not expected here) is no mdoc.
"""
