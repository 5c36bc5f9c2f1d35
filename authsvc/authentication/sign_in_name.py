"""The name a person signs in with: theirs to choose, theirs alone, and told to nobody."""

import unicodedata

from authsvc.authentication.errors import SignInNameInvalid

MAXIMUM = 256

# Control characters break forms and logs; half a surrogate pair cannot be written in UTF-8.
_REFUSED = {"Cc", "Cs"}


def parse_sign_in_name(text: str) -> str:
    """The name in NFC (so that one name has one spelling); case is kept and matters.

    Raises SignInNameInvalid: empty, above 256 characters, or with control characters.
    """
    # Bounded before it is normalised: that can take quadratic time.
    if not 1 <= len(text) <= MAXIMUM:
        raise SignInNameInvalid(field="sign_in_name")
    if any(unicodedata.category(character) in _REFUSED for character in text):
        raise SignInNameInvalid(field="sign_in_name")
    return unicodedata.normalize("NFC", text)
