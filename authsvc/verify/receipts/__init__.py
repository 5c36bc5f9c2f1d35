"""Did a platform do its duty, for each of its accounts, without saying who anybody is?

In: receipts, and the reference under which the platform keeps each. Out: a `VerifiedReceipt`, or a
refusal that says which step it was. For an auditor, offline, years later.

    reference.py   what a receipt and an account have in common, and nobody else can see
    verifier.py    both forms: by OpenID Connect, signed by the issuer; by a certificate, signed by
                   the platform, with the issuer's counterfoil inside
    writing.py     how a platform signs the second form
"""
