"""What an mdoc is presented in: the transcript of the session, which the device signs.

By OpenID4VP there is neither a device engagement nor a reader's key in it, but a *handover* that
names the request (OpenID4VP 1.0 appendix B.2.6): who asked, with which nonce, where the answer goes
and to which key it is encrypted. `thumbprint` is that key's (RFC 7638 with SHA-256), None for an
answer in the clear.
"""

from hashlib import sha256

import cbor2


def by_redirect(
    *, client_id: str, nonce: str, thumbprint: bytes | None, response_uri: str
) -> bytes:
    """The transcript of an answer that a wallet posts (B.2.6.1), encoded."""
    return _transcript("OpenID4VPHandover", (client_id, nonce, thumbprint, response_uri))


def by_browser(*, origin: str, nonce: str, thumbprint: bytes | None) -> bytes:
    """The transcript of an answer through the Digital Credentials API (B.2.6.2), encoded."""
    return _transcript("OpenID4VPDCAPIHandover", (origin, nonce, thumbprint))


def _transcript(name: str, told: tuple[str | bytes | None, ...]) -> bytes:
    return cbor2.dumps((None, None, (name, sha256(cbor2.dumps(told)).digest())))
