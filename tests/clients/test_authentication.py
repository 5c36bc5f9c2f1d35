import base64
from itertools import product
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from authsvc.clients.assertion import ASSERTION_TYPE
from authsvc.clients.authentication import ClientAuthentication
from authsvc.clients.client_keys import ClientKeys
from authsvc.clients.errors import ClientCredentialsAmbiguous, ClientNotAuthenticated
from authsvc.clients.metadata import read_metadata
from authsvc.keyring import KeyRing
from authsvc.storage import Ephemeral
from authsvc.storage.ephemeral.memory import MemoryBackend
from authsvc.web.errors import FetchFailed, RepeatedField
from authsvc.web.http import Headers, HTTPRequest
from tests.clients.makers import OTHER_SECRET, SECRET, metadata, public_metadata
from tests.clients.signer import Signer, assertion_claims, authority, der, x5c

ISSUER = "https://id.example"
KEY, OTHER_KEY = Signer("P-256", kid="key"), Signer("P-256", 2, kid="key")
AUTHORITY, ANCHOR = authority()
SUBJECT = "CN=artificial platform,O=nobody,C=CN"
ISSUED = der(KEY.certificate(SUBJECT, issuer=AUTHORITY))
SELF_SIGNED = KEY.certificate(SUBJECT)


class Nowhere:
    async def get(self, url, *, accept, largest):
        raise FetchFailed(log="HTTP 500")


class Registered:
    """The registry, without a database below it (that is `test_registry`'s)."""

    def __init__(self, *documents):
        self.clients = {each["client_id"]: read_metadata(each) for each in documents}

    async def find(self, client_id, *, now):
        return self.clients.get(client_id)


def keyed(client_id, method, **members):
    return metadata(client_id, client_secret=None, token_endpoint_auth_method=method, **members)


REGISTERED: Any = Registered(
    metadata("default"),
    metadata("basic", token_endpoint_auth_method="client_secret_basic"),
    metadata("post", token_endpoint_auth_method="client_secret_post"),
    metadata("odd id:!", redirect_uris=["https://odd.example/"], client_secret=OTHER_SECRET),
    public_metadata("spa"),
    keyed("jwt", "private_key_jwt", jwks=KEY.jwks),
    keyed("jwt-away", "private_key_jwt", jwks_uri="https://platform.example/jwks"),
    keyed("tls", "tls_client_auth", tls_client_auth_subject_dn=SUBJECT),
    keyed(
        "self-signed",
        "self_signed_tls_client_auth",
        jwks={"keys": [{**KEY.jwk, "x5c": x5c(SELF_SIGNED)}]},
    ),
    keyed(
        "self-signed-away",
        "self_signed_tls_client_auth",
        jwks_uri="https://platform.example/jwks",
    ),
)


@pytest.fixture(scope="module")
def ring(key_directory):
    return KeyRing.open(key_directory)


@pytest.fixture
def authentication(ring, clock):
    return ClientAuthentication(
        REGISTERED,
        keys=ClientKeys(Nowhere()),
        ephemeral=Ephemeral(MemoryBackend(clock), seals=ring.sealer, digests=ring.digests),
        issuer=ISSUER,
        token_endpoint=f"{ISSUER}/token",
        anchors=[ANCHOR],
    )


@pytest.fixture
def authenticate(authentication, now):
    async def attempt(*, authorization=None, certificate=None, **form):
        headers = [] if authorization is None else [(b"authorization", authorization.encode())]
        request = HTTPRequest(
            "POST", "/token", headers=Headers(headers), client_certificate=certificate
        )
        return await authentication.authenticate(request, form, now=now)

    return attempt


def basic(client_id, secret, *, encode=quote_plus):
    pair = f"{encode(client_id)}:{encode(secret)}".encode()
    return "Basic " + base64.b64encode(pair).decode()


def raw(text):
    return text


