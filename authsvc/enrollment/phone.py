"""Phone numbers, in the one spelling of ITU-T E.164."""

import re

from authsvc.enrollment.errors import PhoneInvalid

# E.164: a plus, a country code that does not begin with 0, fifteen digits at most in all.
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
# Mainland mobile numbers have eleven digits and begin with 1.
_MAINLAND = re.compile(r"1[0-9]{10}")
_MAINLAND_PREFIX = "+86"


def parse_phone(text: str) -> str:
    """The number in E.164; eleven mainland digits are given their +86. PhoneInvalid."""
    if _MAINLAND.fullmatch(text):
        return _MAINLAND_PREFIX + text
    if not _E164.fullmatch(text):
        raise PhoneInvalid(field="phone")
    if text.startswith(_MAINLAND_PREFIX) and not _MAINLAND.fullmatch(text[3:]):
        raise PhoneInvalid(field="phone")
    return text
