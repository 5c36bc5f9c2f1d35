"""Whoever has set up a second factor proves it before what nobody can take back.

A session need not show that it was asked for: a passkey opens one by itself, and beside it the
password alone still does.
"""

from authsvc.authentication.step_up.step_up import StepUp
from authsvc.holder.door import Visit


async def require_own_strength(visit: Visit, step_up: StepUp) -> bool:
    """True if this session has proved a second factor that the person has set up.

    False if they have set up none; StrongSignInRequired if they have, and it was not proved.
    """
    if not (await step_up.second_factors(visit.session.subscriber)).are_set_up:
        return False
    visit.require_strong()
    return True