@pytest.mark.parametrize("encode", [quote_plus, quote, raw])
@pytest.mark.parametrize("client_id", ["default", "basic"])
async def test_basic_is_understood_encoded_and_not(authenticate, encode, client_id):
    header = basic(client_id, SECRET, encode=encode)
    assert (await authenticate(authorization=header)).client_id == client_id


async def test_the_scheme_is_read_in_any_case(authenticate):
    header = basic("basic", SECRET).replace("Basic", "bAsIc")
    assert (await authenticate(authorization=header)).client_id == "basic"


async def test_the_client_id_may_stand_in_the_body_as_well(authenticate):
    header = basic("basic", SECRET)
    found = await authenticate(authorization=header, client_id="basic")
    assert found.client_id == "basic"


async def test_an_odd_client_id_is_found_encoded_and_not(authenticate):
    for encode in (quote_plus, quote):
        header = basic("odd id:!", OTHER_SECRET, encode=encode)
        assert (await authenticate(authorization=header)).client_id == "odd id:!"


@pytest.mark.parametrize("client_id", ["default", "post"])
async def test_the_body_is_for_who_registered_it_or_nothing(authenticate, client_id):
    found = await authenticate(client_id=client_id, client_secret=SECRET)
    assert found.client_id == client_id


async def test_a_public_client_only_names_itself(authenticate):
    assert (await authenticate(client_id="spa")).client_id == "spa"


@pytest.mark.parametrize(
    "attempt",
    [
        pytest.param({}, id="nothing at all"),
        pytest.param({"client_id": "nobody"}, id="an unknown client"),
        pytest.param({"client_id": "basic"}, id="no secret"),
        pytest.param({"client_id": "default"}, id="no secret where no method is registered"),
        pytest.param({"client_id": "basic", "client_secret": SECRET}, id="body for header"),
        pytest.param({"authorization": basic("post", SECRET)}, id="header for body"),
        pytest.param({"client_id": "post", "client_secret": SECRET[:-1]}, id="a wrong secret"),
        pytest.param({"client_id": "post", "client_secret": ""}, id="an empty secret"),
        pytest.param({"client_id": "spa", "client_secret": ""}, id="a public client's secret"),
        pytest.param({"authorization": basic("spa", "")}, id="a public client in the header"),
        pytest.param({"authorization": basic("basic", OTHER_SECRET)}, id="another's secret"),
        pytest.param({"authorization": basic("nobody", SECRET)}, id="unknown in the header"),
        pytest.param(
            {"authorization": basic("basic", SECRET), "client_id": "default"}, id="two clients"
        ),
        pytest.param({"authorization": "Basic"}, id="no credentials"),
        pytest.param({"authorization": "Basic !!!"}, id="no base64"),
        pytest.param({"authorization": "Basic /////w=="}, id="no UTF-8"),
        pytest.param({"authorization": "Basic YmFzaWM="}, id="no colon"),
        pytest.param({"authorization": "Bearer abc"}, id="another scheme"),
        pytest.param({"client_id": "basic", "client_assertion": "x"}, id="an assertion"),
        pytest.param({"client_assertion_type": "x", "client_id": "spa"}, id="an assertion's type"),
    ],
)
async def test_everything_else_is_refused_alike(authenticate, attempt):
    with pytest.raises(ClientNotAuthenticated) as caught:
        await authenticate(**attempt)
    assert SECRET not in str(caught.value)
    assert caught.value.field is None


def assertion(client_id="jwt", signer=KEY, **changes):
    return {
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": signer.sign(assertion_claims(client_id, **changes)),
    }


@pytest.mark.parametrize("named", [{}, {"client_id": "jwt"}])
async def test_an_assertion_speaks_for_its_client_named_or_not(authenticate, named):
    assert (await authenticate(**assertion(), **named)).client_id == "jwt"


async def test_a_certificate_may_come_beside_an_assertion(authenticate):
    """Tokens may be bound to it (RFC 8705 section 3), whatever the client proves itself by."""
    assert (await authenticate(**assertion(), certificate=ISSUED)).client_id == "jwt"


