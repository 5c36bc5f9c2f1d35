"""RFC 9126: the examples of section 2 (a push and its answer) and of section 3 (with an object)."""

import re
from datetime import UTC, datetime

from authsvc.clients import Client
from authsvc.clients.client_keys import ClientKeys
from authsvc.oidc.authorize.parameters import Parameters, read_parameters
from authsvc.oidc.authorize.pushed_request import is_pushed
from authsvc.oidc.authorize.request_object import RequestObjects
from authsvc.web.fetcher import Fetcher
from authsvc.web.http import Headers, HTTPRequest

# Section 2.1.
PUSH = (
    b"response_type=code&state=af0ifjsldkj&client_id=s6BhdRkqt3"
    b"&redirect_uri=https%3A%2F%2Fclient.example.org%2Fcb"
    b"&code_challenge=K2-ltc83acc4h0c9w6ESC_rEMTJ3bww-uCHaoeK1t8U"
    b"&code_challenge_method=S256&scope=account-information"
)
# Section 2.2.
REQUEST_URI = "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c"
# Section 3.
MODULUS = (
    "y9Lqv4fCp6Ei-u2-ZCKq83YvbFEk6JMs_pSj76eMkddWRuWX2aBKGHAtKlE5P7_vn__PCKZWePt3vGkB6ePgzAFu08NmKemw"
    "E5bQI0e6kIChtt_6KzT5OaaXDFI6qCLJmk51Cc4VYFaxgqevMncYrzaW_50mZ1yGSFIQzLYP8bijAHGVjdEFgZaZEN9lsn_G"
    "dWLaJpHrB3ROlS50E45wxrlg9xMncVb8qDPuXZarvghLL0HzOuYRadBJVoWZowDNTpKpk2RklZ7QaBO7XDv3uR7s_sf2g-bA"
    "jSYxYUGsqkNA9b3xVW53am_UZZ3tZbFTIh557JICWKHlWj5uzeJXaw"
)
JWK = {"kty": "RSA", "kid": "k2bdc", "n": MODULUS, "e": "AQAB"}
OBJECT = (
    "eyJraWQiOiJrMmJkYyIsImFsZyI6IlJTMjU2In0.eyJpc3MiOiJzNkJoZFJrcXQzIiwiYXVkIjoiaHR0cHM6Ly9zZXJ2ZXIu"
    "ZXhhbXBsZS5jb20iLCJyZXNwb25zZV90eXBlIjoiY29kZSIsImNsaWVudF9pZCI6InM2QmhkUmtxdDMiLCJyZWRpcmVjdF91"
    "cmkiOiJodHRwczovL2NsaWVudC5leGFtcGxlLm9yZy9jYiIsInNjb3BlIjoiYWlzIiwic3RhdGUiOiJhZjBpZmpzbGRraiIs"
    "ImNvZGVfY2hhbGxlbmdlIjoiSzItbHRjODNhY2M0aDBjOXc2RVNDX3JFTVRKM2J3dy11Q0hhb2VLMXQ4VSIsImNvZGVfY2hh"
    "bGxlbmdlX21ldGhvZCI6IlMyNTYifQ.O49ffUxRPdNkN3TRYDvbEYVr1CeAL64uW4FenV3n9WlaFIRHeFblzv-wlEtMm8-tu"
    "sGxeE9z3ek6FxkhvvLEqEpjthXnyXqqyJfq3k9GSf5ay74ml_0D6lHE1hy-kVWg7SgoPQ-GB1xQ9NRhF3EKS7UZIrUHbFUCF"
    "0MsRLbmtIvaLYbQH_Ef3UkDLOGiU7exhVFTPeyQUTM9FF-u3K-zX-FO05_brYxNGLhVkO1G8MjqQnn2HpAzlBd5179WTzTYh"
    "KmhTiwzH-qlBBI_9GLJmE3KOipko9TfSpa26H4JOlMyfZFl0PCJwkByS0xZFJ2sTo3Gkk488RQohhgt1I0onw"
)
INSIDE = {
    "response_type": "code",
    "client_id": "s6BhdRkqt3",
    "redirect_uri": "https://client.example.org/cb",
    "scope": "ais",
    "state": "af0ifjsldkj",
    "code_challenge": "K2-ltc83acc4h0c9w6ESC_rEMTJ3bww-uCHaoeK1t8U",
    "code_challenge_method": "S256",
}


def test_the_form_of_the_example_is_read():
    headers = Headers([(b"content-type", b"application/x-www-form-urlencoded")])
    found = read_parameters(HTTPRequest("POST", "/as/par", headers=headers, body=PUSH))
    assert found.values == INSIDE | {"scope": "account-information"}
    assert not found.repeated


def test_the_reference_of_the_example_is_known_for_one():
    assert is_pushed(REQUEST_URI)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", REQUEST_URI.rpartition(":")[2])
    for other in (None, "", "https://tfp.example.org/request.jwt", "urn:ietf:params:oauth"):
        assert not is_pushed(other)


async def test_the_object_of_the_example_is_read():
    fetcher = Fetcher()
    objects = RequestObjects(
        issuer="https://server.example.com", keys=ClientKeys(fetcher), fetcher=fetcher
    )
    client = Client(
        client_id="s6BhdRkqt3",
        name="example",
        redirect_uris=("https://client.example.org/cb",),
        sector_identifier="client.example.org",
        jwks={"keys": [JWK]},
    )
    now = datetime(2026, 1, 1, tzinfo=UTC)
    found = await objects.open(Parameters.of([("request", OBJECT)]), client, now=now)
    assert found.values == INSIDE
    fetcher.close()
