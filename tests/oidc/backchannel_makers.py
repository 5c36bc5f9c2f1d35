"""Platforms that ask at one device, people who decide at another, and what both send."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2

from authsvc.clients.client import CIBA, DEVICE_CODE
from tests.clients.makers import OTHER_SECRET, SECRET, metadata, public_metadata
from tests.oidc.front_makers import SIGNER, register, signing, strict
from tests.oidc.jwt_makers import Key, signed
from tests.oidc.makers import SECRETS, Browser, Page, Platform, Service

PURPOSE = {"openid": {"zh": "开户", "en": "to open an account"}}

DEVICE_PLATFORMS = [
    public_metadata("tv", grant_types=[DEVICE_CODE, "refresh_token"], redirect_uris=None),
    metadata(
        "kiosk",
        grant_types=[DEVICE_CODE],
        redirect_uris=None,
        resources=["https://api.kiosk.example"],
        authorization_details_types=["service_case"],
    ),
    metadata("other-kiosk", client_secret=OTHER_SECRET, grant_types=[DEVICE_CODE]),
]
CIBA_PLATFORMS = [
    metadata(
        "bank",
        grant_types=["authorization_code", CIBA, "refresh_token"],
        backchannel_token_delivery_mode="poll",
        purposes=PURPOSE,
    ),
    metadata(
        "other-bank",
        client_secret=OTHER_SECRET,
        grant_types=["authorization_code", CIBA],
        backchannel_token_delivery_mode="poll",
    ),
    signing(
        "notary",
        grant_types=[CIBA],
        redirect_uris=None,
        backchannel_token_delivery_mode="poll",
        backchannel_authentication_request_signing_alg="ES256",
        authorization_details_types=["service_case"],
    ),
    strict(
        "exchange", grant_types=[CIBA], redirect_uris=None, backchannel_token_delivery_mode="poll"
    ),
]
_SECRETS = {
    "kiosk": SECRET,
    "bank": SECRET,
    "bell": SECRET,
    "notary": SECRET,
    "other-kiosk": OTHER_SECRET,
    "other-bank": OTHER_SECRET,
}


async def register_all(service: Service) -> None:
    """Registers the platforms of this file."""
    SECRETS.update(_SECRETS)
    await register(service, *DEVICE_PLATFORMS, *CIBA_PLATFORMS)


async def register_bell(service: Service, port: int, **members: Any) -> Platform:
    """A platform that wants to be told, at a port of loopback."""
    document = {
        "grant_types": [CIBA],
        "redirect_uris": None,
        "backchannel_token_delivery_mode": "ping",
        "backchannel_client_notification_endpoint": f"http://127.0.0.1:{port}/told",
    }
    await register(service, metadata("bell", **(document | members)))
    return Platform(service, "bell")


@dataclass(frozen=True)
class Device:
    """A device that shows a code."""

    platform: Platform
    device_code: str
    user_code: str
    complete: str

    @classmethod
    async def begin(cls, platform: Platform, **form: str) -> "Device":
        """A device that has just asked."""
        response = await platform.post("/device_authorization", **({"scope": "openid"} | form))
        assert response.status_code == 200, response.text
        told = response.json()
        return cls(
            platform, told["device_code"], told["user_code"], told["verification_uri_complete"]
        )

    async def poll(self, **form: str) -> httpx2.Response:
        """Asks for tokens."""
        form = {"device_code": self.device_code} | form
        return await self.platform.post("/token", grant_type=DEVICE_CODE, **form)

    async def refusal(self, **form: str) -> str:
        """The word with which tokens are refused."""
        return await refusal_of(await self.poll(**form))


@dataclass(frozen=True)
class Call:
    """A request for a person, sent by a platform."""

    platform: Platform
    auth_req_id: str

    @classmethod
    async def begin(cls, platform: Platform, **form: str) -> "Call":
        """A request that was taken."""
        response = await call(platform, **form)
        assert response.status_code == 200, response.text
        return cls(platform, response.json()["auth_req_id"])

    async def poll(self, **form: str) -> httpx2.Response:
        """Asks for tokens."""
        form = {"auth_req_id": self.auth_req_id} | form
        return await self.platform.post("/token", grant_type=CIBA, **form)

    async def refusal(self, **form: str) -> str:
        """The word with which tokens are refused."""
        return await refusal_of(await self.poll(**form))


async def refusal_of(response: httpx2.Response) -> str:
    """The word of a refusal, which says nothing else and is not stored."""
    assert response.status_code == 400, response.text
    assert response.headers["cache-control"] == "no-store"
    assert set(response.json()) == {"error", "error_description"}
    word: str = response.json()["error"]
    return word


async def call(platform: Platform, **form: str) -> httpx2.Response:
    """A request for `zhang`, unless the form says otherwise; an empty value is not sent."""
    form = {"scope": "openid", "login_hint": "zhang", **form}
    return await platform.post(
        "/backchannel_authentication", **{k: v for k, v in form.items() if v}
    )


def signed_call(
    service: Service,
    client_id: str,
    *,
    key: Key = SIGNER,
    alg: str = "ES256",
    typ: str | None = "JWT",
    **changes: Any,
) -> str:
    """A request as a JWT; `changes` replace, or (None) remove."""
    now = int(service.clock.now().timestamp())
    claims = {
        "iss": client_id,
        "aud": service.issuer,
        "iat": now,
        "nbf": now,
        "exp": now + 300,
        "jti": str(uuid4()),
        "scope": "openid",
        "login_hint": "zhang",
        "binding_message": "W-4711",
    }
    claims = {name: value for name, value in (claims | changes).items() if value is not None}
    return signed(claims, key, alg=alg, typ=typ)


async def enter(browser: Browser, typed: str) -> httpx2.Response:
    """Types a code at the page of devices."""
    response = await browser.get("/device")
    assert response.status_code == 200, response.text
    return await browser.submit("/device", Page(response.text), user_code=typed)


async def to_consent(
    browser: Browser, response: httpx2.Response, **person: str
) -> tuple[str, Page]:
    """Follows to the page that asks for the decision, and signs in on the way if need be."""
    response, page = await browser.follow(response)
    if page is not None and "username" in page.inputs:
        response = await sign_in(browser, response, page, **person)
        response, page = await browser.follow(response)
    assert page is not None
    assert "approve" in page.buttons, page.text
    return str(response.url), page


async def sign_in(
    browser: Browser,
    response: httpx2.Response,
    page: Page,
    *,
    username: str = "zhang",
    password: str = "an artificial password",
) -> httpx2.Response:
    """Fills in the page that asks for name and password."""
    url = str(response.url)
    return await browser.submit(url, page, username=username, password=password)


async def decide_device(
    browser: Browser, device: Device, button: str = "approve", **person: str
) -> Page:
    """A person types the code, signs in and decides; the page at the end."""
    url, page = await to_consent(browser, await enter(browser, device.user_code), **person)
    return await decided(await browser.submit(url, page, button))


async def approvals(browser: Browser, **person: str) -> tuple[httpx2.Response, Page]:
    """The list of what waits, signed in."""
    response, page = await browser.follow(await browser.get("/approvals"))
    if page is not None and "username" in page.inputs:
        response, page = await browser.follow(await sign_in(browser, response, page, **person))
    assert page is not None
    assert response.url.path == "/approvals", page.text
    return response, page


def handles(response: httpx2.Response) -> list[str]:
    """What the list offers to look at, in its order."""
    return [part.split('"')[0] for part in response.text.split('name="request" value="')[1:]]


async def look(browser: Browser, handle: str) -> httpx2.Response:
    """Chooses one of the list."""
    return await browser.http.post("/approvals", data={"request": handle})


async def decide_call(browser: Browser, button: str = "approve", **person: str) -> Page:
    """A person finds the first of what waits, and decides."""
    response, _ = await approvals(browser, **person)
    url, page = await to_consent(browser, await look(browser, handles(response)[0]))
    return await decided(await browser.submit(url, page, button))


async def decided(response: httpx2.Response) -> Page:
    """The page that says it is done."""
    assert response.status_code == 200, response.text
    return Page(response.text)
