"""Which platforms do we speak to, and what may each ask?

In: client metadata as platforms write it (RFC 7591, OpenID Connect Dynamic Client Registration),
imported by an operator, or sent by whoever holds an initial access token; and the credentials that
a client shows at an endpoint (RFC 6749 section 2.3, RFC 7523, RFC 8705). Out: a frozen `Client`,
read once and checked; the client that has proved itself; and its public keys, for what it signs
(`signed`) and for what is encrypted to it (`encrypted`).

What is read here holds everywhere: redirect URIs are absolute, https (or loopback, or a native
app's own scheme) and compared byte by byte; subjects are pairwise, whatever the metadata says.

The room knows nothing of people. A client secret rests as a plain SHA-256 digest: it is random and
long, and the token endpoint must not pay for a password hash.
"""

from authsvc.clients.client import Client
from authsvc.clients.registry import Clients

__all__ = ["Client", "Clients"]
