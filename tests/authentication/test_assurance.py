"""How strong is a sign-in?"""

from itertools import combinations

import pytest

from authsvc.authentication.assurance import AAL1, AAL2, Factor, acr_of, amr_of, satisfies

EVERYTHING = tuple(Factor)


@pytest.mark.parametrize(
    "factors, acr, amr",
    [
        ({Factor.PASSWORD}, AAL1, ("pwd",)),
        ({Factor.DEVICE_KEY}, AAL1, ("swk",)),
        ({Factor.TOTP, Factor.DEVICE_KEY}, AAL1, ("otp", "swk")),
        ({Factor.PASSWORD, Factor.TOTP}, AAL2, ("mfa", "otp", "pwd")),
        ({Factor.PASSWORD, Factor.DEVICE_KEY}, AAL2, ("mfa", "pwd", "swk")),
        ({Factor.SMS}, AAL1, ("sms",)),
        ({Factor.SMS, Factor.DEVICE_KEY}, AAL1, ("sms", "swk")),
        ({Factor.PASSWORD, Factor.SMS}, AAL2, ("mfa", "pwd", "sms")),
        ({Factor.PASSKEY}, AAL2, ("mfa", "pop")),
        ({Factor.PASSKEY, Factor.PASSWORD}, AAL2, ("mfa", "pop", "pwd")),
        (EVERYTHING, AAL2, ("mfa", "otp", "pop", "pwd", "sms", "swk")),
    ],
)
def test_two_kinds_make_the_second_level(factors, acr, amr):
    assert acr_of(factors) == acr
    assert amr_of(factors) == amr


def test_nothing_proved_is_no_level():
    with pytest.raises(ValueError, match="nothing was proved"):
        acr_of(())


def test_a_generator_of_factors_is_read_once():
    assert amr_of(factor for factor in EVERYTHING) == amr_of(EVERYTHING)


def test_every_set_of_factors_has_the_level_of_its_kinds():
    """Something known and something had, wherever they come from, and nothing less."""
    had = {Factor.TOTP, Factor.DEVICE_KEY, Factor.PASSKEY, Factor.SMS}
    known = {Factor.PASSWORD, Factor.PASSKEY}
    for size in range(1, len(EVERYTHING) + 1):
        for factors in combinations(EVERYTHING, size):
            both = bool(known & set(factors)) and bool(had & set(factors))
            assert acr_of(factors) == (AAL2 if both else AAL1), factors
            assert ("mfa" in amr_of(factors)) == both


def test_a_level_satisfies_itself_and_those_below():
    assert satisfies(AAL2, AAL1)
    assert satisfies(AAL1, AAL1)
    assert not satisfies(AAL1, AAL2)


@pytest.mark.parametrize("unknown", ["", "aal1", "urn:authsvc:acr:aal3", "urn:mace:gold"])
def test_an_unknown_level_satisfies_nothing_and_is_satisfied_by_nothing(unknown):
    assert not satisfies(AAL2, unknown)
    assert not satisfies(unknown, AAL1)
