"""May this request do that? What a resource server asks about an access token, offline.

In: an access token (RFC 9068), the service's key set, and what the request shows: a proof of
possession (DPoP, RFC 9449) or a client certificate (RFC 8705). Out: a `VerifiedAccessToken`, or a
refusal that says which step it was. Whether the token was revoked meanwhile, only introspection
knows; whether a proof was used before, only the resource server itself.
"""
