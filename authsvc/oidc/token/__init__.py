"""Grants go in, tokens come out; and later: is this token still good?

One file per grant type, one per kind of token, one per endpoint that takes tokens.
"""
