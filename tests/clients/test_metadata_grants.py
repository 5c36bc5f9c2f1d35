import pytest

from authsvc.clients.client import CIBA, DEVICE_CODE, TOKEN_EXCHANGE
from authsvc.clients.metadata import read_metadata
from tests.clients.makers import client, metadata, public_metadata, refusal

PING = {
    "backchannel_token_delivery_mode": "ping",
    "backchannel_client_notification_endpoint": "https://platform-a.example/ping",
}


def machine(**members):
    return metadata(**({"redirect_uris": None, "grant_types": ["client_credentials"]} | members))


def test_a_client_of_machines_needs_no_redirect_uri_and_asks_about_nobody():
    found = read_metadata(machine())
    assert found.grant_types == ("client_credentials",)
    assert found.redirect_uris == ()
    assert found.scopes == ()
    assert found.sector_identifier == "client:platform-a"


def test_a_named_scope_counts_for_a_client_of_machines_too():
    assert read_metadata(machine(scope="openid")).scopes == ("openid",)


@pytest.mark.parametrize("response_types", [None, []])
def test_without_the_code_grant_there_is_no_response_type(response_types):
    assert read_metadata(machine(response_types=response_types)).redirect_uris == ()
    error = refusal(machine(response_types=["code"]))
    assert error.field == "platform-a.response_types"


def test_with_the_code_grant_a_redirect_uri_is_needed():
    error = refusal(metadata(redirect_uris=None, grant_types=["authorization_code", DEVICE_CODE]))
    assert error.field == "platform-a.redirect_uris"


@pytest.mark.parametrize(
    "grant_types", [[], ["implicit"], ["password"], ["refresh_token"], ["urn:example:x"]]
)
def test_without_any_grant_to_begin_with_a_client_is_refused(grant_types):
    assert refusal(metadata(grant_types=grant_types)).field == "platform-a.grant_types"


@pytest.mark.parametrize("grant_type", ["client_credentials", CIBA, TOKEN_EXCHANGE])
def test_a_public_client_may_not_use_what_rests_on_its_authentication(grant_type):
    document = public_metadata("spa", grant_types=["authorization_code", grant_type], **PING)
    assert refusal(document).field == "spa.grant_types"


def test_a_public_client_may_be_a_device():
    found = read_metadata(
        public_metadata("tv", redirect_uris=None, grant_types=[DEVICE_CODE, "refresh_token"])
    )
    assert found.grant_types == ("refresh_token", DEVICE_CODE)
    assert found.scopes == ("openid", "age", "offline_access")


def test_backchannel_authentication_is_polled_or_pinged():
    polled = client(grant_types=[CIBA], backchannel_token_delivery_mode="poll")
    assert polled.backchannel_token_delivery_mode == "poll"
    assert polled.backchannel_client_notification_endpoint is None
    pinged = client(grant_types=[CIBA], **PING)
    assert pinged.backchannel_client_notification_endpoint == "https://platform-a.example/ping"


@pytest.mark.parametrize("mode", [None, "push", ""])
def test_another_delivery_mode_is_refused(mode):
    document = metadata(grant_types=[CIBA], **PING | {"backchannel_token_delivery_mode": mode})
    assert refusal(document).field == "platform-a.backchannel_token_delivery_mode"


@pytest.mark.parametrize("endpoint", [None, "http://platform-a.example/ping", "javascript:x"])
def test_ping_needs_an_address_over_https(endpoint):
    document = metadata(
        grant_types=[CIBA], **PING | {"backchannel_client_notification_endpoint": endpoint}
    )
    assert refusal(document).field == "platform-a.backchannel_client_notification_endpoint"


def test_what_is_for_backchannel_authentication_is_passed_over_without_it():
    found = client(**PING)
    assert found.backchannel_token_delivery_mode is None
    assert found.backchannel_client_notification_endpoint is None


def test_wishes_are_kept():
    found = client(
        default_acr_values=["urn:authsvc:acr:aal2"],
        authorization_details_types=["urn:example:payment"],
        resources=["https://api.example", "urn:example:api"],
        require_auth_time=True,
    )
    assert found.default_acr_values == ("urn:authsvc:acr:aal2",)
    assert found.authorization_details_types == ("urn:example:payment",)
    assert found.resources == ("https://api.example", "urn:example:api")
    assert found.require_auth_time


@pytest.mark.parametrize("resource", ["api", "", "https://api.example/#a", "//api.example", "x:"])
def test_a_resource_is_an_absolute_uri_without_fragment(resource):
    assert refusal(metadata(resources=[resource])).field == "platform-a.resources[0]"
    document = metadata(protected_resource=resource)
    assert refusal(document).field == "platform-a.protected_resource"


def test_a_client_may_be_a_resource_server_itself():
    found = client(protected_resource="https://api.example")
    assert found.protected_resource == "https://api.example"
