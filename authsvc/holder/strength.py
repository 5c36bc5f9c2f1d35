"""How strong a session must be for what nobody can take back, and for what stays.

Whoever has set up a second factor proves it before what cannot be taken back. A session need not
show that it was asked for: a passkey opens one by itself, and beside it the password alone does.
"""

from authsvc.authentication.step_up.second_factors import SecondFactors
from authsvc.authentication.step_up.step_up import StepUp
from authsvc.holder.door import Visit


async def require_own_strength(visit: Visit, step_up: StepUp) -> bool:
    """True if this session has proved a second factor that the person has set up.

    False if they have set up none; StrongSignInRequired if they have, and it was not proved.
    """
    return _is_strong(visit, await step_up.second_factors(visit.session.subscriber))


async def require_strength_to_add(visit: Visit, step_up: StepUp) -> None:
    """Returns if this session may give the person a way in that stays.

    StrongSignInRequired for who has set up a second factor; for who has none FreshSignInRequired,
    and PhoneProofRequired where the password alone was proved.
    """
    found = await step_up.second_factors(visit.session.subscriber)
    if not _is_strong(visit, found):
        visit.require_fresh()
        found.require_more_than_a_password(visit.session)


def _is_strong(visit: Visit, found: SecondFactors) -> bool:
    if not found.are_set_up:
        return False
    visit.require_strong()
    return True
