"""Recovery codes: for the day the TOTP app is lost (SP 800-63B section 3.1.2, look-up secrets).

Ten codes of 80 random bits, shown once in groups of four; only keyed digests rest.
"""

import base64
import secrets

COUNT = 10
# Section 3.1.2.2: below 112 bits a look-up secret needs throttling, which the second factor has.
BYTES = 10
_LENGTH = BYTES * 8 // 5
_GROUP = 4


def new_recovery_codes() -> tuple[str, ...]:
    """Ten fresh codes as a person sees them: XXXX-XXXX-XXXX-XXXX."""
    return tuple(_new_code() for _ in range(COUNT))


def is_recovery_code(code: str) -> bool:
    """Whether this has the shape of a code, once hyphens are gone."""
    return len(code) == _LENGTH and code.isascii() and code.isalnum()


def _new_code() -> str:
    code = base64.b32encode(secrets.token_bytes(BYTES)).decode("ascii")
    return "-".join(code[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))
