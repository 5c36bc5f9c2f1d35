"""Which passwords may be chosen (NIST SP 800-63B section 3.1.1.2).

A minimum length, a generous maximum, no rules of composition, no expiry, and a list of what anybody
would guess first.
"""

import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from authsvc.authentication.common_passwords import COMMON_PASSWORDS
from authsvc.authentication.errors import (
    PasswordIsSignInName,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
)

# Section 3.1.1.2 wants 64 characters or more to be accepted; a code point is a character.
MAXIMUM = 256
# Bounds what is normalised: a canonical composition joins at most four characters.
UNNORMALISED_MAXIMUM = 4 * MAXIMUM


@dataclass(frozen=True)
class PasswordPolicy:
    """`strict` is off in the sandbox alone, whose people and passwords come from a file."""

    minimum: int = 8
    strict: bool = True

    def check(self, password: str, *, sign_in_name: str) -> None:
        """Returns if the password may be chosen for this name.

        Raises PasswordTooShort, PasswordTooLong, PasswordTooCommon, PasswordIsSignInName, all
        with the field "password".
        """
        if len(password) > UNNORMALISED_MAXIMUM:
            raise PasswordTooLong(field="password")
        normal = unicodedata.normalize("NFC", password)
        if len(normal) > MAXIMUM:
            raise PasswordTooLong(field="password")
        if len(normal) < self.minimum:
            raise PasswordTooShort(field="password")
        if self.strict:
            _refuse_guessable(normal.casefold(), sign_in_name.casefold())


# From 9 to 0 and back.
_KEYBOARD_STEPS = {-9: 1, 9: -1}


def _refuse_guessable(password: str, sign_in_name: str) -> None:
    if password == sign_in_name:
        raise PasswordIsSignInName(field="password")
    if password in COMMON_PASSWORDS or _is_a_run(password):
        raise PasswordTooCommon(field="password")


def _is_a_run(password: str) -> bool:
    """Whether each character is the same small step from the one before: aaaaaaaa, 87654321.

    On a keyboard the zero comes after the nine.
    """
    places = [ord(character) for character in password]
    steps = {after - before for before, after in pairwise(places)}
    if password.isdecimal():
        steps = {_KEYBOARD_STEPS.get(step, step) for step in steps}
    return len(steps) <= 1 and steps <= {-1, 0, 1}
