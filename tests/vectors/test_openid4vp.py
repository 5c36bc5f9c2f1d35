"""OpenID4VP 1.0 section 8.3: the encrypted answer that is printed there, and its key."""

from authsvc.identifiers import from_b64url
from authsvc.verify.presentation.response_key import ResponseKey

# It is printed for illustration, with its private part.
PRIVATE = "Et-3ce0omz8_TuZ96Df9lp0GAaaDoUnDe6X-CRO7Aww"
X = "YO4epjifD-KWeq1sL2tNmm36BhXnkJ0He-WqMYrp9Fk"
RESPONSE = (
    "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTEyOEdDTSIsImtpZCI6ImFjIiwiZXBrIjp7Imt"
    "0eSI6IkVDIiwieCI6Im5ubVZwbTNWM2piaGNhZlFhUkJrU1ZOSGx3Wkh3dC05ck9wSnVmeVlJdWsiLCJ5I"
    "joicjRmakRxd0p5czlxVU9QLV9iM21SNVNaRy0tQ3dPMm1pYzVWU05UWU45ZyIsImNydiI6IlAtMjU2In1"
    "9..uAYcHRUSSn2X0WPX.yVzlGSYG4qbg0bq18JcUiDRw56yVnbKR8E7S7YlEtzT00RqE3Pw5oTpUG3hdLN"
    "4taHZ9gC1kwak8JOnJgQ.1wR024_3-qtAlx1oFIUpQQ"
)


class NamedAsPrinted(ResponseKey):
    """Ours are named by their thumbprints."""

    @property
    def kid(self) -> str:
        return "ac"


def test_the_example_is_decrypted():
    key = NamedAsPrinted.from_octets(from_b64url(PRIVATE))
    assert key.public_jwk["x"] == X
    assert key.decrypt(RESPONSE) == {"vp_token": {"example_credential_id": ["eyJhb...YMetA"]}}
