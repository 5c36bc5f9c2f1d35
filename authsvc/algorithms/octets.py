"""Numbers and octets as the members of a JWK have them (RFC 7518 section 6)."""

from authsvc.identifiers import b64url, from_b64url


def octets(text: str, size: int) -> bytes:
    """The octets behind base64url; ValueError if they are not so many."""
    found = from_b64url(text)
    if len(found) != size:
        raise ValueError("another length")
    return found


def coordinate(number: int, size: int) -> str:
    """A number of full length (section 6.2.1.2)."""
    return b64url(number.to_bytes(size, "big"))
