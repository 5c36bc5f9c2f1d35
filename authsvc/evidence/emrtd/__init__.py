"""Travel documents of ICAO Doc 9303: is this chip's content what its state signed, is it the chip?

In come a chip reading (machine readable zone, portrait, EF.SOD) and the certificates of the states
(`CountrySigners`: country signing certificates, link certificates, master lists, revocation
lists); out comes a `VerifiedDocument`, or one leaf of `evidence.errors`. Parts 3 to 5 of Doc 9303
say how the zone is read, part 10 the data groups, part 11 passive, active and chip authentication,
part 12 the certificates.

Real chips are older and less tidy than any profile: BER, parameters of curves written out, SHA-1.
What is accepted of that, and up to when, is written once, in `algorithms.py` and `certificates.py`.
This chamber does not know the resident card, whose profile is narrower and stays so.
"""
