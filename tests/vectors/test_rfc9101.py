"""RFC 9101 section 4: the example object verifies with its key, and is read as what it asks."""

from datetime import UTC, datetime

import pytest

from authsvc.clients import Client
from authsvc.clients.client import Profile
from authsvc.clients.client_keys import ClientKeys
from authsvc.clients.errors import ForeignTokenRefused
from authsvc.clients.signed import read_signed
from authsvc.oidc.authorize.errors import InvalidRequestObject
from authsvc.oidc.authorize.parameters import Parameters
from authsvc.oidc.authorize.request_object import RequestObjects
from authsvc.web.fetcher import Fetcher

# Section 4.
MODULUS = (
    "x5RbkAZkmpRxia65qRQ1wwSMSxQUnS7gcpVTV_cdHmfmG2ltd2yabEO9XadD8pJNZubINPpmgHh3J1aD9WRwS05ucmFq3CfF"
    "sluLt13_7oX5yDRSKX7poXmT_5ko8k4NJZPMAO8fPToDTH7kHYbONSE2FYa5GZ60CUsFhSonI-dcMDJ0Ary9lxIw5k2z4TAd"
    "ARVWcS7sD07VhlMMshrwsPHBQgTatlkxyIHXbYdtak8fqvNAwr7OlVEvM_Ipf5OfmdB8Sd-wjzaBsyP4VhJKoi_qdgSzpC69"
    "4XZeYPq45Sw-q51iFUlcOlTCI7z6jltUtnR6ySn6XDGFnzH5Fe5ypw"
)
JWK = {"kty": "RSA", "kid": "k2bdc", "n": MODULUS, "e": "AQAB"}
NOW = datetime(2026, 1, 1, tzinfo=UTC)
HEADER = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsyYmRjIn0"
PAYLOAD = (
    "ewogICAgImlzcyI6ICJzNkJoZFJrcXQzIiwKICAgICJhdWQiOiAiaHR0cHM6Ly9zZXJ2ZXIuZXhhbXBsZS5jb20iLAogICAg"
    "InJlc3BvbnNlX3R5cGUiOiAiY29kZSBpZF90b2tlbiIsCiAgICAiY2xpZW50X2lkIjogInM2QmhkUmtxdDMiLAogICAgInJl"
    "ZGlyZWN0X3VyaSI6ICJodHRwczovL2NsaWVudC5leGFtcGxlLm9yZy9jYiIsCiAgICAic2NvcGUiOiAib3BlbmlkIiwKICAg"
    "ICJzdGF0ZSI6ICJhZjBpZmpzbGRraiIsCiAgICAibm9uY2UiOiAibi0wUzZfV3pBMk1qIiwKICAgICJtYXhfYWdlIjogODY0"
    "MDAKfQ"
)
SIGNATURE = (
    "Nsxa_18VUElVaPjqW_ToI1yrEJ67BgKb5xsuZRVqzGkfKrOIX7BCx0biSxYGmjK9KJPctH1OC0iQJwXu5YVY-vnW0_PLJb1C"
    "2HG-ztVzcnKZC2gE4i0vgQcpkUOCpW3SEYXnyWnKzuKzqSb1wAZALo5f89B_p6QA6j6JwBSRvdVsDPdulW8lKxGTbH82czCa"
    "Q50rLAg3EYLYaCb4ik4I1zGXE4fvim9FIMs8OCMmzwIB5S-ujFfzwFjoyuPEV4hJnoVUmXR_W9typPf846lGwA8h9G9oNTIu"
    "X8Ft2jfpnZdFmLg3_wr3Wa5q3a-lfbgF3S9H_8nN3j1i7tLR_5Nz-g"
)
OBJECT = f"{HEADER}.{PAYLOAD}.{SIGNATURE}"


def client(**members):
    return Client(
        client_id="s6BhdRkqt3",
        name="example",
        redirect_uris=("https://client.example.org/cb",),
        sector_identifier="client.example.org",
        jwks={"keys": [JWK]},
        **members,
    )


@pytest.fixture
def objects():
    fetcher = Fetcher()
    yield RequestObjects(
        issuer="https://server.example.com", keys=ClientKeys(fetcher), fetcher=fetcher
    )
    fetcher.close()


def test_the_signature_of_the_example_verifies():
    claims = read_signed(OBJECT, [JWK], algorithms=["RS256"]).claims
    assert claims["iss"] == "s6BhdRkqt3"
    assert claims["max_age"] == 86400


def test_a_bit_of_the_example_changed_does_not():
    for bent in (OBJECT[:-2] + "Aw", OBJECT.replace("MDAKfQ", "MTAKfQ")):
        with pytest.raises(ForeignTokenRefused):
            read_signed(bent, [JWK], algorithms=["RS256"])


async def test_the_example_is_read_as_what_it_asks(objects):
    sent = Parameters.of([("client_id", "s6BhdRkqt3"), ("request", OBJECT), ("state", "outside")])
    found = await objects.open(sent, client(), now=NOW)
    assert found.values == {
        "response_type": "code id_token",
        "client_id": "s6BhdRkqt3",
        "redirect_uri": "https://client.example.org/cb",
        "scope": "openid",
        "state": "af0ifjsldkj",
        "nonce": "n-0S6_WzA2Mj",
        "max_age": "86400",
    }


async def test_the_example_is_not_for_another_server_or_a_stricter_client(objects):
    sent = Parameters.of([("client_id", "s6BhdRkqt3"), ("request", OBJECT)])
    fetcher = Fetcher()
    elsewhere = RequestObjects(
        issuer="https://other.example.com", keys=ClientKeys(fetcher), fetcher=fetcher
    )
    with pytest.raises(InvalidRequestObject):
        await elsewhere.open(sent, client(), now=NOW)
    fetcher.close()
    with pytest.raises(InvalidRequestObject):
        await objects.open(sent, client(profile=Profile.FAPI2), now=NOW)
    with pytest.raises(InvalidRequestObject):
        await objects.open(sent, client(request_object_signing_alg="PS256"), now=NOW)
