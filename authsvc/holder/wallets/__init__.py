"""The chamber in which a person invites a wallet: an offer to fetch certificates, as a link and QR.

In: a session that could add a device, and which kinds of certificates. Out: an offer that is good
for five minutes and for one wallet, and the six digits without which it is worth nothing.
"""
