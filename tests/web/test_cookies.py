import pytest

from authsvc.web.cookies import clear_cookie, cookie_name, session_cookie


def test_over_https_the_cookie_is_bound_to_the_host():
    assert session_cookie("session", "abc-_", secure=True, max_age=900) == (
        "set-cookie",
        "__Host-session=abc-_; Max-Age=900; Path=/; HttpOnly; SameSite=Lax; Secure",
    )


def test_over_http_on_loopback_it_goes_without():
    assert session_cookie("session", "abc", secure=False, max_age=900) == (
        "set-cookie",
        "session=abc; Max-Age=900; Path=/; HttpOnly; SameSite=Lax",
    )


def test_it_is_taken_back_under_the_name_it_was_given():
    assert clear_cookie("session", secure=True)[1].startswith("__Host-session=; Max-Age=0; Path=/")
    assert cookie_name("session", secure=True) == "__Host-session"


@pytest.mark.parametrize("value", ["", "a b", "a;b", "a\r\nb", "网", 'a"'])
def test_a_value_of_foreign_characters_is_not_sent(value: str):
    with pytest.raises(ValueError, match="foreign"):
        session_cookie("session", value, secure=True, max_age=1)
