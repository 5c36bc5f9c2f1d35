import pytest

from authsvc.oidc import scopes
from authsvc.oidc.errors import InvalidScope
from tests.clients.makers import client

REFRESHING = ["authorization_code", "refresh_token"]


@pytest.mark.parametrize(
    ("requested", "found"),
    [
        ("openid", ("openid",)),
        ("age openid", ("openid", "age")),
        ("openid openid age", ("openid", "age")),
        ("profile openid email", ("openid",)),
        ("age", ("age",)),
        ("openid offline_access", ("openid",)),
    ],
)
def test_a_client_gets_the_known_words_it_is_registered_for(requested, found):
    assert scopes.granted(requested, client()) == found


def test_a_word_that_is_not_registered_is_left_out():
    assert scopes.granted("openid age", client(scope="openid")) == ("openid",)


def test_offline_access_is_for_clients_that_refresh():
    found = scopes.granted("openid offline_access", client(grant_types=REFRESHING))
    assert found == ("openid", "offline_access")
    assert scopes.granted("openid offline_access", client(scope="openid offline_access")) == (
        "openid",
    )


@pytest.mark.parametrize("requested", [None, "", " ", "OPENID", "openid\tage", "x " * 10_000])
def test_no_word_at_all_is_refused(requested):
    with pytest.raises(InvalidScope):
        scopes.granted(requested, client())


@pytest.mark.parametrize(
    ("requested", "found"),
    [(None, ("openid", "age")), ("age", ("age",)), ("age openid", ("openid", "age"))],
)
def test_a_refreshed_token_has_the_same_scopes_or_fewer(requested, found):
    assert scopes.narrowed(requested, ("openid", "age")) == found


def test_a_word_that_was_unregistered_meanwhile_is_left_out():
    narrow = client(scope="openid")
    assert scopes.still_registered(("openid", "age"), narrow) == ("openid",)
    assert scopes.still_registered((), narrow) == ()
    with pytest.raises(InvalidScope):
        scopes.still_registered(("age",), narrow)


@pytest.mark.parametrize("requested", ["", "openid age offline_access", "email", "o" * 2000])
def test_a_refreshed_token_never_has_more(requested):
    with pytest.raises(InvalidScope):
        scopes.narrowed(requested, ("openid", "age"))
