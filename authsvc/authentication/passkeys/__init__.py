"""Passkeys (Web Authentication Level 3): a key in the person's own authenticator.

In: what a browser's authenticator says to a challenge of ours. Out: a credential that is kept, or
`SignedIn`. User verification is always required, so that a passkey is two factors in one.
"""
