"""How an authorization request comes in and how its answer goes out.

In: parameters from a browser, from a client's own server (pushed) or in a signed request object.
Out: a checked `AuthorizationRequest`, and in the end a redirect with a code or an error.
"""
