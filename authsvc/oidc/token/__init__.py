"""Grants go in, tokens come out; and later: is this token still good?

In: a grant, from a client that has proved itself, perhaps with a key or certificate that the tokens
will be bound to (DPoP, RFC 9449; RFC 8705). Out: access, ID and refresh tokens. One file per grant
type, one per kind of token, one per endpoint that takes tokens.
"""
