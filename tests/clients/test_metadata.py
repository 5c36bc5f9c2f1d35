from hashlib import sha256

import pytest

from authsvc.clients.client import AuthMethod
from authsvc.clients.metadata import read_metadata
from tests.clients.makers import SECRET, client, metadata, public_metadata, refusal


def test_what_is_not_said_has_the_defaults_of_the_registration_specifications():
    found = client()
    assert found.token_endpoint_auth_method == "client_secret_basic"
    assert found.grant_types == ("authorization_code",)
    assert found.scopes == ("openid", "age")
    assert found.id_token_signed_response_alg == "RS256"
    assert found.application_type == "web"
    assert found.profile == "oidc"
    assert found.require_pkce
    assert not found.refreshes


def test_the_secret_is_kept_as_a_plain_digest_only():
    found = client()
    assert found.secret_digest == sha256(SECRET.encode()).digest()
    assert SECRET not in repr(found)


@pytest.mark.parametrize("length", [0, 1, 31])
def test_a_short_secret_is_refused_and_client_and_field_are_named(length):
    error = refusal(metadata("shop", client_secret="x" * length))
    assert error.field == "shop.client_secret"
    assert "32" in error.log


def test_a_missing_secret_is_refused():
    assert refusal(metadata(client_secret=None)).field == "platform-a.client_secret"


def test_a_secret_with_control_characters_is_refused():
    assert refusal(metadata(client_secret="x" * 32 + "\n")).field == "platform-a.client_secret"


def test_a_secret_of_any_32_printable_characters_is_taken():
    assert client(client_secret=" é界%+&=:\"'\\" * 4).secret_digest is not None


def test_a_public_client_has_no_secret_and_must_use_pkce():
    found = read_metadata(public_metadata(require_pkce=False))
    assert found.public
    assert found.secret_digest is None
    assert not found.require_pkce
    assert found.pkce_required


def test_a_secret_of_a_public_client_is_not_kept():
    assert read_metadata(public_metadata(client_secret=SECRET)).secret_digest is None


def test_require_pkce_false_is_taken_from_a_confidential_client():
    assert not client(require_pkce=False).pkce_required


@pytest.mark.parametrize(
    ("registered", "methods"),
    [
        (None, (AuthMethod.BASIC, AuthMethod.POST)),
        ("client_secret_basic", (AuthMethod.BASIC,)),
        ("client_secret_post", (AuthMethod.POST,)),
    ],
)
def test_exactly_the_registered_method_counts(registered, methods):
    assert client(token_endpoint_auth_method=registered).auth_methods == methods


@pytest.mark.parametrize("method", ["client_secret_jwt", "spiffe_jwt", ""])
def test_another_method_is_refused(method):
    error = refusal(metadata(token_endpoint_auth_method=method))
    assert error.field == "platform-a.token_endpoint_auth_method"


def test_unknown_members_scope_words_and_grant_types_are_ignored():
    found = client(
        scope="profile openid email age",
        grant_types=["implicit", "authorization_code", "refresh_token", "urn:example:grant"],
        contacts=["nobody@example.org"],
        something_new={"nested": [1]},
    )
    assert found.scopes == ("openid", "age")
    assert found.grant_types == ("authorization_code", "refresh_token")
    assert found.refreshes


def test_a_scope_without_any_word_of_ours_counts_as_unsaid():
    assert client(scope="profile email").scopes == ("openid", "age")


def test_offline_access_is_a_scope_word_and_a_default_for_who_refreshes():
    assert client(scope="openid offline_access").scopes == ("openid", "offline_access")
    refreshing = client(grant_types=["authorization_code", "refresh_token"])
    assert refreshing.scopes == ("openid", "age", "offline_access")


def test_response_types_beside_code_are_dropped():
    assert client(response_types=["code", "code id_token"]).grant_types == ("authorization_code",)


def test_response_types_without_code_are_refused():
    error = refusal(metadata(response_types=["id_token"]))
    assert error.field == "platform-a.response_types"


def test_contacts_are_kept():
    assert client(contacts=["somebody@platform-a.example"]).contacts == (
        "somebody@platform-a.example",
    )
    assert refusal(metadata(contacts=["a", "b\n"])).field == "platform-a.contacts[1]"


def test_a_purpose_is_a_sentence_in_each_language_of_the_service():
    purposes = {"age": {"zh": "确认您已成年", "en": "To see that you are of age"}}
    assert client(purposes=purposes).purposes == purposes
    for wrong in (
        {"age": {"en": "To see that you are of age"}},
        {"age": {"zh": "甲", "en": "a", "fr": "b"}},
        {"age": {"zh": "甲", "en": "left\u202eright"}},
    ):
        assert refusal(metadata(purposes=wrong)).field == "platform-a.purposes"
    assert refusal(metadata(purposes=["age"])).field == "platform-a.purposes"


def test_a_legal_basis_is_kept_and_readable():
    assert client(legal_basis="an artificial law, article 1").legal_basis is not None
    assert refusal(metadata(legal_basis="a\nb")).field == "platform-a.legal_basis"


