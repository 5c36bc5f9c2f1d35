"""The online number: nine random characters and a check character.

The alphabet has no vowels and nothing that looks like something else, so that a number spells no
word and can be read aloud. The check character is ISO/IEC 7064's hybrid system MOD M+1,M with
M = 28: it catches every single wrong character, and of 378 swaps of neighbours all but one.
"""

import secrets
from dataclasses import dataclass
from typing import Self

from authsvc.subscribers.errors import OnlineNumberInvalid

ALPHABET = "23456789BCDFGHJKLMNPQRSTVWXZ"
LENGTH = 10
_M = len(ALPHABET)


@dataclass(frozen=True)
class OnlineNumber:
    """A valid online number. It is random: it says nothing about whose it is."""

    value: str

    @classmethod
    def generate(cls) -> Self:
        """A fresh number; 28^9 (about 10^13) of them exist."""
        body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
        return cls(body + check_character(body))

    @classmethod
    def parse(cls, text: str) -> Self:
        """The number a person typed, in either case; OnlineNumberInvalid if it is none."""
        value = text.strip().upper()
        if len(value) != LENGTH or not set(value) <= set(ALPHABET):
            raise OnlineNumberInvalid(field="online_number")
        if check_character(value[:-1]) != value[-1]:
            raise OnlineNumberInvalid(field="online_number")
        return cls(value)

    @property
    def masked(self) -> str:
        """How the number is shown: enough to recognise one's own, too little to copy."""
        return f"{self.value[:2]}******{self.value[-2:]}"


def check_character(body: str) -> str:
    """ISO/IEC 7064 hybrid MOD M+1,M over `ALPHABET`."""
    product = _M
    for character in body:
        total = (product + ALPHABET.index(character)) % _M or _M
        product = total * 2 % (_M + 1)
    return ALPHABET[(_M + 1 - product) % _M]
