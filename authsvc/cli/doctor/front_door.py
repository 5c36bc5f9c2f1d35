"""What a visitor meets at the issuer's address: certificates, headers, cookies, the clock."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from authsvc.cli.doctor.finding import Finding, broken, good, weak
from authsvc.oidc import paths
from authsvc.settings import Settings
from authsvc.web.fetcher import trusted_authorities

_SECONDS = 5.0
_CLOCKS_APART = timedelta(seconds=2)
# Nobody's name (RFC 6761 section 6.4).
_INTRUDER = "intruder.invalid"
_FLAGS = ("httponly", "samesite=lax")


def look_at_front_door(settings: Settings, *, now: datetime) -> Iterator[Finding]:
    """Findings about the running service, asked from here as anybody would ask."""
    trust = trusted_authorities(settings.outgoing.ca_bundle)
    with httpx2.Client(
        base_url=settings.issuer, timeout=_SECONDS, verify=trust, trust_env=False
    ) as visitor:
        try:
            answer = visitor.get(paths.OPENID_CONFIGURATION)
            asked_otherwise = visitor.get(
                paths.OPENID_CONFIGURATION,
                headers={
                    "x-forwarded-host": _INTRUDER,
                    "x-forwarded-proto": "http",
                    "forwarded": f"host={_INTRUDER}",
                },
            )
            page = visitor.get(paths.END_SESSION)
        except httpx2.HTTPError as error:
            yield broken(
                "front door",
                f"{settings.issuer} cannot be reached from here: {type(error).__name__}",
                "Start the service, or see the proxy, its certificate and the name's address",
            )
            return
    yield from _documents(settings, answer, asked_otherwise)
    yield from _headers(settings, answer, now)
    yield from _cookies(settings, page)


def _documents(
    settings: Settings, answer: httpx2.Response, asked_otherwise: httpx2.Response
) -> Iterator[Finding]:
    told = _json(answer).get("issuer")
    if told == settings.issuer:
        yield good("discovery", "says the same issuer")
    else:
        yield broken("discovery", "says another issuer, or nothing", "See where the proxy leads")
    if _INTRUDER in asked_otherwise.text:
        yield broken(
            "proxy headers", "a visitor can change our addresses", "Something rewrites answers"
        )
    else:
        yield good("proxy headers", "a visitor's X-Forwarded-Host changes nothing")


def _headers(settings: Settings, answer: httpx2.Response, now: datetime) -> Iterator[Finding]:
    date = answer.headers.get("date")
    if date is not None:
        apart = abs(parsedate_to_datetime(date) - now)
        says = f"{apart.total_seconds():.0f} s from ours"
        # A date has whole seconds.
        if apart <= _CLOCKS_APART + timedelta(seconds=1):
            yield good("clock at the front door", says)
        else:
            yield broken("clock at the front door", says, "Synchronise the clocks (NTP)")
    if settings.secure:
        if "strict-transport-security" in answer.headers:
            yield good("transport security", "browsers are told to stay with https")
        else:
            yield weak("transport security", "the header is lost", "See what the proxy removes")


def _cookies(settings: Settings, page: httpx2.Response) -> Iterator[Finding]:
    cookies = page.headers.get_list("set-cookie")
    wanted = (*_FLAGS, *(("secure",) if settings.secure else ()))
    sound = [
        all(flag in cookie.lower() for flag in wanted)
        and (cookie.startswith("__Host-") or not settings.secure)
        for cookie in cookies
    ]
    if sound and all(sound):
        yield good("cookies", ", ".join(wanted) + (", __Host-" if settings.secure else ""))
    elif cookies:
        yield broken("cookies", "a flag is lost on the way", "See what the proxy rewrites")
    else:
        yield broken("cookies", "none is set: nobody can sign in", "See what the proxy removes")


def _json(answer: httpx2.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
