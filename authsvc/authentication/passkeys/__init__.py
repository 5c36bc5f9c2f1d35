"""Passkeys (Web Authentication Level 3): a key in the person's own authenticator.

In: what a browser's authenticator says to a challenge of ours. Out: a credential that is kept, or
`SignedIn`. User verification is always required, so that a passkey is two factors in one; every
passkey is discoverable, so that nobody types a name.

`ceremonies` alone speaks to the library `webauthn`, and with it CBOR and COSE. `passkeys` keeps;
`registration` and `passkey_sign_in` are the two ceremonies, as flows.
"""