def test_a_list_longer_than_anybodys_is_refused():
    many = [f"https://platform-a.example/{number}" for number in range(51)]
    assert refusal(metadata(redirect_uris=many)).field == "platform-a.redirect_uris"


def test_subjects_are_pairwise_whatever_is_asked_for():
    assert client(subject_type="public").sector_identifier == "platform-a.example"


def test_an_unknown_application_type_is_refused_without_being_quoted():
    error = refusal(metadata(application_type="toaster"))
    assert error.field == "platform-a.application_type"
    assert "toaster" not in str(error)


def test_a_name_is_made_up_from_the_id_if_none_is_given():
    assert client(client_name=None).name == "platform-a"


@pytest.mark.parametrize("name", ["bad\nname", "right\u202eleft"])
def test_a_name_that_could_deceive_a_reader_is_refused(name):
    assert refusal(metadata(client_name=name)).field == "platform-a.client_name"


def test_the_maximum_age_of_a_sign_in_may_be_registered():
    assert client(default_max_age=600).default_max_age == 600
    assert refusal(metadata(default_max_age=-1)).field == "platform-a.default_max_age"


@pytest.mark.parametrize(
    ("document", "field"),
    [
        pytest.param([], "", id="a list"),
        pytest.param("text", "", id="a string"),
        pytest.param(None, "", id="nothing"),
        pytest.param({}, "client_id", id="no id"),
        pytest.param({"client_id": 7}, "client_id", id="a number for an id"),
        pytest.param({"client_id": ""}, "client_id", id="an empty id"),
        pytest.param(metadata("a\n"), "client_id", id="an id with a line feed"),
        pytest.param(metadata("x" * 256), "client_id", id="an id too long"),
        pytest.param(metadata(redirect_uris="https://a.example"), "redirect_uris", id="no list"),
        pytest.param(metadata(redirect_uris=[]), "redirect_uris", id="an empty list"),
        pytest.param(metadata(redirect_uris=None), "redirect_uris", id="no redirect URI"),
        pytest.param(metadata(redirect_uris=[1]), "redirect_uris", id="a number for a URI"),
        pytest.param(metadata(require_pkce="no"), "require_pkce", id="a string for a boolean"),
    ],
)
def test_a_document_of_another_shape_is_refused_and_the_member_named(document, field):
    error = refusal(document)
    assert field in (error.field or "")


def test_the_sector_is_the_one_host_of_the_redirect_uris():
    found = client(redirect_uris=["https://www.shop.example/a", "https://www.shop.example:8443/b"])
    assert found.sector_identifier == "www.shop.example"


def test_the_sector_is_the_host_of_the_sector_identifier_uri_if_there_is_one():
    found = client(
        redirect_uris=["https://a.shop.example/", "https://b.shop.example/"],
        sector_identifier_uri="https://shop.example/uris.json",
    )
    assert found.sector_identifier == "shop.example"


def test_several_hosts_without_a_sector_identifier_uri_are_a_sector_of_their_own():
    found = client(redirect_uris=["https://a.shop.example/", "https://b.shop.example/"])
    assert found.sector_identifier == "client:platform-a"


def test_two_clients_on_loopback_are_two_platforms():
    sectors = {
        read_metadata(
            metadata(name, redirect_uris=["http://127.0.0.1:3000/cb"]), loopback_http=True
        ).sector_identifier
        for name in ("one", "two")
    }
    assert len(sectors) == 2


def test_a_sector_identifier_uri_must_be_https():
    error = refusal(metadata(sector_identifier_uri="http://shop.example/uris.json"))
    assert error.field == "platform-a.sector_identifier_uri"


@pytest.mark.parametrize("member", ["client_uri", "logo_uri", "policy_uri", "tos_uri"])
@pytest.mark.parametrize(
    "uri",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "http://shop.example/", "x"],
)
def test_a_link_that_could_run_or_leak_is_refused(member, uri):
    assert refusal(metadata(**{member: uri})).field == f"platform-a.{member}"


@pytest.mark.parametrize("member", ["client_uri", "logo_uri", "policy_uri", "tos_uri"])
def test_an_https_link_is_kept_and_a_loopback_one_in_the_sandbox(member):
    assert getattr(client(**{member: "https://shop.example/x"}), member) == "https://shop.example/x"
    document = metadata(**{member: "http://localhost:3000/x"})
    assert getattr(read_metadata(document, loopback_http=True), member) is not None
    assert refusal(document).field == f"platform-a.{member}"


def test_post_logout_redirect_uris_obey_the_same_rules():
    found = client(post_logout_redirect_uris=["https://platform-a.example/bye"])
    assert found.post_logout_redirect_uris == ("https://platform-a.example/bye",)
    error = refusal(metadata(post_logout_redirect_uris=["https://good/", "javascript:x"]))
    assert error.field == "platform-a.post_logout_redirect_uris[1]"
