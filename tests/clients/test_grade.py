from typing import Any

import pytest

from authsvc.clients.grade import Mark, grade
from authsvc.clients.metadata import read_metadata
from tests.clients.makers import client, metadata, public_metadata
from tests.clients.signer import Signer

STRICT: dict[str, Any] = {
    "client_secret": None,
    "profile": "fapi2",
    "token_endpoint_auth_method": "private_key_jwt",
    "jwks": Signer().jwks,
}


def codes(found):
    return [each.code for each in found.reasons]


def test_the_strict_profile_with_signed_requests_has_nothing_to_wish_for():
    found = grade(client(**STRICT, require_signed_request_object=True))
    assert found.mark is Mark.BEST
    assert str(found.mark) == "A+"
    assert found.reasons == ()


def test_the_strict_profile_alone_is_good():
    found = grade(client(**STRICT))
    assert found.mark is Mark.A
    assert codes(found) == ["requests_unsigned"]


def test_a_strict_client_of_machines_has_no_requests_to_sign():
    found = grade(client(**STRICT, grant_types=["client_credentials"], redirect_uris=None))
    assert found.mark is Mark.BEST


def test_another_client_may_do_as_much_and_is_not_held_to_it():
    found = grade(
        client(
            **STRICT | {"profile": "oidc"},
            require_signed_request_object=True,
            dpop_bound_access_tokens=True,
            id_token_signed_response_alg="ES256",
        )
    )
    assert found.mark is Mark.A
    assert codes(found) == ["not_strict"]


def test_a_usual_client_with_a_secret_in_the_header_is_fair():
    found = grade(client(token_endpoint_auth_method="client_secret_basic"))
    assert found.mark is Mark.B
    assert set(codes(found)) == {
        "shared_secret",
        "bearer_tokens",
        "rs256",
        "requests_by_browser",
        "not_strict",
        "requests_unsigned",
    }


@pytest.mark.parametrize(
    ("document", "code", "mark"),
    [
        (metadata(), "secret_in_body", "C"),
        (metadata(token_endpoint_auth_method="client_secret_post"), "secret_in_body", "C"),
        (public_metadata(), "public", "C"),
        (metadata(require_pkce=False), "no_pkce", "D"),
        (metadata(legacy_assertion_audience=True), "legacy_assertion_audience", "C"),
        (
            public_metadata(application_type="native", redirect_uris=["http://127.0.0.1/cb"]),
            "redirect_without_https",
            "C",
        ),
    ],
)
def test_a_weakness_is_named_and_bounds_the_grade(document, code, mark):
    found = grade(read_metadata(document))
    assert code in codes(found)
    assert found.mark == mark


def test_the_worst_reason_comes_first_and_is_said_in_both_languages():
    found = grade(client(require_pkce=False))
    assert codes(found)[0] == "no_pkce"
    marks = [each.at_best for each in found.reasons]
    assert marks == sorted(marks, key=list(Mark).index, reverse=True)
    assert all(each.text.zh and each.text.en for each in found.reasons)
