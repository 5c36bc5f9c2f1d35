import pytest

from authsvc.clients.metadata import read_metadata
from tests.clients.makers import client, metadata, refusal

HOME = "https://platform-a.example"
CALLED = (
    "jwks_uri",
    "sector_identifier_uri",
    "backchannel_logout_uri",
    "frontchannel_logout_uri",
    "initiate_login_uri",
)


@pytest.mark.parametrize("member", CALLED)
def test_an_address_over_https_is_kept(member):
    assert getattr(client(**{member: HOME + "/x"}), member) == HOME + "/x"


@pytest.mark.parametrize("member", CALLED)
@pytest.mark.parametrize(
    "uri",
    [
        "http://platform-a.example/x",
        "javascript:alert(1)",
        "data:,x",
        "file:///etc/hosts",
        "https://person@platform-a.example/x",
        HOME + "/x#fragment",
        "/x",
        "",
    ],
)
def test_any_other_address_is_refused(member, uri):
    assert refusal(metadata(**{member: uri})).field == f"platform-a.{member}"


@pytest.mark.parametrize("member", CALLED[:3])
def test_the_sandbox_takes_http_on_loopback(member):
    document = metadata(**{member: "http://127.0.0.1:3000/x"})
    assert refusal(document).field == f"platform-a.{member}"
    assert getattr(read_metadata(document, loopback_http=True), member) is not None


def test_a_sign_in_begun_elsewhere_is_https_even_in_the_sandbox():
    document = metadata(initiate_login_uri="http://127.0.0.1:3000/x")
    assert refusal(document, loopback_http=True).field == "platform-a.initiate_login_uri"


@pytest.mark.parametrize(
    "uri",
    ["https://other.example/out", HOME + ":8443/out", "https://www.platform-a.example/out"],
)
def test_a_front_channel_address_is_at_home_where_a_redirect_uri_is(uri):
    error = refusal(metadata(frontchannel_logout_uri=uri))
    assert error.field == "platform-a.frontchannel_logout_uri"


def test_the_usual_port_may_be_written_or_not():
    assert client(frontchannel_logout_uri=HOME + ":443/out").frontchannel_logout_uri is not None


def test_the_sandbox_takes_a_front_channel_address_on_loopback():
    document = metadata(
        redirect_uris=["http://127.0.0.1:3000/cb"],
        frontchannel_logout_uri="http://127.0.0.1:3000/out",
    )
    assert read_metadata(document, loopback_http=True).frontchannel_logout_uri is not None


def test_what_a_sign_out_must_name_is_kept():
    found = client(
        backchannel_logout_uri=HOME + "/back",
        backchannel_logout_session_required=True,
        frontchannel_logout_uri=HOME + "/front",
        frontchannel_logout_session_required=True,
    )
    assert found.backchannel_logout_session_required
    assert found.frontchannel_logout_session_required


def test_a_request_object_may_lie_anywhere_with_its_digest():
    uris = ["https://elsewhere.example/a", HOME + "/request.jwt#" + "a" * 43]
    assert client(request_uris=uris).request_uris == tuple(uris)


@pytest.mark.parametrize(
    "uri", [HOME + "/r#", HOME + "/r#short", HOME + "/r#" + "a" * 43 + "#", "http://x.example/r"]
)
def test_another_request_uri_is_refused(uri):
    assert refusal(metadata(request_uris=["https://x.example/", uri])).field == (
        "platform-a.request_uris[1]"
    )


def test_the_sector_identifier_uri_is_kept_with_the_sector():
    found = client(sector_identifier_uri="https://group.example/uris.json")
    assert found.sector_identifier_uri == "https://group.example/uris.json"
    assert found.sector_identifier == "group.example"
