"""Is this online certificate genuine, is it theirs, and does it still hold? Offline.

In: a presentation (SD-JWT VC with key binding), the issuer's keys or anchors, its status lists.
Out: a `VerifiedPresentation`, or a refusal that says which step it was (RFC 9901 section 7, SD-JWT
VC section 2.4). Nobody is asked while a certificate is verified, so nobody learns where it is used.
"""
