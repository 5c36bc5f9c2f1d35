"""How an authorization request comes in and how its answer goes out.

In: parameters from a browser, from a client's own server (pushed) or in a signed request object.
Out: a checked `AuthorizationRequest`, and in the end an answer, which is a code or an error: in the
query, in a form that sends itself, or as a signed JWT.
"""
