"""Artificial travel documents of artificial states: what a chip, and the PKD behind it, would hold.

In come a made-up state, its way of signing and what stands in a machine readable zone; out come the
files of a chip, and the state's certificates, link certificates, master list and revocation list,
after ICAO Doc 9303 parts 10 and 12. The variety is that of real documents: curves by name and by
parameters, old hashes, BER, signers named by key. Every state is made up, and says so in its names.

Written octet by octet (`der.py`), and not with the library that reads it, so that a mistake in one
is not one in both.
"""
