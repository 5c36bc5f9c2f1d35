"""A platform that a law names, and what it is told about somebody."""

from typing import Any

from joserfc import jwe
from joserfc.jwk import ECKey

from tests.clients.makers import OTHER_SECRET, metadata
from tests.oidc.jwt_makers import unverified
from tests.oidc.makers import REFRESHING, Browser, Page, Platform, Request, Service, request

LAW = "《样例法》第一条"
PURPOSES = {"identity": {"zh": "样例用途", "en": "an artificial purpose"}}
HALL = "platform-b"
KEY = ECKey.generate_key("P-256", {"kid": "hall", "use": "enc"})
_ALGORITHMS = ["ECDH-ES", "A256GCM"]


def named_by_a_law(client_id: str = HALL, **members: Any) -> dict[str, Any]:
    """Its metadata; `members` replace, or (None) remove."""
    document = {
        "client_secret": OTHER_SECRET,
        "grant_types": REFRESHING,
        "scope": "openid age identity",
        "identity_legal_basis": LAW,
        "purposes": PURPOSES,
        "contacts": ["hall@hall.example"],
        "jwks": {"keys": [KEY.as_dict(private=False)]},
        "userinfo_signed_response_alg": "ES256",
        "userinfo_encrypted_response_alg": _ALGORITHMS[0],
        "userinfo_encrypted_response_enc": _ALGORITHMS[1],
    }
    return metadata(client_id, **(document | members))


async def hall_of(service: Service, **members: Any) -> Platform:
    """The server of such a platform, registered (again)."""
    await service.clients.import_clients([named_by_a_law(**members)], now=service.clock.now())
    return Platform(service, HALL)


def asking(**parameters: str) -> Request:
    """Its request."""
    return request(HALL, **({"scope": "openid identity"} | parameters))


def opened(response: Any) -> dict[str, Any]:
    """What UserInfo said, to whoever has the platform's key."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/jwt"
    read = jwe.decrypt_compact(response.text, KEY, algorithms=_ALGORITHMS)
    assert read.headers()["cty"] == "JWT"
    return unverified((read.plaintext or b"").decode())


async def says(hall: Platform, tokens: dict[str, Any]) -> dict[str, Any]:
    """What UserInfo says under these tokens."""
    return opened(await hall.userinfo(tokens["access_token"]))


def is_named(claims: dict[str, Any]) -> bool:
    """Whether the person is; nothing else was asked for that comes in this form."""
    return "verified_claims" in claims


async def page_of(browser: Browser, asked: Request) -> tuple[str, Page]:
    """The page at which somebody who is signed in decides."""
    response, page = await browser.follow(await browser.get("/authorize", **asked.parameters))
    assert page is not None, response.headers
    assert "approve" in page.buttons, page.text
    return str(response.url), page