@pytest.mark.parametrize(
    ("client_id", "certificate"), [("tls", ISSUED), ("self-signed", der(SELF_SIGNED))]
)
async def test_a_certificate_speaks_for_the_client_that_is_named(
    authenticate, client_id, certificate
):
    found = await authenticate(client_id=client_id, certificate=certificate)
    assert found.client_id == client_id


@pytest.mark.parametrize(
    "attempt",
    [
        pytest.param({**assertion(), "client_id": "default"}, id="another client id"),
        pytest.param({**assertion(), "client_id": ""}, id="an empty client id"),
        pytest.param(assertion("nobody"), id="an unknown client"),
        pytest.param(assertion("default"), id="a client of another method"),
        pytest.param(assertion("self-signed"), id="a client of another method with that key"),
        pytest.param(assertion(signer=OTHER_KEY), id="another key"),
        pytest.param(assertion("jwt-away"), id="keys that cannot be fetched"),
        pytest.param({"client_assertion": assertion()["client_assertion"]}, id="no type"),
        pytest.param({"client_assertion_type": ASSERTION_TYPE}, id="no assertion"),
        pytest.param({**assertion(), "client_assertion_type": "x"}, id="another type"),
        pytest.param({**assertion(), "client_assertion": ""}, id="an empty assertion"),
        pytest.param({"client_id": "jwt"}, id="only the name"),
        pytest.param({"client_id": "jwt", "client_secret": SECRET}, id="a secret"),
        pytest.param({"client_id": "tls"}, id="no certificate"),
        pytest.param({"client_id": "self-signed"}, id="no certificate, self-signed"),
        pytest.param({"certificate": ISSUED}, id="a certificate without a name"),
        pytest.param({"client_id": "nobody", "certificate": ISSUED}, id="certified nobody"),
        pytest.param({"client_id": "jwt", "certificate": ISSUED}, id="certificate for a key"),
        pytest.param({"client_id": "default", "certificate": ISSUED}, id="certificate for secret"),
        pytest.param(
            {"client_id": "tls", "certificate": der(SELF_SIGNED)}, id="a name of one's own making"
        ),
        pytest.param({"client_id": "self-signed", "certificate": ISSUED}, id="another certificate"),
        pytest.param(
            {"client_id": "self-signed-away", "certificate": ISSUED}, id="keys of it away"
        ),
        pytest.param({"client_id": "tls", "certificate": b"\x30"}, id="a broken certificate"),
        pytest.param(
            {"client_id": "tls", "certificate": ISSUED, "client_secret": "x"}, id="and a secret"
        ),
    ],
)
async def test_a_wrong_key_is_refused_as_everything_else_is(authenticate, attempt):
    with pytest.raises(ClientNotAuthenticated) as caught:
        await authenticate(**attempt)
    assert caught.value.field is None
    assert caught.value.__cause__ is None


async def test_no_anchor_is_no_authority(now):
    nothing: Any = None
    authentication = ClientAuthentication(
        REGISTERED, keys=ClientKeys(Nowhere()), ephemeral=nothing, issuer=ISSUER
    )
    request = HTTPRequest("POST", "/token", client_certificate=ISSUED)
    with pytest.raises(ClientNotAuthenticated):
        await authentication.authenticate(request, {"client_id": "tls"}, now=now)


SHOWN = {
    "authorization": {"authorization": basic("default", SECRET)},
    "client_secret": {"client_id": "default", "client_secret": SECRET},
    "client_assertion": assertion(),
}


@pytest.mark.parametrize(
    ("one", "other"), [pair for pair in product(SHOWN, SHOWN) if pair[0] < pair[1]]
)
async def test_two_methods_at_once_are_refused(authenticate, one, other):
    with pytest.raises(ClientCredentialsAmbiguous):
        await authenticate(**(SHOWN[one] | SHOWN[other]))


async def test_two_authorization_headers_are_refused(authentication, now):
    twice = Headers([(b"authorization", basic("default", SECRET).encode())] * 2)
    with pytest.raises(RepeatedField):
        await authentication.authenticate(HTTPRequest("POST", "/", headers=twice), {}, now=now)
