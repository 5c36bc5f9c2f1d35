"""Is this document genuine, whose is it, is it still good?

In comes what a chip gave away (`ChipReading`) and the kind of document it is said to be; out comes
a `VerifiedDocument`, or a refusal. Passive authentication follows ICAO Doc 9303 parts 10 to 12:
data groups, a CMS-signed LDS security object, a document signer certified by a trusted authority.
Identity numbers follow GB 11643 with the check character of ISO/IEC 7064 MOD 11-2.

Whether a document is still good is asked at a `DocumentRegister`: embedded (the simulated issuing
authority in `authority/`), over HTTP, or told by the register's signed push. The register's feed
of changes is read whole, so that the register never learns whom this service knows.

This room does not know subscribers, stores nothing, and asks nobody what time it is. The
simulated authority is another organisation living under this roof: it has its own files, keys and
clock, and the rest of the service speaks to it only through `DocumentRegister`.
"""
