"""Which passwords may be chosen."""

import pytest

from authsvc.authentication.common_passwords import COMMON_PASSWORDS
from authsvc.authentication.errors import (
    PasswordIsSignInName,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
)
from authsvc.authentication.password_policy import PasswordPolicy

NAME = "test-person"


@pytest.mark.parametrize(
    "password",
    [
        "correct horse",
        "密码是八个汉字啊",
        "x" + "ab" * 100,
        " spaces  ",
        "90909090",
        "zzzzyyyy",
        "x3Y" * 80,
    ],
)
def test_length_is_all_that_counts_beyond_the_obvious(password):
    PasswordPolicy().check(password, sign_in_name=NAME)


@pytest.mark.parametrize(
    "password, refusal",
    [
        ("", PasswordTooShort),
        ("1234567", PasswordTooShort),
        ("e\u0301" * 7, PasswordTooShort),
        ("xy" * 129, PasswordTooLong),
        ("xy" * 5000, PasswordTooLong),
        ("password", PasswordTooCommon),
        ("PassWord123", PasswordTooCommon),
        ("woaini1314", PasswordTooCommon),
        ("12345678", PasswordTooCommon),
        ("1234567890", PasswordTooCommon),
        ("0987654321", PasswordTooCommon),
        ("aaaaaaaa", PasswordTooCommon),
        ("abcdefgh", PasswordTooCommon),
        ("hgfedcba", PasswordTooCommon),
        ("Test-Person", PasswordIsSignInName),
    ],
)
def test_what_may_not_be_chosen_says_why_and_names_the_field(password, refusal):
    with pytest.raises(refusal) as raised:
        PasswordPolicy().check(password, sign_in_name=NAME)
    assert raised.value.field == "password"


def test_the_sandbox_takes_the_passwords_of_its_file():
    policy = PasswordPolicy(minimum=1, strict=False)
    for password in ("a", "password", NAME, "12345678"):
        policy.check(password, sign_in_name=NAME)
    with pytest.raises(PasswordTooShort):
        policy.check("", sign_in_name=NAME)


def test_a_run_across_the_end_of_the_digits_is_a_run():
    with pytest.raises(PasswordTooCommon):
        PasswordPolicy().check("6789012345", sign_in_name=NAME)


def test_the_list_holds_only_what_could_be_chosen_otherwise():
    assert all(len(password) >= 8 for password in COMMON_PASSWORDS)
    assert all(password == password.casefold() for password in COMMON_PASSWORDS)
