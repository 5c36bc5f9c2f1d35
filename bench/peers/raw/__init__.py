"""The limit: what the machine could do if a provider did nothing but parse and sign.

A bare ASGI application on the server that authsvc runs on, with the same options. It keeps no
state, looks nothing up, limits nobody and takes one client. It is no provider: there is nothing to
sign in to.

GET  /document  authsvc's own discovery document, about 4 kB, from memory
POST /token     `client_credentials`: the form, the secret's digest, one ES256 signature over the
                claims of authsvc's access tokens
"""
